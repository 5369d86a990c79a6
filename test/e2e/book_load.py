# SPDX-License-Identifier: Apache-2.0
"""Users who ask at the same moment, and users who book and give back without a pause."""

import dataclasses
import http.client
import itertools
import json
import random
import threading
import time

from book_process import BASE
from book_tokens import booking_token
from relay_process import DEADLINE, Answer

LONGEST = 3600


@dataclasses.dataclass
class Request:
    """One for a session. `told` is None as long as no answer has come."""
    user: str
    key: str
    pool: str
    duration: int
    sent: float
    told: int | None = None
    session: str | None = None
    cancel_sent: bool = False
    cancelled: bool = False


class Crowd:
    """Users with a connection each. All requests are sent before any answer is read."""

    def __init__(self, book, pools, count, **claims):
        self.book, self.pools = book, pools
        self.tokens = [booking_token(*pools, **claims) for _ in range(count)]
        self.connections = []
        self.connect()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def connect(self):
        """Again, when the server has been started again."""
        self.close()
        self.connections = [http.client.HTTPConnection("127.0.0.1", self.book.port,
                                                       timeout=DEADLINE) for _ in self.tokens]
        for connection in self.connections:
            connection.connect()

    def close(self):
        for connection in self.connections:
            connection.close()

    def send(self, count, duration=60, headers=None):
        """So many ask for a session, in pools by turns."""
        for number, connection in enumerate(self.connections[:count]):
            pool = self.pools[number % len(self.pools)]
            connection.request("POST", f"{BASE}/pools/{pool}/sessions?duration={duration}",
                               headers={"Authorization": self.tokens[number], **(headers or {})})

    def send_all(self, method, path, token):
        """Each sends the same."""
        for connection in self.connections:
            connection.request(method, BASE + path, headers={"Authorization": token})

    def receive(self, count):
        """Their answers; None for a connection that was closed without one."""
        return [self._answer(connection) for connection in self.connections[:count]]

    def ask(self, count, **options):
        self.send(count, **options)
        return self.receive(count)

    def _answer(self, connection):
        try:
            return Answer(connection.getresponse())
        except ConnectionError:
            return None


class Load:
    """Each user in a thread of its own, until the server is gone."""

    _keys = itertools.count()

    def __init__(self, port, pools, users, seed):
        self.port, self.pools = port, pools
        self.requests = []
        self.faults = []
        self.threads = [threading.Thread(target=self._run,
                                         args=(user, random.Random(f"{seed}{user}")))
                        for user in users]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join(DEADLINE)
            assert not thread.is_alive()

    def _run(self, user, chance):
        token = booking_token(*self.pools, user=user)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        mine = []
        try:
            while True:
                self._book(connection, token, user, chance, mine)
                if len(mine) == 2 or (mine and chance.random() < 0.2):
                    self._cancel(connection, token, mine.pop(0))
        except (OSError, http.client.HTTPException):
            return  # the server is gone
        except AssertionError as fault:
            self.faults.append(fault)
        finally:
            connection.close()

    def _book(self, connection, token, user, chance, mine):
        request = Request(user, f"key-{next(self._keys)}", chance.choice(self.pools),
                          chance.choice([1, 2, LONGEST]), time.time())
        self.requests.append(request)
        connection.request("POST", f"{BASE}/pools/{request.pool}/sessions"
                                   f"?duration={request.duration}",
                           headers={"Authorization": token, "Idempotency-Key": request.key})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        request.told = answer.status
        assert answer.status in (200, 402, 404), body
        if answer.status == 200:
            request.session = body["session"]
            mine.append(request)

    def _cancel(self, connection, token, request):
        request.cancel_sent = True
        connection.request("DELETE", f"{BASE}/sessions/{request.session}",
                           headers={"Authorization": token})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 204 or (answer.status == 404 and request.duration < LONGEST), body
        request.cancelled = True
