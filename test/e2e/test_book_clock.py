# SPDX-License-Identifier: Apache-2.0
"""A clock that is set back or forward under a running booking server."""

import os
import pathlib
import random
import shutil
import struct
import subprocess
import time

import pytest

import book_database
from book_catalogue import Manifest
from book_process import User, assert_refused
from book_tokens import RELAY_SECRET, WHENEVER, booking_token, claims_in, class_token
from denial_taker import DenialTaker
from relay_process import scaled, wait_until

HOUR = 3600


class Clock:
    """The wall clock of programs that are started with `env`."""

    def __init__(self, library, file):
        self.file = file
        self.env = {"LD_PRELOAD": str(library), "STEPPED_CLOCK": str(file)}
        self.step(0)

    def step(self, seconds):
        """From now on it is off by that much."""
        self.offset = seconds
        with open(self.file, "r+b" if self.file.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds))

    def now(self):
        return time.time() + self.offset


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    compiler = next(filter(None, map(shutil.which, ("clang-19", "cc"))), None)
    if compiler is None:
        pytest.skip("there is no C compiler here for stepped_clock.c")
    target = tmp_path_factory.mktemp("clock") / "stepped_clock.so"
    source = pathlib.Path(__file__).with_name("stepped_clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", target, source], check=True)
    return target


@pytest.fixture
def clock(library, tmp_path):
    return Clock(library, tmp_path / "offset")


@pytest.fixture
def book(clock, start_book):
    """Its only rig is a simulation; durations up to a day."""
    book = start_book(env=clock.env)
    book.replace(Manifest().simulation("rig").pool("rigs", "rig", most=86400)
                 .group("everyone", "rigs"))
    return book


def somebody(book):
    """A user whose token is good whatever the clock says."""
    pool, name = book.pool("rigs"), f"user-{random.randrange(2**64)}"
    return User(book, {"token": booking_token(pool, user=name, **WHENEVER), "sub": name,
                       "pools": [pool]})


def test_the_clock_of_the_server_is_the_one_that_is_set(book, clock):
    clock.step(HOUR)
    session = somebody(book).take(duration=100)
    assert abs(session["exp"] - (clock.now() + 100)) < 5


def test_a_step_forward_ends_sessions(book, clock):
    user, other = somebody(book), somebody(book)
    user.take(duration=600)
    assert_refused(other.ask(), 404, "none available")
    clock.step(HOUR)
    assert user.sessions() == set()
    other.take()


def test_after_a_step_back_a_session_keeps_its_rig_until_its_end(book, clock):
    user, other = somebody(book), somebody(book)
    session = user.take(duration=600)
    clock.step(-HOUR)
    assert user.sessions() == {session["session"]}
    assert_refused(other.ask(), 404, "none available")
    assert_refused(other.ask(duration=60), 404, "none available")  # not even before its start
    clock.step(590)
    assert_refused(other.ask(), 404, "none available")
    clock.step(605)
    other.take()


def test_a_session_of_the_time_before_a_step_back_can_be_ended(book, clock):
    user, other = somebody(book), somebody(book)
    session = user.take(duration=600)["session"]
    clock.step(-HOUR)
    assert user.cancel(session).status == 204
    other.take(duration=600)
    assert user.sessions() == set()


def test_forward_and_back_again_gives_the_rig_to_nobody_else(book, clock):
    first, second, third = (somebody(book) for _ in range(3))
    one = first.take(duration=600)["session"]
    clock.step(HOUR)
    two = second.take(duration=600)["session"]
    clock.step(0)  # both last now
    assert first.sessions() == {one} and second.sessions() == {two}
    assert_refused(third.ask(), 404, "none available")
    assert first.cancel(one).status == 204
    assert_refused(third.ask(), 404, "none available")
    assert second.cancel(two).status == 204
    third.take()


@pytest.mark.parametrize("step", [-HOUR, HOUR])
def test_tokens_are_good_at_the_time_that_the_clock_tells(start_book, clock, step):
    book = start_book(env=clock.env)
    book.replace(Manifest().rig("rig").pool("rigs", "rig").group("everyone", "rigs"))
    clock.step(step)
    answer = book.login(class_token(**WHENEVER))
    assert answer.json["nbf"] <= clock.now() < answer.json["exp"]
    session = User(book, answer.json).take()
    claims = claims_in(session["streams"][0]["token"], RELAY_SECRET)
    assert claims["nbf"] <= clock.now() < claims["exp"]


def test_a_user_whose_token_ended_by_a_step_stays_that_user(book, clock):
    first = book.login(class_token(**WHENEVER)).json
    clock.step(2 * HOUR)
    assert book.call("GET", "/login", first["token"]).status == 401
    again = book.login(class_token(**WHENEVER), first["token"]).json
    assert again["sub"] == first["sub"]


def test_a_cancellation_ends_at_the_time_that_the_clock_tells(start_book, clock):
    """The relay never answers well; what it has to be told is over after the step."""
    book = start_book(env=clock.env)
    with DenialTaker(500) as relay:
        book.replace(Manifest().rig("rig", relay.audience).pool("rigs", "rig")
                     .group("everyone", "rigs"))
        user, other = somebody(book), somebody(book)
        session = user.take(duration=600)["session"]
        assert user.cancel(session).status == 202
        assert_refused(other.ask(), 404, "none available")
        clock.step(HOUR)
        wait_until(lambda: other.ask().status == 200, "the rig is free")


def test_a_history_with_steps_is_as_a_model_says(book, clock):
    """RELAY_E2E_BOOK_STEPS (60) operations; steps are even and durations odd multiples of 300 s, so
    that no end is close."""
    seed = int(os.environ.get("RELAY_E2E_SEED", random.randrange(2**32)))
    print(f"RELAY_E2E_SEED={seed}")
    chance = random.Random(seed)
    given = {}  # session: its end and its user
    for _ in range(int(os.environ.get("RELAY_E2E_BOOK_STEPS", scaled(60)))):
        what = chance.choice(["ask", "ask", "step", "cancel", "restart"])
        free = all(end <= clock.now() for end, _ in given.values())
        if what == "ask":
            user = somebody(book)
            answer = user.ask(duration=300 * chance.choice([1, 3, 11, 13]))
            assert answer.status == (200 if free else 404), answer.body
            if free:
                given[answer.json["session"]] = (answer.json["exp"], user)
        elif what == "step":
            clock.step(600 * chance.randrange(-6, 7))
        elif what == "cancel" and given:
            session = chance.choice(sorted(given))
            end, user = given.pop(session)
            assert user.cancel(session).status == (404 if end <= clock.now() else 204)
            if end <= clock.now():
                given[session] = (end, user)
        elif what == "restart":
            book.restart()
    book.administer("GET", "/admin/stats")
    assert book_database.contradictions(book.database) == []
