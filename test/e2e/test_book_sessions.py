# SPDX-License-Identifier: Apache-2.0
"""Sessions: how they are requested (spec/booking-instant.md §5), what stops them (§6), and what
goes beyond the reference. `offer` makes rigs that no other test knows of."""

import re
import time
import uuid

import pytest

from book_catalogue import activity_body, simulations, stream
from book_process import assert_refused
from book_tokens import RELAY_SECRET, booking_token, claims_in, now

UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TOO_MANY = "Maximum concurrent sessions already reached. Try again later."


def wait_for_the_end(session):
    time.sleep(max(0, session["exp"] + 1 - time.time()) + 0.01)  # nothing tells of it


# ---- requests

def test_a_session_is_the_activity_with_tokens_for_its_relay(shared_book):
    before = time.time()
    session = shared_book.offer().user().take(duration=100)
    assert before + 99 <= session["exp"] <= time.time() + 100
    assert UUID.fullmatch(session["session"]) and session["config"] == {"url": ""}
    (one,) = session["streams"]
    claims = claims_in(one["token"], RELAY_SECRET)
    assert claims["topic"] == one["permission"]["topic"]
    assert claims["prefix"] == "session" and claims["scopes"] == ["read", "write"]
    assert claims["aud"] == [one["permission"]["audience"]]
    assert claims["booking_id"] == claims["bookingID"] == session["session"]
    assert claims["exp"] == int(session["exp"])
    assert claims["iat"] == claims["nbf"] <= time.time() - 1


def test_the_last_one_is_given_once(shared_book):
    offer = shared_book.offer()
    offer.user().take()
    assert_refused(offer.user().ask(), 404, "none available")


def test_the_one_that_was_used_longest_ago_is_given(book):
    book.replace(simulations(3))
    user = book.user(max_sessions=1)
    given = []
    for _ in range(6):
        session = user.take()
        given.append(session["description"]["name"])
        assert user.cancel(session["session"]).status == 204
    assert len(set(given[:3])) == 3 and given[3:] == given[:3]


def test_a_third_session_is_refused(shared_book):
    user = shared_book.offer(3).user()
    assert len({user.take()["session"] for _ in range(2)}) == 2
    assert_refused(user.ask(), 402, TOO_MANY)


def test_failed_attempts_do_not_count(shared_book):
    full, free = shared_book.offer(1), shared_book.offer(2)
    full.user().take()
    user = shared_book.user(full.group, free.group)
    for _ in range(3):
        assert_refused(user.ask(full.pool), 404, "none available")
    user.take(free.pool)
    user.take(free.pool)
    assert_refused(user.ask(free.pool), 402, TOO_MANY)


def test_users_have_quotas_of_their_own(shared_book):
    offer = shared_book.offer(4)
    for user in (offer.user(), offer.user()):
        user.take()
        user.take()


def test_a_login_without_the_old_token_is_a_new_user_with_a_new_quota(shared_book):
    offer = shared_book.offer(3)
    user = offer.user()
    user.take()
    user.take()
    assert_refused(offer.user(old=user.token).ask(), 402, TOO_MANY)
    offer.user().take()


@pytest.mark.parametrize("duration, message", [
    (59, "Requested duration too short"), (0, "Requested duration too short"),
    (121, "Requested duration too long"), (-60, "Requested duration too long"),
    (2**62, "Requested duration too long"), (2**63 - 1, "Requested duration too long")])
def test_a_duration_outside_of_the_limits_is_refused(shared_book, duration, message):
    user = shared_book.offer(min_session=60, max_session=120).user()
    assert_refused(user.ask(duration=duration), 401, message)


@pytest.mark.parametrize("duration", [60, 120])
def test_the_limits_of_a_pool_are_permitted(shared_book, duration):
    shared_book.offer(min_session=60, max_session=120).user().take(duration=duration)


def test_a_longest_duration_alone_is_honoured_here(shared_book):
    user = shared_book.offer(max_session=120).user()
    assert_refused(user.ask(duration=121), 401, "Requested duration too long")
    user.take(duration=120)


def test_a_pool_outside_of_the_groups_is_refused(shared_book):
    answer = shared_book.user("everyone").ask(shared_book.offer().pool)
    assert_refused(answer, 401, "Pool Not In Authorized Groups")


def test_a_pool_that_is_gone_is_404(shared_book):
    user = shared_book.offer().user()
    shared_book.call("DELETE", f"/pools/{user.pools[0]}", shared_book.admin())
    assert_refused(user.ask(), 404, "Pool Does Not Exist")


def test_an_admin_alone_cannot_book(shared_book):
    pool = shared_book.offer().pool
    answer = shared_book.call("POST", f"/pools/{pool}/sessions?duration=60",
                              booking_token(pool, admin=True))
    assert_refused(answer, 401, "Missing booking:user Scope")


def test_a_token_without_a_subject_cannot_book(shared_book):
    pool = shared_book.offer().pool
    answer = shared_book.call("POST", f"/pools/{pool}/sessions?duration=60",
                              booking_token(pool, sub=""))
    assert_refused(answer, 401, "No subject in booking token")


def test_hardware_that_two_pools_list_is_given_once(shared_book):
    rig, group = stream(f"topic-{uuid.uuid4()}"), f"group-{uuid.uuid4()}"
    pools = [shared_book.add_pool(None, activity_body(rig, name=name), group=group)
             for name in ("one", "two")]
    shared_book.user(group).take(pools[0])
    assert_refused(shared_book.user(group).ask(pools[1]), 404, "none available")


def test_an_activity_that_ends_sooner_is_not_given(shared_book):
    group = f"group-{uuid.uuid4()}"
    shared_book.add_pool(None, activity_body(exp=now() + 300), group=group)
    user = shared_book.user(group)
    assert_refused(user.ask(duration=600), 404, "none available")
    user.take(duration=60)


def test_sessions_leave_the_list_and_the_quota_at_their_end(shared_book):
    user = shared_book.offer(2, min_session=1, max_session=7200).user(max_sessions=1)
    session = user.take(duration=1)
    wait_for_the_end(session)
    assert user.sessions() == set()
    user.take()


# ---- lock and message (§6)

def test_the_lock_stops_new_sessions_and_nothing_else(book):
    book.replace(simulations(2))
    user = book.user()
    session = user.take()
    status = book.administer("POST", "/admin/status?lock=true&msg=Back%20at%20noon")
    assert status["locked"] is True and status["msg"] == "Back at noon"
    assert_refused(user.ask(), 402, "No new sessions allowed. Try again later.")
    answer = book.call("GET", "/login", user.token).json
    assert answer["locked"] is True and answer["msg"] == "Back at noon"
    assert user.sessions() == {session["session"]}
    assert book.user().sessions() == set()
    status = book.administer("POST", "/admin/status?lock=false")
    assert "locked" not in status and status["msg"] == "Back at noon"
    user.take()


def test_the_lock_outlives_a_restart(book):
    book.administer("POST", "/admin/status?lock=true&msg=closed")
    book.restart()
    assert (book.status()["locked"], book.status()["msg"]) == (True, "closed")


# ---- beyond the reference

def test_an_idempotency_key_gives_the_same_session_again(shared_book):
    user = shared_book.offer(2).user()
    first, again = (user.take(key="try-1") for _ in range(2))
    assert (again["session"], again["exp"]) == (first["session"], first["exp"])
    assert user.sessions() == {first["session"]}
    assert user.take(key="try-2")["session"] != first["session"]


def test_an_idempotency_key_serves_although_none_is_left_and_the_quota_is_used(shared_book):
    user = shared_book.offer(1).user(max_sessions=1)
    assert user.take(key="k")["session"] == user.take(key="k")["session"]


def test_an_idempotency_key_is_its_users_own(shared_book):
    offer = shared_book.offer(2)
    one, other = (offer.user().take(key="k")["session"] for _ in range(2))
    assert one != other


def test_an_idempotency_key_of_another_request_is_refused(shared_book):
    user = shared_book.offer(2).user()
    user.take(duration=600, key="k")
    answer = user.ask(duration=601, key="k")
    assert 400 <= answer.status < 500 and isinstance(answer.json, str), answer.body
    assert len(user.sessions()) == 1


@pytest.mark.parametrize("key", ["", "x" * 65, "a\tb", "\xe9"])
def test_a_bad_idempotency_key_is_refused(shared_book, key):
    user = shared_book.offer().user()
    assert 400 <= user.ask(key=key).status < 500
    assert user.sessions() == set()


def test_tokens_may_permit_more_sessions(shared_book):
    user = shared_book.offer(4).user(max_sessions=3)
    for _ in range(3):
        user.take()
    assert_refused(user.ask(), 402, TOO_MANY)
    assert shared_book.call("GET", "/login", user.token).json["max"] == 3


def test_groups_may_permit_more_sessions(book):
    book.replace(simulations(8).group("keen", "simulations", max_sessions=3))
    user = book.user("everyone", "keen")
    for _ in range(3):
        user.take()
    assert_refused(user.ask(), 402, TOO_MANY)
    other = book.user("everyone")
    other.take()
    other.take()
    assert_refused(other.ask(), 402, TOO_MANY)


def test_the_server_may_permit_more_sessions(start_book):
    book = start_book("--max-sessions", "1")
    book.replace(simulations(2))
    user = book.user()
    user.take()
    assert_refused(user.ask(), 402, TOO_MANY)


def test_a_session_can_be_ended_early_and_its_simulation_is_free(book):
    book.replace(simulations(1))
    user = book.user()
    session = user.take()["session"]
    told = user.state(session).json
    assert told.keys() >= {"name", "pool", "start", "end", "state"}
    assert (told["name"], told["pool"], told["state"]) == (session, user.pools[0], "active")
    assert told["end"] - told["start"] == 600
    answer = user.cancel(session)
    assert (answer.status, answer.body) == (204, b"")
    assert user.sessions() == set()
    assert user.state(session).json["state"] == "cancelled"
    assert user.cancel(session).status in (204, 404)  # repeating it does nothing
    book.user().take()


def test_only_its_owner_or_an_admin_sees_and_ends_a_session(book):
    book.replace(simulations(1))
    user, stranger = book.user(), book.user()
    session = user.take()["session"]
    for answer in (stranger.state(session), stranger.cancel(session)):
        assert answer.status == 404 and isinstance(answer.json, str)
    assert book.administer("GET", f"/sessions/{session}")["pool"] == user.pools[0]
    book.administer("DELETE", f"/sessions/{session}", status=204)


def test_a_session_that_is_over_cannot_be_ended(book):
    book.replace(simulations(1))
    user = book.user()
    session = user.take(duration=1)
    wait_for_the_end(session)
    assert user.state(session["session"]).json["state"] == "ended"
    assert user.cancel(session["session"]).status == 404


def test_wait_tells_when_the_next_one_is_free(shared_book):
    user = shared_book.offer().user()
    user.take(duration=600)
    status = shared_book.call("GET", f"/pools/{user.pools[0]}/status?duration=60", user.token).json
    assert 590 <= status["wait"] <= 600 and status["used"] == 1 and status["later"] is True
    assert status.get("available", 0) == 0


def test_a_free_one_needs_no_wait(shared_book):
    user = shared_book.offer(2).user()
    user.take()
    status = shared_book.call("GET", f"/pools/{user.pools[0]}/status", user.token).json
    assert status == {"available": 1, "used": 1, "later": True}


def test_what_ends_too_soon_is_not_later(shared_book):
    group = f"group-{uuid.uuid4()}"
    pool = shared_book.add_pool(None, activity_body(exp=now() + 300), group=group)
    answer = shared_book.call("GET", f"/pools/{pool}/status?duration=600", shared_book.admin())
    assert "later" not in answer.json and "wait" not in answer.json


def test_sessions_and_quotas_outlive_a_restart(book):
    book.replace(simulations(3))
    user = book.user()
    names = {user.take()["session"] for _ in range(2)}
    book.restart()
    assert user.sessions() == names
    assert_refused(user.ask(), 402, TOO_MANY)
    book.user().take()
    assert_refused(book.user().ask(), 404, "none available")


def test_the_tokens_of_a_session_are_the_same_after_a_change_of_the_catalogue(book):
    manifest = simulations(1).rig("rig", topic="rig-data").pool("rigs", "rig", most=7200)
    book.replace(manifest.group("everyone", "simulations", "rigs"))
    user = book.user()
    session = user.take(book.pool("rigs"))
    book.replace(simulations(1))
    (kept,) = book.call("GET", "/login", user.token).json["activities"]
    assert kept["session"] == session["session"] and kept["description"] == session["description"]
    assert claims_in(kept["streams"][0]["token"], RELAY_SECRET)["topic"] == "rig-data"
