# SPDX-License-Identifier: Apache-2.0
"""Whatever administrators do to the catalogue meanwhile, no topic of a relay is ever in the hands of
two sessions: topics are what a rig is known by.

RELAY_E2E_BOOK_STEPS (200): operations; RELAY_E2E_SEED repeats a run.
"""

import os
import random

import pytest

import book_database
from book_catalogue import Manifest, activity_body, stream
from book_process import User, assert_refused
from book_tokens import booking_token
from denial_taker import DenialTaker
from relay_process import scaled, wait_until

STEPS = int(os.environ.get("RELAY_E2E_BOOK_STEPS", scaled(200)))
TOPICS = "abcdef"


@pytest.fixture
def relay():
    with DenialTaker() as relay:
        yield relay


def streams_of(relay, topics):
    return [stream(topic, relay.audience, role=f"role-{place}")
            for place, topic in enumerate(topics)]


class Laboratory:
    """A server with two pools, and what is in use at it."""

    def __init__(self, book, relay, chance):
        self.book, self.relay, self.chance = book, relay, chance
        self.live = {}  # session: its user and topics
        self.replace()
        self.pools = [book.pool(name) for name in ("left", "right")]  # the same ever after

    def topics(self):
        return self.chance.sample(TOPICS, self.chance.choice([1, 1, 2, 2, 3]))

    def replace(self):
        manifest = Manifest()
        keys = [f"activity-{number}" for number in range(self.chance.randrange(1, 6))]
        for key in keys:
            manifest.activity(key, *streams_of(self.relay, self.topics()))
        manifest.pool("left", *keys).pool("right", *keys[:2]).group("everyone", "left", "right")
        return self.administer("PUT", "/admin/manifest", manifest.text)

    def put(self):
        """Replaces one activity, or adds it."""
        identity = f"00000000-0000-4000-8000-00000000000{self.chance.randrange(3)}"
        body = activity_body(*streams_of(self.relay, self.topics()))
        body["description"]["id"] = identity
        return self.administer("PUT", f"/pools/{self.pools[0]}/activities/{identity}", body)

    def administer(self, method, path, body):
        """409 where a change would join or part what is in use."""
        answer = self.book.call(method, path, self.book.admin(), body,
                                {"Content-Type": "application/yaml"} if "manifest" in path else {})
        assert answer.status in ((200, 409) if self.live else (200,)), answer.body
        return answer.status

    def ask(self):
        # Logs in by hand: who does so often from one address has to wait.
        user = User(self.book, {"token": booking_token(*self.pools), "sub": "", "pools": []})
        answer = user.ask(self.chance.choice(self.pools))
        if answer.status == 404:
            return False
        assert answer.status == 200, answer.body
        topics = {one["permission"]["topic"] for one in answer.json["streams"]}
        for session, (_, taken) in self.live.items():
            assert not topics & taken, f"{topics & taken} is in use by {session}"
        self.live[answer.json["session"]] = user, topics
        return True

    def give_back(self):
        if not self.live:
            return False
        session = self.chance.choice(sorted(self.live))
        user, _ = self.live.pop(session)
        assert user.cancel(session).status in (202, 204)
        wait_until(lambda: user.state(session).json["state"] == "cancelled", "it is cancelled")
        return True


def test_no_topic_is_ever_in_two_hands(book, relay):
    seed = int(os.environ.get("RELAY_E2E_SEED", random.randrange(2**32)))
    print(f"RELAY_E2E_SEED={seed}")
    laboratory = Laboratory(book, relay, random.Random(seed))
    kinds = [laboratory.replace, laboratory.put, laboratory.ask, laboratory.ask, laboratory.ask,
             laboratory.give_back, laboratory.give_back]
    outcomes = {}
    for _ in range(STEPS):
        kind = laboratory.chance.choice(kinds)
        outcomes.setdefault((kind.__name__, kind()), 0)
    while laboratory.give_back():
        pass
    assert laboratory.ask()
    assert book_database.given_twice(book.database) == []
    if STEPS >= 200:  # then each has happened
        assert {("replace", 200), ("replace", 409), ("put", 200), ("ask", True), ("ask", False),
                ("give_back", True)} <= outcomes.keys()


def test_an_activity_that_is_added_for_a_rig_in_use_is_in_use(book, relay):
    book.replace(Manifest().activity("first", *streams_of(relay, "a")).pool("pool", "first")
                 .group("everyone", "pool"))
    book.user().take()
    pool = book.pool("pool")
    book.administer("POST", f"/pools/{pool}/activities", activity_body(*streams_of(relay, "ab")))
    assert_refused(book.user().ask(), 404, "none available")


def test_a_rig_in_use_that_is_withdrawn_and_offered_again_is_in_use(book, relay):
    manifest = Manifest().activity("rig", *streams_of(relay, "a")).pool("pool", "rig")
    book.replace(manifest.group("everyone", "pool"))
    user = book.user()
    session = user.take()["session"]
    book.replace(Manifest())
    assert book.status().get("pools", 0) == 0
    renamed = Manifest().activity("other", *streams_of(relay, "a")).pool("new", "other")
    book.replace(renamed.group("everyone", "new"))
    assert_refused(book.user().ask(), 404, "none available")
    user.cancel(session)
    wait_until(lambda: book.user().ask().status == 200, "the rig is free")
