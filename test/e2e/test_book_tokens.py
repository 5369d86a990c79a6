# SPDX-License-Identifier: Apache-2.0
"""Bad tokens at every operation of the OpenAPI document: always 401, in the one shape, and the
connection serves the next request."""

import http.client
import json
import uuid

import pytest

import tokens
from book_process import assert_framework_error
from book_tokens import AUDIENCE, RELAY_SECRET, booking_token, class_token, now
from openapi_document import Document
from relay_process import DEADLINE, Answer, call

FOREIGN_SECRET = "another secret of more than thirty-two bytes"


def parts(token):
    return token.split(".")


def swapped_payload(good):
    """The signature of one token below the claims of another."""
    head, _, signature = parts(good)
    return ".".join([head, parts(booking_token(admin=True, user="eve"))[1], signature])


# From the claims that would do, a token that must not; the claims are those of a user and admin.
FAULTS = {
    "foreign secret": lambda make: make(secret=FOREIGN_SECRET),
    "secret of the relays": lambda make: make(secret=RELAY_SECRET),
    "empty secret": lambda make: make(secret=""),
    "other claims": lambda make: swapped_payload(make()),
    "expired": lambda make: make(exp=now() - 1),
    "expired long ago": lambda make: make(exp=1),
    "negative exp": lambda make: make(exp=-1),
    "huge exp": lambda make: make(exp=10**40),
    "exp as text": lambda make: make(exp="tomorrow"),
    "no exp": lambda make: make(exp=None),
    "not yet": lambda make: make(nbf=now() + 60),
    "made in the future": lambda make: make(iat=now() + 60),
    "foreign audience": lambda make: make(aud=["https://other.example"]),
    "audience with a slash": lambda make: make(aud=[AUDIENCE + "/"]),
    "no audience": lambda make: make(aud=None),
    "empty audience": lambda make: make(aud=[]),
    "groups as text": lambda make: make(groups="everyone"),
    "groups of numbers": lambda make: make(groups=[1]),
    "scopes as an object": lambda make: make(scopes={"a": 1}),
    "pools as a number": lambda make: make(pools=7),
    "no groups": lambda make: make(groups=None),
    "no scopes": lambda make: make(scopes=[]),
    "none": lambda make: make(algorithm="none"),
    "None": lambda make: make(algorithm="None"),
    "RS256": lambda make: make(algorithm="RS256"),
    "truncated by one": lambda make: make()[:-1],
    "truncated by half": lambda make: make()[:len(make()) // 2],
    "without signature": lambda make: ".".join(parts(make())[:2]) + ".",
    "two segments": lambda make: ".".join(parts(make())[:2]),
    "four segments": lambda make: make() + "." + parts(make())[2],
    "one segment": lambda make: parts(make())[0],
    "dots": lambda make: "...",
    "one dot": lambda make: ".",
    "no base64": lambda make: make().replace(".", ".!", 1),
    "no JSON": lambda make: f"{parts(make())[0]}.{tokens.base64url(b'{')}.{parts(make())[2]}",
    "undefined": lambda make: "undefined",
    "Basic": lambda make: "Basic dXNlcjpwYXNzd29yZA==",
    "Bearer of nothing": lambda make: "Bearer ",
    "bytes": lambda make: "\xff\xfe\x80" * 20,
    "oversized": lambda make: make(secret=FOREIGN_SECRET, pools=[str(uuid.uuid4())] * 200),
    "oversized garbage": lambda make: "x" * 12_000,
    "oversized dots": lambda make: "." * 12_000,
}


def good_token(path):
    return class_token if path.endswith("/login") else booking_token


@pytest.fixture(scope="module")
def operations(shared_book):
    document = Document(call(shared_book.port, "GET", "/openapi.json").json)
    found = [one for one in document.operations() if one.needs_token]
    assert len(found) >= 25
    return found


@pytest.fixture(scope="module")
def connection(shared_book):
    connection = http.client.HTTPConnection("127.0.0.1", shared_book.port, timeout=DEADLINE)
    connection.connect()
    yield connection
    connection.close()


def address(operation):
    path = operation.base + operation.path
    for name in operation.parameters("path"):
        path = path.replace("{" + name + "}", str(uuid.uuid4()))
    return path


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_token_is_401_everywhere_and_the_connection_lives(operations, connection, fault):
    socket = connection.sock
    for operation in operations:
        scopes = ["login:user", "login:admin", "booking:user", "booking:admin"]
        make = good_token(operation.path)
        token = FAULTS[fault](lambda **changes: make(**{"scopes": scopes, **changes}))
        body = None if operation.method in ("GET", "DELETE") else b"{}"
        connection.request(operation.method, address(operation), body,
                           {"Authorization": token, "Content-Type": "application/json"})
        answer = Answer(connection.getresponse())
        assert answer.status == 401, f"{operation}: {answer.status} {answer.body}"
        assert_401_says_why(answer)
        assert token[-20:] not in answer.body.decode("latin-1")
        assert connection.sock is socket, f"{operation}: the connection was closed"


def assert_401_says_why(answer):
    """By the framework as an object, by a handler as a text."""
    if isinstance(answer.json, str):
        assert answer.json in ("Token Missing Required Claims",)
    else:
        assert answer.json["code"] == 401 and answer.json["message"]


def test_the_same_tokens_without_a_fault_get_in(operations, shared_book):
    """So that the test above refuses for the fault alone."""
    scopes = ["login:user", "login:admin", "booking:user", "booking:admin"]
    for operation in operations:
        make = good_token(operation.path)
        headers = {"Authorization": make(scopes=scopes), "Content-Type": "application/json"}
        body = None if operation.method in ("GET", "DELETE") else b"["
        answer = call(shared_book.port, operation.method, address(operation), body, headers)
        unauthenticated = answer.status == 401 and not isinstance(json.loads(answer.body), str)
        assert not unauthenticated, f"{operation}: {answer.body}"


def test_the_reasons_are_those_of_the_reference(shared_book):
    for token, reason in (
            (booking_token(secret=FOREIGN_SECRET), "token invalid"),
            (booking_token(aud=["https://x"]),
             f"aud [https://x] does not match this host {AUDIENCE}")):
        assert_framework_error(shared_book.call("GET", "/login", token), 401, reason)


def test_a_header_beyond_all_limits_gets_an_answer(shared_book):
    for size in (20_000, 200_000):
        answer = shared_book.call("GET", "/login", "x" * size)
        assert answer.status in (401, 431) and answer.json["message"]


def test_a_token_for_a_relay_is_none_for_booking(shared_book):
    """Also when one secret serves both, and the other way round."""
    for claims in ({"scopes": ["read", "write"], "topic": "t", "prefix": "session"},
                   {"scopes": ["relay:admin"], "topic": None, "prefix": None}):
        token = tokens.token(**{"aud": AUDIENCE, **claims})
        assert shared_book.call("GET", "/login", token).status == 401
        assert shared_book.call("POST", "/login", token).status == 401


def test_a_class_token_books_nothing_and_a_booking_token_does_not_log_in(shared_book):
    offer = shared_book.offer()
    token = class_token(offer.group, pools=[offer.pool], sub="eve")
    answer = shared_book.call("POST", f"/pools/{offer.pool}/sessions?duration=60", token)
    assert answer.status == 401
    assert shared_book.login(offer.user().token).status == 401


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_each_hmac_algorithm_is_accepted(shared_book, algorithm):
    assert shared_book.call("GET", "/login", booking_token(algorithm=algorithm)).status == 200


def test_a_bearer_prefix_is_accepted_here(shared_book):
    assert shared_book.call("GET", "/login", "Bearer " + booking_token()).status == 200
