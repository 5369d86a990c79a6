# SPDX-License-Identifier: Apache-2.0
"""The description at /openapi.json and the program say the same: each operation answers one of its
documented statuses, with a body that fits, whoever asks and whatever is sent."""

import json
import time
import urllib.parse
import uuid

import pytest

from book_tokens import booking_token, class_token
from openapi_document import Document
from relay_process import call

# booking-instant.md §4: what clients of the reference rely on.
REFERENCE = """
POST /login
GET /login
GET /groups
POST /groups
GET /groups/{group_id}
DELETE /groups/{group_id}
GET /groups/{group_id}/pools
POST /groups/{group_id}/pools
PUT /groups/{group_id}/pools
DELETE /groups/{group_id}/pools
GET /pools
POST /pools
GET /pools/{pool_id}
DELETE /pools/{pool_id}
GET /pools/{pool_id}/status
POST /pools/{pool_id}/sessions
POST /pools/{pool_id}/activities
GET /pools/{pool_id}/activities/{activity_id}
PUT /pools/{pool_id}/activities/{activity_id}
DELETE /pools/{pool_id}/activities/{activity_id}
GET /admin/status
POST /admin/status
GET /admin/poolstore
POST /admin/poolstore
DELETE /admin/poolstore
""".split("\n")[1:-1]
BEYOND = ["GET /sessions/{name}", "DELETE /sessions/{name}", "GET /admin/sessions",
          "PUT /admin/manifest", "GET /admin/audit", "GET /admin/stats"]


@pytest.fixture(scope="module")
def document(shared_book):
    answer = call(shared_book.port, "GET", "/openapi.json")
    assert answer.status == 200
    return Document(answer.json)


@pytest.fixture(scope="module")
def there(shared_book):
    """Something of each kind: values for the places in paths."""
    offer = shared_book.offer(3)
    user = offer.user()
    session = user.take()
    (group,) = shared_book.administer("GET", f"/groups?name={offer.group}")
    return {"user": user, "group": offer.group,
            "path": {"group_id": group, "pool_id": offer.pool, "name": session["session"],
                     "activity_id": session["description"]["id"]}}


def test_it_is_openapi_3_and_describes_all_operations(document):
    assert document.content["openapi"].startswith("3.")
    described = {f"{one.method} {one.path}" for one in document.operations()}
    assert len(REFERENCE) == 25 and set(REFERENCE) <= described
    assert set(BEYOND) <= described
    assert {"GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi.json"} <= described


def callers(there):
    return {"nobody": None, "user": there["user"].token, "admin": booking_token(admin=True),
            "student": class_token(there["group"])}


def target(operation, path_values, query):
    path = operation.base + operation.path
    for name, value in path_values.items():
        path = path.replace("{" + name + "}", urllib.parse.quote(str(value), safe=""))
    return path + ("?" + urllib.parse.urlencode(query) if query else "")


def send(book, operation, path_values, query, token, body, kind="application/json"):
    headers = {} if token is None else {"Authorization": token}
    if body is not None:
        headers["Content-Type"] = kind
    data = body if isinstance(body, (bytes, str, type(None))) else json.dumps(body)
    return call(book.port, operation.method, target(operation, path_values, query), data, headers)


def variants(document, operation, there):
    """What is sent to it: path, query, body, content type."""
    known = {name: there["path"][name] for name in operation.parameters("path")}
    unknown = {name: str(uuid.uuid4()) for name in known}
    broken = {name: "a/ b\0" for name in known}
    query = {name: document.example(one["schema"])
             for name, one in operation.parameters("query").items()}
    wrong = {name: "no such value" for name in query}
    bodies = [None]
    if operation.body is not None:
        bodies = [document.example(operation.body), {}, [], None, "{", "null", '"text"']
    elif operation.body_types:
        bodies = ["", "{", "groups: 7"]
    kind = (operation.body_types or ["application/json"])[0]
    yield from ((known, query, body, kind) for body in bodies)
    yield unknown, query, bodies[0], kind
    yield broken, query, bodies[0], kind
    yield known, {}, bodies[0], kind
    yield known, wrong, bodies[0], kind
    if operation.body is not None:
        yield known, query, "text", "text/plain"


def in_order(document):
    """What deletes comes last, parts before the whole."""
    return sorted(document.operations(), key=lambda one: (
        one.method == "DELETE", "poolstore" in one.path, -one.path.count("/")))


def test_each_operation_answers_as_described(shared_book, document, there):
    asked = 0
    for operation in in_order(document):
        for token in callers(there).values():
            for path, query, body, kind in variants(document, operation, there):
                operation.check(send(shared_book, operation, path, query, token, body, kind))
                asked += 1
    assert asked > 25 * 4 * 4


def test_reports_with_something_in_them_are_as_described(start_book):
    book = start_book()
    operations = {f"{one.method} {one.path}": one
                  for one in Document(call(book.port, "GET", "/openapi.json").json).operations()}

    def told(path, token, **query):
        operation = operations[f"GET {path}"]
        answer = send(book, operation, {}, query, token, None)
        assert answer.status == 200, answer.body
        operation.check(answer)
        return answer.json

    offer = book.offer(2)
    user = offer.user()
    first, second = user.take(), user.take()
    assert user.ask().status == 402
    assert user.cancel(first["session"]).status == 202  # its relay cannot be told
    login = told("/login", user.token)
    assert [one["session"] for one in login["activities"]] == [second["session"]]
    assert login["cancelling"] == [{"name": first["session"], "pool": offer.pool,
                                    "activity": "Rig", "end": first["exp"]}]
    sessions = told("/admin/sessions", book.admin())
    assert {one["name"]: one["state"] for one in sessions} == {
        first["session"]: "cancelling", second["session"]: "active"}
    assert len(told("/admin/audit", book.admin())) >= 4
    statistics = told("/admin/stats", book.admin(), to=int(time.time()) + 3600)
    assert statistics["refusals"] and statistics["groups"]
    assert sum(hour["booked_s"] for one in statistics["resources"] for hour in one["hours"]) > 0


# An example of their bodies is no real one; they have tests of their own.
NOT_BY_EXAMPLE = ["POST /admin/poolstore", "PUT /admin/manifest"]


def test_each_operation_succeeds_for_somebody(start_book):
    """A book of its own, in an order in which each operation finds what it needs."""
    book = start_book()
    document = Document(call(book.port, "GET", "/openapi.json").json)
    offer = book.offer(3)
    user = offer.user()
    session = user.take()
    (group,) = book.administer("GET", f"/groups?name={offer.group}")
    path = {"group_id": group, "pool_id": offer.pool, "name": session["session"],
            "activity_id": session["description"]["id"]}
    for operation in in_order(document):
        if f"{operation.method} {operation.path}" in NOT_BY_EXAMPLE:
            continue
        query, body = good_query(document, operation, offer), good_body(document, operation, path)
        answers = [send(book, operation, path, query, token, body)
                   for token in (user.token, book.admin(), class_token(offer.group))]
        for answer in answers:
            operation.check(answer)
        statuses = {answer.status for answer in answers}
        assert statuses & successes(operation), f"{operation}: {statuses}"


def successes(operation):
    """The reference answers deletions by 404, whether there was something or not."""
    by_404 = operation.method == "DELETE" and not operation.path.endswith(("/pools", "/{name}"))
    return {404} if by_404 else {200, 202, 204}


def good_query(document, operation, offer):
    values = {"name": offer.group if operation.path == "/groups" else "pool", "duration": 60}
    return {name: values.get(name, document.example(one["schema"]))
            for name, one in operation.parameters("query").items()
            if name in values or one.get("required")}


def good_body(document, operation, path):
    body = None if operation.body is None else document.example(operation.body)
    if operation.path.endswith("/{activity_id}") and body:
        body["description"]["id"] = path["activity_id"]
    if isinstance(body, dict) and "exp" in body:
        body["exp"] = 4_000_000_000
    return body
