# SPDX-License-Identifier: Apache-2.0
"""Nothing that was promised is lost, and nothing that was not blocks a rig: after kill -9 at random
moments, with a disk that is full, and with files that were cut.

RELAY_E2E_BOOK_KILLS (8): so many kills; RELAY_E2E_SEED repeats a run.
"""

import contextlib
import os
import pathlib
import random
import shutil
import socket
import sqlite3
import subprocess
import time
import uuid

import pytest

import book_database
from book_catalogue import simulations
from book_load import LONGEST, Crowd, Load
from book_process import Book, User
from book_tokens import booking_token
from relay_process import BINARY, DEADLINE, call, environment, scaled, wait_until

KILLS = int(os.environ.get("RELAY_E2E_BOOK_KILLS", scaled(8)))
KILLS_OF_ONE = 50  # then a new database, since each round looks over the whole of it
USERS = 8
RIGS = 12  # fewer than the users may have: some are told that none is left


def seed():
    value = int(os.environ.get("RELAY_E2E_SEED", random.randrange(2**32)))
    print(f"RELAY_E2E_SEED={value}")
    return value


# ---- kill -9

def check_promises(book, requests, known):
    """`known`: names of bookings that were there before this round."""
    kept = book_database.bookings(book.database)
    by_key = {row["idem_key"]: row for row in kept.values() if row["idem_key"]}
    for request in requests:
        row = by_key.get(request.key)
        if request.told == 200:
            assert row and row["name"] == request.session, f"lost: {request}"
            assert row["user"] == request.user
        elif request.told is not None:
            assert row is None, f"refused and booked: {request}"
        if row is None:
            continue
        if request.cancelled:
            assert row["state"] == "cancelled" or row["end_ms"] <= time.time() * 1000, row
        elif not request.cancel_sent:
            assert row["state"] == "active"
            assert row["end_ms"] - row["start_ms"] == request.duration * 1000
    asked_for = {request.key for request in requests}
    assert all(row["idem_key"] in asked_for for name, row in kept.items() if name not in known)
    assert book_database.contradictions(book.database) == []
    assert book_database.most_at_once(book.database) <= 2


def check_answers(book, users, pool):
    """The API tells what the database holds: lists, quotas, what is free."""
    kept = book_database.bookings(book.database).values()
    for user in users:
        token = booking_token(pool, user=user)
        soon = (time.time() + 5) * 1000  # short sessions end while this looks
        lasting = {row["name"] for row in kept if row["user"] == user and row["state"] == "active"
                   and row["end_ms"] > soon}
        answer = book.call("GET", "/login", token)
        told = {one["session"] for one in answer.json["activities"]}
        assert lasting <= told
        if len(lasting) == 2:
            assert book.call("POST", f"/pools/{pool}/sessions?duration=1", token).status == 402


def ask_again(book, requests):
    """Who got no answer asks again with the same key: there is one session, old or new."""
    for request in [request for request in requests if request.told is None][:3]:
        user = User(book, {"token": booking_token(request.pool, user=request.user),
                           "sub": request.user, "pools": [request.pool]})
        before = book_database.bookings(book.database)
        was = [row["name"] for row in before.values() if row["idem_key"] == request.key]
        answer = user.ask(duration=request.duration, key=request.key)
        if was and request.duration == LONGEST:
            assert answer.status == 200 and [answer.json["session"]] == was
        after = book_database.bookings(book.database)
        assert sum(row["idem_key"] == request.key for row in after.values()) <= 1


def free_the_rigs(book):
    """So that the next round does not begin with full pools."""
    for name, row in book_database.bookings(book.database).items():
        if row["state"] == "active" and row["end_ms"] > (time.time() + 5) * 1000:
            assert book.call("DELETE", f"/sessions/{name}", book.admin()).status == 204


def test_what_was_acknowledged_outlives_kills_at_any_moment(start_book):
    chance = random.Random(seed())
    acknowledged = 0
    for begin in range(0, KILLS, KILLS_OF_ONE):
        book = start_book()
        book.replace(simulations(RIGS))
        for number in range(begin, min(begin + KILLS_OF_ONE, KILLS)):
            acknowledged += kill_under_load(book, number, chance)
        # What nobody was told of ends by itself: no session is longer than what was asked for.
        pool = book.pool("simulations")
        wait_until(lambda: book.available(pool) == RIGS, "all rigs are free")
        book.stop()
    assert acknowledged > 0


def kill_under_load(book, number, chance):
    """How many bookings were acknowledged."""
    pool = book.pool("simulations")
    known = set(book_database.bookings(book.database))
    users = [f"user-{number}-{place}" for place in range(USERS)]
    with Load(book.port, [pool], users, chance.random()) as load:
        time.sleep(chance.uniform(0.005, 0.25))
        book.kill()
    assert load.faults == []
    book.start()
    check_promises(book, load.requests, known)
    check_answers(book, users, pool)
    ask_again(book, load.requests)
    free_the_rigs(book)
    return sum(request.told == 200 for request in load.requests)


# ---- SIGTERM

def test_a_stop_answers_what_it_has_begun(book):
    """Whoever got no answer has got no session."""
    book.replace(simulations(60))
    given = set()
    with Crowd(book, [book.pool("simulations")], 60) as crowd:
        for _ in range(5):
            crowd.send(60, duration=1)
            book.stop()
            answers = [answer for answer in crowd.receive(60) if answer]
            given |= {answer.json["session"] for answer in answers if answer.status == 200}
            assert {answer.status for answer in answers} <= {200, 402, 404, 503}
            assert set(book_database.bookings(book.database)) <= given
            book.start()
            crowd.connect()
    assert given


# ---- a disk that is full

@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "relay-test", folder],
                             capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(folder):
    """Leaves no room; the file that takes it."""
    ballast = folder / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
    return ballast


def test_with_a_full_disk_nothing_is_promised_and_nothing_is_lost(small_disk, start_book):
    book = start_book(state=small_disk / "state")
    book.replace(simulations(300))
    pool = book.pool("simulations")
    keeper = book.user()
    promised = {keeper.take()["session"]}
    ballast = fill(small_disk)
    refused = None
    for _ in range(2000):  # there may be room in the log for some
        answer = book.user().ask(pool)
        if answer.status != 200:
            refused = answer
            break
        promised.add(answer.json["session"])
    assert refused is not None and refused.status == 503, refused.body
    assert refused.json == "the database is not available" and refused.headers["Retry-After"]
    assert "book.db: " in book.log()
    assert keeper.sessions() <= promised  # reading goes on
    assert keeper.cancel(next(iter(keeper.sessions()))).status == 503
    ballast.unlink()
    promised.add(book.user().take(pool)["session"])
    assert set(book_database.bookings(book.database)) == promised
    book.restart()
    assert set(book_database.bookings(book.database)) == promised
    assert len(keeper.sessions()) == 1


def test_what_the_database_says_is_told_to_the_log_alone(book):
    with contextlib.closing(sqlite3.connect(book.database)) as database:
        database.execute("DROP TABLE setting")
    for _ in range(3):
        answer = call(book.port, "GET", "/readyz")
        assert (answer.status, answer.json) == (503, "the database has failed")
        answer = book.call("GET", "/admin/status", book.admin())
        assert (answer.status, answer.json) == (500, "the database has failed")
    assert book.log().count("no such table: setting") == 1


def test_a_full_disk_is_a_refusal_to_start_or_a_start_and_never_a_loss(small_disk, start_book):
    book = start_book(state=small_disk / "state")
    book.replace(simulations(2))
    session = book.user().take()["session"]
    book.kill()
    ballast = fill(small_disk)
    try:
        book.start()
    except AssertionError as refusal:
        assert "did not start" in str(refusal)
    if book.is_running():
        book.kill()
    ballast.unlink()
    book.start()
    assert set(book_database.bookings(book.database)) == {session}


# ---- files that were cut

def booked_one_after_the_other(book, count):
    """Names in their order; killed in the end, so that the log still holds them."""
    book.replace(simulations(count))
    pool = book.pool("simulations")
    names = [book.user().take(pool)["session"] for _ in range(count)]
    book.kill()
    return names


def started_on(folder, state):
    """A server on that state, or None: then it has said why in its log, and ended by itself."""
    book = Book(folder, state=state)
    done = subprocess.Popen(book.arguments, env=book.env, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)
    line = done.stdout.readline()
    if line:
        done.kill()
        done.communicate()
        return True
    _, log = done.communicate(timeout=DEADLINE)
    assert done.returncode not in (0, -6, -11), (done.returncode, log)
    assert "database" in log or "book.db" in log, log
    return False


def cut(source, target, name, keep):
    shutil.copytree(source, target)
    with open(target / name, "r+b") as file:
        file.truncate(keep)


def test_a_cut_log_loses_only_what_was_cut_off(start_book, tmp_path):
    book = start_book()
    names = booked_one_after_the_other(book, 12)
    length = (book.state / "book.db-wal").stat().st_size
    chance = random.Random(seed())
    seen = set()
    for keep in [0, length - 1, *(chance.randrange(length) for _ in range(4))]:
        folder = tmp_path / str(uuid.uuid4())
        folder.mkdir()
        cut(book.state, folder / "state", "book.db-wal", keep)
        assert started_on(folder, folder / "state")
        kept = set(book_database.bookings(folder / "state" / "book.db"))
        assert kept == set(names[:len(kept)]), "some that were booked earlier are missing"
        assert book_database.contradictions(folder / "state" / "book.db") == []
        seen.add(len(kept))
    assert len(seen) > 1 and max(seen) == len(names) - 1
    book.start()


def test_a_database_that_was_cut_is_refused_with_a_reason(start_book, tmp_path):
    book = start_book()
    booked_one_after_the_other(book, 12)
    book.start()
    book.stop()
    path = pathlib.Path("state") / "book.db"
    length = book.database.stat().st_size
    refused = 0
    for keep in (length - 1, length - 4096, length // 2, 100, 1):
        folder = tmp_path / str(keep)
        folder.mkdir()
        cut(book.state, folder / "state", "book.db", keep)
        if not started_on(folder, folder / "state"):
            refused += 1
            continue
        assert book_database.contradictions(folder / path) == []
        assert len(book_database.bookings(folder / path)) == 12, f"{keep} of {length}"
    assert refused >= 4
    book.start()


def test_what_is_no_database_is_refused(tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    (state / "book.db").write_bytes(b"this is no database" * 1000)
    assert not started_on(tmp_path, state)
    assert (state / "book.db").read_bytes() == b"this is no database" * 1000


def test_two_servers_on_one_database_book_nothing_twice(start_book):
    """Not a way to run it, but a mistake that somebody will make."""
    first = start_book()
    first.replace(simulations(6))
    pool = first.pool("simulations")
    done = subprocess.run([BINARY, "book", "serve", "--check", *first.arguments[3:]],
                          env=environment(**first.env), capture_output=True, timeout=DEADLINE,
                          check=False)
    assert done.returncode == 0, done.stderr
    second = Book(first.folder, state=first.state)
    try:
        second.start()
    except AssertionError:
        return  # refused: just as well
    try:
        given = [server.user().ask(pool).status for server in (first, second) * 5]
        assert given.count(200) == 6 and given.count(404) == 4
    finally:
        second.stop()


def test_a_request_that_is_cut_does_nothing(book):
    book.replace(simulations(1))
    user = book.user()
    session = (f"POST /api/v1/pools/{user.pools[0]}/sessions?duration=60 HTTP/1.1\r\n"
               f"Host: lab.example\r\nAuthorization: {user.token}\r\n")
    pool = ("POST /api/v1/pools HTTP/1.1\r\nHost: lab.example\r\n"
            f"Authorization: {book.admin()}\r\n"
            'Content-Length: 50\r\n\r\n{"description":{"name":"x",')
    for text in (session, pool):
        with socket.create_connection(("127.0.0.1", book.port), DEADLINE) as connection:
            connection.sendall(text.encode())
            connection.shutdown(socket.SHUT_WR)
            assert b" 200 " not in b"".join(iter(lambda: connection.recv(4096), b""))
    assert user.sessions() == set()
    assert book.status()["pools"] == 1
    user.take()
