#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `relay session relay` against the bare sender, in turn, with `relay load`.

Absolute times move with the machine and with what else runs on it; the ratio of the medians holds.
Each measurement has a server process of its own. Standard library only.
"""

import argparse
import contextlib
import json
import os
import pathlib
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass

STARTUP_TIMEOUT = 10  # seconds
LOAD_TIMEOUT = 300


@dataclass(frozen=True)
class Workload:
    name: str
    what: str
    options: str
    relay_options: str = ""  # of the server
    figure: str = "cpu"  # or "memory" (KiB per connection) or "p99" (ms, readers that do not stall)
    limit: float | None = None  # of the ratio, or of relay's own figure for "memory"


FANOUT = "--publishers 1 --readers 300 --size 4096"
STALL = "--messages 10000 --size 4096 --rate 1000 --drain 3s"
WORKLOADS = [
    Workload("W1", "1 x 300, 4 KB, 30/s", f"{FANOUT} --messages 300 --rate 30", limit=1.3),
    Workload("W1x", "1 x 300, 4 KB, as fast as readers follow",
             f"{FANOUT} --messages 1500 --rate max --window 16 --batch 4"),
    Workload("W2", "50 topics of 1 x 6, 4 KB, 30/s",
             "--topics 50 --publishers 1 --readers 6 --size 4096 --messages 300 --rate 30"),
    Workload("W3", "1 x 1, 100 B, as fast as possible",
             "--messages 400000 --size 100 --rate max --window 1024 --batch 64"),
    Workload("W4", "1 x 1, 1 MB, as fast as possible",
             "--messages 800 --size 1000000 --rate max --window 8",
             relay_options="--queue-size 16777216"),  # the window on purpose exceeds the default
    Workload("W5", "1 x 2000, 1 KB, 10/s",
             "--readers 2000 --size 1024 --messages 100 --rate 10"),
    Workload("W6", "10000 idle connections on 100 topics",
             "--topics 100 --publishers 0 --readers 0 --idle 100 --for 1s --connecting 64",
             figure="memory", limit=4.0),
    Workload("W7", "1 x 50, one of them stops reading for 5 s",
             f"--readers 49 --stalled 1 --stall 2s:5s {STALL}", figure="p99"),
    Workload("W7n", "W7 without the stall", f"--readers 50 {STALL}", figure="p99"),
]


class Server:
    """A server process and the options that point `relay load` at it."""

    def __init__(self, command: list[str], target):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.target = target(self.listening())

    def listening(self) -> dict:
        for line in self.process.stdout:
            with contextlib.suppress(json.JSONDecodeError):
                event = json.loads(line)
                if event.get("event") == "listening":
                    return event
        raise SystemExit(f"the server ended at once with {self.process.wait(STARTUP_TIMEOUT)}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(STARTUP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def bare_sender(build: pathlib.Path, _secret_file: pathlib.Path, _workload: Workload) -> Server:
    return Server([str(build / "bare_sender")],
                  lambda event: ["--url", f"ws://{event['relay']}/t{{topic}}"])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def relay(build: pathlib.Path, secret_file: pathlib.Path, workload: Workload) -> Server:
    audience = "http://127.0.0.1"
    port = free_port()  # relay must know the address that it gives out
    command = [str(build / "relay"), "session", "relay", "--listen", "127.0.0.1",
               "--access-port", "0", "--relay-port", str(port), "--access-fqdn", audience,
               "--relay-fqdn", f"ws://127.0.0.1:{port}", "--secret-file", str(secret_file),
               *workload.relay_options.split()]
    return Server(command, lambda event: [
        "--access", f"http://{event['access']}", "--audience", audience,
        "--secret-file", str(secret_file)])


SERVERS = {"bare": bare_sender, "relay": relay}


def measure(build: pathlib.Path, server: Server, workload: Workload) -> dict:
    command = [str(build / "relay"), "load", "--json", "--label", workload.name,
               "--pid", str(server.process.pid), *server.target, *workload.options.split()]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=LOAD_TIMEOUT)
    if not done.stdout:
        raise SystemExit(f"{workload.name}: relay load ended with {done.returncode}")
    return json.loads(done.stdout)


def figure_of(workload: Workload, report: dict) -> float:
    if workload.figure == "memory":
        return report["server"]["resident_per_connection"] / 1024
    if workload.figure == "p99":
        return report["classes"]["normal"]["latency_us"]["p99"] / 1000
    return report["server"]["cpu_us_per_delivered"]


def summary_of(workload: Workload, reports: dict[str, list[dict]]) -> dict:
    medians = {name: statistics.median(figure_of(workload, report) for report in rounds)
               for name, rounds in reports.items()}
    growth = [(r["server"]["resident_peak"] - r["server"]["resident_connected"]) / 1024
              for r in reports["relay"]]
    clean = {name: all(r["clean"] for r in rounds) for name, rounds in reports.items()}
    ratio = medians["relay"] / medians["bare"] if medians["bare"] > 0 else None
    judged = medians["relay"] if workload.figure == "memory" else ratio
    within = workload.limit is None or (judged is not None and judged <= workload.limit)
    return {"workload": workload.name, "what": workload.what, "figure": workload.figure,
            "bare": medians["bare"], "relay": medians["relay"], "ratio": ratio,
            "limit": workload.limit, "good": within and clean["relay"], "clean": clean,
            "relay_memory_growth_kib": max(growth),
            "p99_ms": {name: statistics.median(r["total"]["latency_us"]["p99"] / 1000
                                               for r in rounds)
                       for name, rounds in reports.items()},
            "rounds": reports}


UNITS = {"cpu": "us/msg", "memory": "KiB/conn", "p99": "ms p99"}


def line_of(summary: dict) -> str:
    ratio = "-" if summary["ratio"] is None else f"{summary['ratio']:.2f}"
    unclean = ", ".join(name for name, clean in summary["clean"].items() if not clean)
    verdict = "ok" if summary["good"] else "FAILED"
    if unclean:
        verdict += f" (not clean: {unclean})"
    return (f"{summary['workload']:<5}{summary['what']:<44}{UNITS[summary['figure']]:<9}"
            f"{summary['bare']:>9.2f}{summary['relay']:>9.2f}{ratio:>8}  "
            f"{summary['relay_memory_growth_kib']:>8.0f}  {verdict}")


def run(options: argparse.Namespace, secret_file: pathlib.Path) -> list[dict]:
    print(f"{'':<5}{'workload':<44}{'figure':<9}{'bare':>9}{'relay':>9}{'ratio':>8}"
          f"  {'+KiB':>8}", flush=True)
    summaries = []
    for workload in WORKLOADS:
        if options.workloads and workload.name not in options.workloads:
            continue
        reports = {name: [] for name in SERVERS}
        for _ in range(options.rounds):
            for name, start in SERVERS.items():
                with start(options.build, secret_file, workload) as server:
                    reports[name].append(measure(options.build, server, workload))
        summaries.append(summary_of(workload, reports))
        print(line_of(summaries[-1]), flush=True)
    return summaries


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--build", type=pathlib.Path, default=root / "build" / "bin",
                        help="folder with relay and bare_sender")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workloads", type=lambda text: text.split(","),
                        help="such as W1,W6; all by default: " +
                        ", ".join(workload.name for workload in WORKLOADS))
    parser.add_argument("--json", type=pathlib.Path, help="where to write all figures")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        secret_file = pathlib.Path(folder) / "secret"
        descriptor = os.open(secret_file, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        summaries = run(options, secret_file)
    if options.json:
        options.json.write_text(json.dumps(summaries, indent=1) + "\n")
    return 0 if all(summary["good"] for summary in summaries) else 1


if __name__ == "__main__":
    sys.exit(main())
