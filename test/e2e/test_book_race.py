# SPDX-License-Identifier: Apache-2.0
"""The last rig, and N users who ask for it at the same moment: one gets it.

RELAY_E2E_BOOK_ROUNDS (14): rounds; RELAY_E2E_SEED repeats a run.
"""

import os
import random
import uuid

import book_database
from book_catalogue import Manifest, activity_body, simulations, stream
from book_load import Crowd
from denial_taker import DenialTaker
from relay_process import scaled, wait_until

ROUNDS = int(os.environ.get("RELAY_E2E_BOOK_ROUNDS", scaled(14)))
SIZES = [2, 500, 3, 10, 50, 200]
NONE_AVAILABLE = (404, b'"none available"\n')


def sizes(seed):
    """Of the rounds: these first, then any, small ones as often as large ones."""
    chance = random.Random(seed)
    return (SIZES + [round(2 * 250**chance.random()) for _ in range(ROUNDS)])[:ROUNDS]


def winners(answers):
    """The places of those who got a session; all others have to be told that there is none."""
    won = [place for place, answer in enumerate(answers) if answer.status == 200]
    for answer in answers:
        assert answer.status == 200 or (answer.status, answer.body) == NONE_AVAILABLE
    return won


def test_the_last_rig_has_one_winner(start_book):
    seed = int(os.environ.get("RELAY_E2E_SEED", random.randrange(2**32)))
    print(f"RELAY_E2E_SEED={seed}")
    book = start_book()
    with DenialTaker() as relay:
        rig = stream("rig-data", relay.audience)
        pools = [book.add_pool(name, activity_body(rig, name=name), group="everyone")
                 for name in ("by its first name", "by its second name")]
        with Crowd(book, pools, max(sizes(seed))) as crowd:
            for count in sizes(seed):
                answers = crowd.ask(count)
                (won,) = winners(answers)
                give_back(book, answers[won].json["session"], crowd.tokens[won])
    assert book_database.given_twice(book.database) == []
    states = [row["state"] for row in book_database.bookings(book.database).values()]
    assert states == ["cancelled"] * ROUNDS


def give_back(book, session, token):
    """Ends the session; the rig is free when the relay has been told."""
    assert book.call("DELETE", f"/sessions/{session}", token).status in (202, 204)
    wait_until(lambda: book.call("GET", f"/sessions/{session}", token).json["state"] == "cancelled",
               "the session is cancelled")


def test_a_few_rigs_have_as_many_winners(book):
    manifest = Manifest()
    for number in range(7):
        manifest.rig(f"rig-{number}")
    rigs = [f"rig-{number}" for number in range(7)]
    # Overlapping pools: whoever asks, seven get one.
    manifest.pool("left", *rigs[:5]).pool("right", *rigs[2:]).group("everyone", "left", "right")
    book.replace(manifest)
    with Crowd(book, [book.pool("left"), book.pool("right")], 100) as crowd:
        assert len(winners(crowd.ask(100))) == 7


def test_the_last_of_a_quota_is_given_once_to_one_user_with_many_devices(book):
    offer = book.offer(20)
    with Crowd(book, [offer.pool], 40, user=str(uuid.uuid4())) as crowd:
        answers = crowd.ask(40)
        assert sorted(answer.status for answer in answers) == [200] * 2 + [402] * 38
    assert book_database.most_at_once(book.database) == 2


def test_one_request_sent_many_times_at_once_is_one_session(book):
    offer = book.offer(20)
    with Crowd(book, [offer.pool], 40, user=str(uuid.uuid4())) as crowd:
        answers = crowd.ask(40, headers={"Idempotency-Key": "the-same"})
        assert {answer.status for answer in answers} == {200}
        assert len({answer.json["session"] for answer in answers}) == 1
    assert len(book_database.bookings(book.database)) == 1


def test_a_manifest_that_is_replaced_meanwhile_disturbs_nobody(book):
    manifest = Manifest().rig("rig").pool("pool", "rig").group("everyone", "pool")
    book.replace(manifest)
    pool = book.pool("pool")
    changed = Manifest().rig("rig").rig("another").pool("pool", "rig", "another")
    with Crowd(book, [pool], 60) as crowd:
        crowd.send(30)
        book.replace(changed.group("everyone", "pool"))
        first = winners(crowd.receive(30))
        assert 1 <= len(first) <= 2
        assert book.pool("pool") == pool
        assert len(winners(crowd.ask(60))) == 2 - len(first)


def test_a_session_that_is_ended_many_times_at_once_ends_once(book):
    book.replace(simulations(1))
    user = book.user()
    session = user.take()["session"]
    with Crowd(book, user.pools, 40) as crowd:
        crowd.send_all("DELETE", f"/sessions/{session}", user.token)
        answers = crowd.receive(40)
    assert {answer.status for answer in answers} <= {204, 404} and answers[0].status == 204
    entries = [entry for entry in book.administer("GET", "/admin/audit")
               if entry["action"] == "session cancelled"]
    assert len(entries) == 1 and entries[0]["object"] == session
