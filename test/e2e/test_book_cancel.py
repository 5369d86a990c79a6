# SPDX-License-Identifier: Apache-2.0
"""Sessions that are ended early, with the relay that carries their streams: the user's connections
close, and the rig is free when the relay knows, not before.

RELAY_E2E_BOOK_OUTAGE (0.5): seconds for which the relay is down.
"""

import asyncio
import os
import time

import pytest
import websockets

import tokens
from book_catalogue import Manifest, stream
from book_process import assert_refused
from book_tokens import RELAY_SECRET, now
from denial_taker import DenialTaker
from relay_process import DEADLINE, SANITIZED, wait_until

OUTAGE = float(os.environ.get("RELAY_E2E_BOOK_OUTAGE", "0.5"))
# What the specification wants within a second; sanitizers are slow, and so are tests side by side.
SOON = 10 if SANITIZED else 3 if "PYTEST_XDIST_WORKER" in os.environ else 1


@pytest.fixture
def relay(start_relay):
    return start_relay(local=True, secret=RELAY_SECRET)


def offer(book, *relays):
    """One rig with a stream at each of the relays."""
    roles = ("data", "video", "audio")
    streams = [stream(f"rig-{role}", one.audience, role) for one, role in zip(relays, roles)]
    book.replace(Manifest().activity("rig", *streams).pool("rigs", "rig").group("everyone", "rigs"))


def connect(relay, session, role="data"):
    """What a client does with the stream of a session."""
    (one,) = [one for one in session["streams"] if one["for"] == role]
    assert one["url"].startswith(relay.audience)
    answer = relay.call("POST", one["url"].removeprefix(relay.audience), one["token"], body="{}")
    assert answer.status == 200, answer.body
    return relay.connect(answer.json["uri"])


async def closed_by(socket):
    """The code with which it is closed."""
    try:
        while True:
            await asyncio.wait_for(socket.recv(), DEADLINE)
    except websockets.ConnectionClosed as closed:
        return closed.code


def denied(relay):
    """The bookings that the relay refuses."""
    token = tokens.sign(tokens.claims_of(aud=relay.audience, scopes=["relay:admin"]), RELAY_SECRET)
    return relay.call("GET", "/bids/deny", token).json["booking_ids"]


def wait_cancelled(user, session):
    wait_until(lambda: user.state(session).json["state"] == "cancelled", "it is cancelled")


async def test_two_users_of_a_session_speak_over_the_relay(relay, book):
    offer(book, relay)
    session = book.user().take()
    async with connect(relay, session) as one, connect(relay, session) as other:
        await one.send("hello")
        assert await asyncio.wait_for(other.recv(), DEADLINE) == "hello"


async def test_the_live_connection_closes_within_a_second(relay, book):
    offer(book, relay)
    user = book.user()
    session = user.take()
    async with connect(relay, session) as socket:
        begin = time.monotonic()
        assert user.cancel(session["session"]).status in (202, 204)
        assert await closed_by(socket) == 4403
        assert time.monotonic() - begin < SOON
    wait_cancelled(user, session["session"])
    answer = relay.call("POST", "/session/rig-data", session["streams"][0]["token"])
    assert answer.status == 400 and "deny-listed" in answer.json["message"]


async def test_the_next_user_of_the_rig_gets_in(relay, book):
    offer(book, relay)
    user, other = book.user(), book.user()
    session = user.take()["session"]
    user.cancel(session)
    wait_cancelled(user, session)
    async with connect(relay, other.take()):
        pass


async def test_others_on_the_relay_notice_nothing(relay, book):
    book.replace(Manifest().rig("one", relay.audience).rig("two", relay.audience)
                 .pool("rigs", "one", "two").group("everyone", "rigs"))
    user, other = book.user(), book.user()
    first, second = user.take(), other.take()
    async with connect(relay, second) as socket, connect(relay, second) as peer:
        user.cancel(first["session"])
        wait_cancelled(user, first["session"])
        await socket.send("still here")
        assert await asyncio.wait_for(peer.recv(), DEADLINE) == "still here"


async def test_a_session_ends_at_its_time_by_itself(relay, book):
    offer(book, relay)
    session = book.user().take(duration=2)
    async with connect(relay, session) as socket:
        assert await closed_by(socket) == 4401
        assert time.time() >= int(session["exp"])


def assert_pending(book, user, session, *relays):
    told = user.state(session).json
    assert told["state"] == "cancelling"
    assert sorted(told["pending"]) == sorted(relay.audience for relay in relays)
    assert_refused(book.user().ask(), 404, "none available")


def test_while_the_relay_is_down_the_rig_stays_taken_and_later_it_is_free(relay, book):
    offer(book, relay)
    user = book.user()
    session = user.take()["session"]
    relay.stop()
    answer = user.cancel(session)
    assert answer.status == 202
    assert (answer.json["state"], answer.json["pending"]) == ("cancelling", [relay.audience])
    end = time.monotonic() + OUTAGE
    while time.monotonic() < end:
        assert_pending(book, user, session, relay)
        time.sleep(OUTAGE / 10)
    assert user.cancel(session).status == 202
    book.restart()
    assert_pending(book, user, session, relay)
    relay.start()
    wait_cancelled(user, session)
    assert denied(relay) == [session]
    assert user.cancel(session).status in (204, 404)
    book.user().take()


def test_a_cancellation_that_was_acknowledged_outlives_a_kill(relay, book):
    offer(book, relay)
    for _ in range(5):
        user = book.user()
        session = user.take()["session"]
        assert user.cancel(session).status in (202, 204)
        book.kill()
        book.start()
        wait_cancelled(user, session)
        assert session in denied(relay)


def test_each_relay_of_a_session_has_to_be_told(start_relay, book):
    first, second = (start_relay(local=True, secret=RELAY_SECRET) for _ in range(2))
    offer(book, first, second)
    user = book.user()
    session = user.take()["session"]
    second.stop()
    assert user.cancel(session).status == 202
    wait_until(lambda: denied(first) == [session], "the first is told")
    wait_until(lambda: user.state(session).json["pending"] == [second.audience], "one is left")
    assert_pending(book, user, session, second)
    second.start()
    wait_cancelled(user, session)
    assert denied(second) == [session]


def test_what_relays_are_told(book):
    with DenialTaker() as relay:
        offer(book, relay)
        user = book.user()
        session = user.take()
        user.cancel(session["session"])
        wait_cancelled(user, session["session"])
        ((path, query, claims),) = relay.told
    assert (path, query["bid"]) == ("/bids/deny", session["session"])
    assert abs(int(query["exp"]) - session["exp"]) <= 1
    assert claims["aud"] == [relay.audience] and claims["scopes"] == ["relay:admin"]
    assert now() < claims["exp"] <= now() + 300 and claims["nbf"] <= now()


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_a_relay_that_refuses_is_asked_until_it_accepts(book, status):
    with DenialTaker(status) as relay:
        offer(book, relay)
        user = book.user()
        session = user.take()["session"]
        assert user.cancel(session).status == 202
        wait_until(lambda: len(relay.told) >= 2, "it is asked again")
        assert_pending(book, user, session, relay)
        relay.status = 204
        wait_cancelled(user, session)


def test_an_optimistic_server_frees_the_rig_at_once(start_book):
    book = start_book("--deny-optimistic")
    with DenialTaker(500) as relay:
        offer(book, relay)
        user = book.user()
        session = user.take()["session"]
        assert user.cancel(session).status in (202, 204)
        wait_cancelled(user, session)
    book.user().take()


def test_a_cancellation_that_nobody_hears_ends_with_the_session(book):
    with DenialTaker(500) as relay:
        offer(book, relay)
        user = book.user()
        session = user.take(duration=3)
        assert user.cancel(session["session"]).status == 202
        assert_pending(book, user, session["session"], relay)
        wait_until(lambda: book.user().ask().status == 200, "the rig is free")
        assert time.time() >= int(session["exp"])


def test_a_reset_tells_the_relays(relay, book):
    offer(book, relay)
    user = book.user()
    session = user.take()["session"]
    assert book.call("DELETE", "/admin/poolstore", book.admin()).status == 404
    wait_until(lambda: denied(relay) == [session], "the relay is told")


def test_sessions_under_way_are_told_to_administrators(relay, book):
    offer(book, relay)
    session = book.user().take()["session"]
    text = str(book.administer("GET", "/admin/sessions"))
    assert session in text
    relay.stop()
    book.administer("DELETE", f"/sessions/{session}", status=202)
    assert relay.audience in str(book.administer("GET", "/admin/sessions"))
