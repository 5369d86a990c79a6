# SPDX-License-Identifier: Apache-2.0
"""A booking server as its users have it: the program, and the calls of its users."""

import json
import pathlib
import urllib.parse
import uuid

import tokens
from book_catalogue import activity_body, stream
from book_tokens import AUDIENCE, RELAY_SECRET, WHENEVER, booking_token, class_token
from relay_process import Process, call

BASE = "/api/v1"


class Book(Process):
    """`relay book serve`, with its database in a folder that outlives restarts."""

    def __init__(self, folder, *flags, audience=AUDIENCE, env=None, state=None):
        self.audience = audience
        self.state = pathlib.Path(state or pathlib.Path(folder) / "state")
        settings = ["--listen", "127.0.0.1", "--port", "0", "--state-dir", str(self.state)]
        super().__init__(folder, ("book", "serve"), [*settings, *flags],
                         {"BOOK_FQDN": audience, "BOOK_SECRET": tokens.SECRET,
                          "BOOK_RELAY_SECRET": RELAY_SECRET, **(env or {})})

    @property
    def database(self):
        return self.state / "book.db"

    def start(self):
        told = self.launch()
        assert told["event"] == "listening", told
        self.port = int(told["book"].rpartition(":")[2])
        return self

    def restart(self):
        self.stop()
        return self.start()

    def call(self, method, path, token=None, body=None, headers=None, base=BASE):
        """`body` is sent as JSON, unless it is text or bytes."""
        fields = {} if token is None else {"Authorization": token}
        if body is not None:
            fields["Content-Type"] = "application/json"
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return call(self.port, method, base + path, body, {**fields, **(headers or {})})

    def login(self, token, old=None):
        return self.call("POST", "/login", token, None if old is None else {"token": old})

    def user(self, *groups, old=None, **claims):
        """Somebody who has logged in."""
        answer = self.login(class_token(*groups, **claims), old)
        assert answer.status == 200, answer.body
        return User(self, answer.json)

    def admin(self):
        """A booking token of an administrator, which is good whatever the clock says."""
        return booking_token(admin=True, **WHENEVER)

    def administer(self, method, path, body=None, status=200, **options):
        answer = self.call(method, path, self.admin(), body, **options)
        assert answer.status == status, (answer.status, answer.body)
        return answer.json if answer.body else None

    def replace(self, manifest, dry_run=False):
        """Uploads the manifest; what changed."""
        return self.administer("PUT", "/admin/manifest" + ("?dry_run=true" if dry_run else ""),
                               manifest.text, headers={"Content-Type": "application/yaml"})

    def pool(self, name):
        """Its id."""
        query = urllib.parse.urlencode({"name": name, "exact": "true"})
        identities = self.administer("GET", f"/pools?{query}")
        assert len(identities) == 1, identities
        return identities[0]

    def add_pool(self, name=None, *activities, group=None, **limits):
        """Makes a pool by the API; its id."""
        name = name or f"pool-{uuid.uuid4()}"
        body = {"description": {"name": name, "type": "pool"}, **limits}
        pool = self.administer("POST", "/pools", body)["id"]
        for activity in activities:
            self.administer("POST", f"/pools/{pool}/activities", activity)
        if group:
            self.administer("POST", "/groups", {"description": {"name": group, "type": "group"},
                                                "pools": [pool]})
        return pool

    def offer(self, count=1, **limits):
        """A group of the caller's own, whose pool has that many rigs."""
        group = f"group-{uuid.uuid4()}"
        rigs = [activity_body(stream(f"topic-{uuid.uuid4()}")) for _ in range(count)]
        return Offer(self, group, self.add_pool(None, *rigs, group=group, **limits))

    def status(self):
        return self.administer("GET", "/admin/status")

    def available(self, pool, duration=60):
        answer = self.administer("GET", f"/pools/{pool}/status?duration={duration}")
        return answer["available"]


class Offer:
    """A group with one pool."""

    def __init__(self, book, group, pool):
        self.book, self.group, self.pool = book, group, pool

    def user(self, **options):
        """Somebody who may use it."""
        return self.book.user(self.group, **options)


class User:
    """Somebody with a booking token."""

    def __init__(self, book, login):
        self.book, self.login = book, login
        self.token, self.name, self.pools = login["token"], login["sub"], login["pools"]

    def ask(self, pool=None, duration=600, key=None):
        """Asks for a session, by default in its first pool; the answer."""
        pool = pool or self.pools[0]
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.book.call("POST", f"/pools/{pool}/sessions?duration={duration}", self.token,
                              headers=headers)

    def take(self, pool=None, duration=600, key=None):
        """Gets a session, as the API tells it."""
        answer = self.ask(pool, duration, key)
        assert answer.status == 200, answer.body
        return answer.json

    def state(self, session):
        """Of a session, by its name: the answer."""
        return self.book.call("GET", f"/sessions/{session}", self.token)

    def cancel(self, session):
        return self.book.call("DELETE", f"/sessions/{session}", self.token)

    def sessions(self):
        """The names of those that it has."""
        answer = self.book.call("GET", "/login", self.token)
        assert answer.status == 200, answer.body
        return {activity["session"] for activity in answer.json["activities"]}


class Commands:
    """`relay book COMMAND` of an administrator."""

    def __init__(self, book, run):
        self.book, self._run = book, run

    def run(self, *arguments, **env):
        """Status, standard output, standard error."""
        return self._run("book", *arguments, **{
            "RELAY_SCHEME": "http", "RELAY_HOST": f"127.0.0.1:{self.book.port}",
            "RELAY_TOKEN": class_token("organisers", admin=True), **env})

    def well(self, *arguments, **env):
        """The output of one that has to succeed, which says nothing on standard error."""
        status, output, log = self.run(*arguments, **env)
        assert (status, log) == (0, ""), (status, output, log)
        return output


def assert_refused(answer, status, message):
    """A handler's refusal: a bare JSON string and a newline."""
    assert (answer.status, answer.body) == (status, json.dumps(message).encode() + b"\n")


def assert_framework_error(answer, status, message, code=None):
    """A refusal before any handler: an object with a number, without a newline."""
    assert answer.status == status, answer.body
    assert answer.json.keys() == {"code", "message"}, answer.body
    assert answer.json["code"] == (code or status), answer.body
    assert message in answer.json["message"], answer.body
    assert not answer.body.endswith(b"\n")
