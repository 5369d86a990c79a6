#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The booking server at the start of a class: so many students log in, look around and book, evenly
spread over some seconds, and then all at once; and how many bookings per second it makes durable,
next to a loop of bare SQLite inserts with the same durability on the same disk.

Clients and server share this machine: times hold the clients' share as well.
"""

import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import sqlite3
import statistics
import sys
import tempfile
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "bin",
                        help="folder with relay")
    parser.add_argument("--folder", type=pathlib.Path, help="for databases: the disk to measure")
    parser.add_argument("--students", type=int, default=500)
    parser.add_argument("--rigs", type=int, default=400, help="for them")
    parser.add_argument("--seconds", type=float, default=10, help="in which they come")
    parser.add_argument("--bookings", type=int, default=2000, help="for the durable rate")
    parser.add_argument("--clients", type=int, default=64, help="who make them, at the same time")
    parser.add_argument("--rounds", type=int, default=3, help="of everything")
    parser.add_argument("--most-ms", type=float, default=50, help="99th percentile, spread")
    parser.add_argument("--least-ratio", type=float, default=0.5,
                        help="of durable bookings to bare inserts")
    parser.add_argument("--json", type=pathlib.Path, help="file for all figures")
    return parser.parse_args()


# ---- class start

def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def class_start(seconds):
    """Milliseconds by step, and what went wrong."""
    with running_book() as book:
        book.replace(book_catalogue.simulations(OPTIONS.rigs))
        attended = asyncio.run(book_students.begin_class(
            book.port, book_tokens.class_token(), OPTIONS.students, seconds))
        times, faults = {}, []
        for timings, session in attended:
            for one in timings:
                times.setdefault(one.step, []).append(one.seconds * 1000)
                if one.status != 200 and (one.step, one.status) != ("book", 404):
                    faults.append(f"{one.step}: {one.status}")
        given = sum(session is not None for _, session in attended)
        if given != min(OPTIONS.rigs, OPTIONS.students):
            faults.append(f"{given} sessions of {OPTIONS.rigs} rigs")
    return times, faults


# ---- durable bookings

async def book_for(port, pool, number):
    """One client, who books so often, as other users."""
    async with book_students.Connection(port) as connection:
        for _ in range(number):
            token = book_tokens.booking_token(pool)
            status, answer = await connection.ask(
                "book", "POST", f"/pools/{pool}/sessions?duration=600", token)
            assert status == 200, answer


async def book_all(port, pools, number):
    begin = time.perf_counter()
    await asyncio.gather(*(book_for(port, pool, number) for pool in pools))
    return number * len(pools) / (time.perf_counter() - begin)


def durable_bookings():
    """Per second; each client has a pool of its own, as rigs of one pool are soon all taken."""
    each = max(1, OPTIONS.bookings // OPTIONS.clients)
    manifest = book_catalogue.Manifest()
    names = [f"pool-{number}" for number in range(OPTIONS.clients)]
    for name in names:
        keys = [f"{name}-{number}" for number in range(each)]
        for key in keys:
            manifest.simulation(key)
        manifest.pool(name, *keys)
    with running_book() as book:
        book.replace(manifest.group("everyone", *names))
        return asyncio.run(book_all(book.port, [book.pool(name) for name in names], each))


def bare_inserts():
    """Per second: a booking's row each, committed each."""
    with tempfile.TemporaryDirectory(dir=OPTIONS.folder) as folder, contextlib.closing(
            sqlite3.connect(pathlib.Path(folder) / "bare.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE booking (id INTEGER PRIMARY KEY, name TEXT UNIQUE, "
                         "user TEXT, start_ms INTEGER, end_ms INTEGER)")
        begin = time.perf_counter()
        for number in range(OPTIONS.bookings):
            database.execute("INSERT INTO booking (name, user, start_ms, end_ms) "
                             "VALUES (?, ?, ?, ?)", (str(uuid.uuid4()), str(uuid.uuid4()), number,
                                                     number + 1))
        return OPTIONS.bookings / (time.perf_counter() - begin)


@contextlib.contextmanager
def running_book():
    with tempfile.TemporaryDirectory(dir=OPTIONS.folder) as folder:
        book = book_process.Book(folder).start()
        try:
            yield book
        finally:
            book.stop()


# ---- the run

def measure():
    times = {"spread": {}, "at once": {}}
    rates, faults = {"bookings": [], "bare inserts": []}, []
    for number in range(OPTIONS.rounds):
        print(f"round {number + 1} of {OPTIONS.rounds}", file=sys.stderr, flush=True)
        for kind, seconds in (("spread", OPTIONS.seconds), ("at once", 0)):
            found, wrong = class_start(seconds)
            faults += wrong
            for step, values in found.items():
                times[kind].setdefault(step, []).extend(values)
        rates["bare inserts"].append(bare_inserts())
        rates["bookings"].append(durable_bookings())
    return times, rates, faults


def summarize(times, rates, faults):
    figures = {kind: {step: {"median": statistics.median(values), "p99": percentile(values, 0.99),
                             "most": max(values)} for step, values in steps.items()}
               for kind, steps in times.items()}
    for kind, steps in times.items():
        everything = [value for values in steps.values() for value in values]
        figures[kind]["all"] = {"median": statistics.median(everything),
                                "p99": percentile(everything, 0.99), "most": max(everything)}
    per_second = {name: statistics.median(values) for name, values in rates.items()}
    return {"cores": os.cpu_count(), "load_before": LOAD[0], "students": OPTIONS.students,
            "rigs": OPTIONS.rigs, "seconds": OPTIONS.seconds, "milliseconds": figures,
            "per_second": per_second, "faults": faults,
            "ratio": per_second["bookings"] / per_second["bare inserts"]}


def show(summary):
    print(f"{summary['cores']} cores, load before the run {summary['load_before']:.1f}; "
          f"{summary['students']} students, {summary['rigs']} rigs")
    for kind, steps in summary["milliseconds"].items():
        title = kind if kind == "at once" else f"over {summary['seconds']:g} s"
        print(f"\n{title:<40}{'median ms':>11}{'p99 ms':>9}{'most ms':>9}")
        for step, values in steps.items():
            print(f"{step:<40}{values['median']:>11.1f}{values['p99']:>9.1f}{values['most']:>9.1f}")
    print(f"\n{'durable, per second':<40}")
    for name, rate in summary["per_second"].items():
        print(f"{name:<40}{rate:>11.0f}")
    print(f"{'ratio':<40}{summary['ratio']:>11.2f}")


def failures(summary):
    yield from summary["faults"]
    slowest = summary["milliseconds"]["spread"]["all"]["p99"]
    if slowest > OPTIONS.most_ms:
        yield f"p99 {slowest:.1f} ms, limit {OPTIONS.most_ms:g} ms"
    if summary["ratio"] < OPTIONS.least_ratio:
        yield f"{summary['ratio']:.2f} of the bare inserts, less than {OPTIONS.least_ratio}"


def main():
    summary = summarize(*measure())
    show(summary)
    if OPTIONS.json:
        OPTIONS.json.write_text(json.dumps(summary, indent=2) + "\n")
    problems = list(failures(summary))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    OPTIONS = parse_arguments()
    LOAD = os.getloadavg()
    os.environ["RELAY_BIN"] = str(OPTIONS.build / "relay")  # read when the parts are imported
    sys.path.insert(0, str(ROOT / "test" / "e2e"))

    import book_catalogue
    import book_process
    import book_students
    import book_tokens

    sys.exit(main())
