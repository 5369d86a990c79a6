# SPDX-License-Identifier: Apache-2.0
"""Groups, pools and activities by the API, and its administration (spec/booking-instant.md
§4.2-§4.4, §7)."""

import base64
import json
import re
import socket
import uuid

import pytest

import tokens
from book_catalogue import activity_body, simulations, stream
from book_process import assert_refused
from book_tokens import booking_token, class_token, now
from relay_process import DEADLINE, call


def group_body(name, pools=None):
    body = {"description": {"name": name, "type": "group"}}
    return body if pools is None else {**body, "pools": pools}


def unique(name):
    return f"{name}-{uuid.uuid4()}"


@pytest.fixture
def group(shared_book):
    """Its id and name; its pools are two of its own, which the fixture tells as well."""
    name, pools = unique("group"), [shared_book.add_pool() for _ in range(2)]
    identity = shared_book.administer("POST", "/groups", group_body(name, pools))["id"]
    return identity, name, pools


# ---- groups

def test_groups_are_found_by_name(shared_book, group):
    identity, name, _ = group
    assert shared_book.administer("GET", f"/groups?name={name}") == [identity]


def test_groups_may_share_a_name(shared_book, group):
    identity, name, _ = group
    other = shared_book.administer("POST", "/groups", group_body(name))["id"]
    assert sorted(shared_book.administer("GET", f"/groups?name={name}")) == sorted([identity,
                                                                                    other])


def test_an_unknown_name_of_a_group_is_500(shared_book):
    answer = shared_book.call("GET", "/groups?name=nobody", shared_book.admin())
    assert_refused(answer, 500, "not found")


def test_users_see_groups_of_their_own_only(shared_book, group):
    identity, name, pools = group
    own, foreign = booking_token(groups=[name]), booking_token(groups=["other"])
    assert shared_book.call("GET", f"/groups?name={name}", own).json == [identity]
    assert_refused(shared_book.call("GET", f"/groups?name={name}", foreign), 401,
                   "Missing Group in Groups Claim")
    assert shared_book.call("GET", f"/groups/{identity}", own).json["name"] == name
    assert_refused(shared_book.call("GET", f"/groups/{identity}", foreign), 401,
                   "Missing Group Name in Groups Claim")
    assert shared_book.call("GET", f"/groups/{identity}/pools", own).json == pools


def test_a_group_of_unknown_pools_is_refused(shared_book):
    pool = str(uuid.uuid4())
    answer = shared_book.call("POST", "/groups", shared_book.admin(), group_body("g", [pool]))
    assert_refused(answer, 500, f"{pool} not found")


def test_the_id_in_the_description_of_a_new_group_is_ignored(shared_book):
    body = group_body(unique("group"))
    body["description"]["id"] = chosen = str(uuid.uuid4())
    assert shared_book.administer("POST", "/groups", body)["id"] != chosen


def test_deleting_a_group_answers_404_and_keeps_its_pools(shared_book, group):
    identity, name, pools = group
    for _ in range(2):
        answer = shared_book.call("DELETE", f"/groups/{identity}", shared_book.admin())
        assert (answer.status, answer.body) == (404, b"")
    assert shared_book.call("GET", f"/groups?name={name}", shared_book.admin()).status == 500
    for pool in pools:
        shared_book.administer("GET", f"/pools/{pool}")


def test_an_unknown_group_is_500_or_404_as_ever(shared_book):
    identity, admin = str(uuid.uuid4()), shared_book.admin()
    assert_refused(shared_book.call("GET", f"/groups/{identity}", admin), 500, "not found")
    assert_refused(shared_book.call("GET", f"/groups/{identity}/pools", admin), 404, "not found")
    for method in ("POST", "PUT", "DELETE"):
        answer = shared_book.call(method, f"/groups/{identity}/pools", admin, [])
        assert (answer.status, answer.body) == (404, b"")


def test_pools_of_a_group_are_added_replaced_and_removed(shared_book, group):
    identity, _, pools = group
    more, path = shared_book.add_pool(), f"/groups/{identity}/pools"
    assert shared_book.administer("POST", path, [more]) == [*pools, more]
    assert shared_book.administer("DELETE", path, [pools[0], str(uuid.uuid4())]) == [pools[1],
                                                                                     more]
    assert shared_book.administer("PUT", path, [pools[0]]) == [pools[0]]
    assert shared_book.administer("GET", path) == [pools[0]]


def test_with_an_unknown_pool_nothing_is_added(shared_book, group):
    identity, _, pools = group
    unknown, path = str(uuid.uuid4()), f"/groups/{identity}/pools"
    for method in ("POST", "PUT"):
        answer = shared_book.call(method, path, shared_book.admin(), [pools[0], unknown])
        assert_refused(answer, 500, f"{unknown} not found")
    assert shared_book.administer("GET", path) == pools


# ---- pools

def test_pools_are_found_by_the_beginning_of_the_name_or_exactly(shared_book):
    mark = unique("Pool")
    long, short = shared_book.add_pool(f"{mark}-long"), shared_book.add_pool(mark)

    def found(query):
        return shared_book.administer("GET", f"/pools?{query}")

    assert sorted(found(f"name={mark}")) == sorted([long, short])
    assert found(f"name={mark}&exact=true") == [short]
    assert {long, short} <= set(found(""))
    for nothing in (f"name={mark.lower()}", f"name={mark[1:]}"):
        answer = shared_book.call("GET", f"/pools?{nothing}", shared_book.admin())
        assert (answer.status, answer.json) == (404, None)


def test_a_pool_tells_its_description(shared_book):
    body = {"description": {"name": unique("pool"), "type": "t", "short": "s", "long": "l",
                            "further": "f", "thumb": "th", "image": "i"}}
    pool = shared_book.administer("POST", "/pools", body)["id"]
    assert shared_book.administer("GET", f"/pools/{pool}") == {**body["description"], "id": pool}


def test_a_pool_needs_a_name_and_gets_its_id(shared_book):
    for description, message in (({"name": "", "type": "t"}, "Pool Missing Name"),
                                 ({"name": "n", "type": "t", "id": str(uuid.uuid4())},
                                  "Do Not Specify ID - Will Be Assigned")):
        answer = shared_book.call("POST", "/pools", shared_book.admin(),
                                  {"description": description})
        assert_refused(answer, 404, message)


def test_an_unknown_pool_is_401_as_ever(shared_book):
    pool = str(uuid.uuid4())
    for path in (f"/pools/{pool}", f"/pools/{pool}/status"):
        assert_refused(shared_book.call("GET", path, shared_book.admin()), 401,
                       "Pool Does Not Exist")
        assert_refused(shared_book.call("GET", path, booking_token()), 401,
                       "Pool Not In Authorized Groups")


def test_deleting_a_pool_answers_404_and_keeps_its_sessions(shared_book):
    user = shared_book.offer().user()
    session = user.take()["session"]
    for _ in range(2):
        answer = shared_book.call("DELETE", f"/pools/{user.pools[0]}", shared_book.admin())
        assert (answer.status, answer.body) == (404, b"null\n")
    assert user.sessions() == {session}


# ---- activities

def test_a_new_activity_gets_its_id_whatever_it_brings(shared_book):
    pool, body = shared_book.add_pool(), activity_body()
    body["description"]["id"] = chosen = str(uuid.uuid4())
    identity = shared_book.administer("POST", f"/pools/{pool}/activities", body)["id"]
    assert identity != chosen
    told = shared_book.administer("GET", f"/pools/{pool}/activities/{identity}")
    assert (told["id"], told["name"]) == (identity, "Rig")
    assert "streams" not in told


def test_an_activity_is_created_or_replaced_under_its_id(shared_book):
    pool, identity = shared_book.add_pool(), str(uuid.uuid4())
    path = f"/pools/{pool}/activities/{identity}"
    for name in ("one", "two"):
        body = activity_body(stream(f"topic-{identity}"), name=name)
        body["description"]["id"] = identity
        assert shared_book.administer("PUT", path, body) == {"id": identity}
        assert shared_book.administer("GET", path)["name"] == name
    assert shared_book.available(pool) == 1


def test_an_activity_in_use_stays_in_use_when_it_is_replaced(shared_book):
    offer = shared_book.offer()
    session = offer.user().take()
    identity, streams = session["description"]["id"], session["streams"]
    body = activity_body(stream(streams[0]["permission"]["topic"]), name="changed")
    body["description"]["id"] = identity
    shared_book.administer("PUT", f"/pools/{offer.pool}/activities/{identity}", body)
    assert_refused(offer.user().ask(), 404, "none available")


def test_the_id_of_a_replaced_activity_has_to_be_that_of_the_path(shared_book):
    pool, path, inside = shared_book.add_pool(), str(uuid.uuid4()), str(uuid.uuid4())
    body = activity_body()
    body["description"]["id"] = inside
    answer = shared_book.call("PUT", f"/pools/{pool}/activities/{path}", shared_book.admin(), body)
    assert_refused(answer, 404, f"ID in path ({path}) does not match that in body ({inside})")


def test_deleting_an_activity_answers_404(shared_book):
    pool = shared_book.add_pool()
    identity = shared_book.administer("POST", f"/pools/{pool}/activities", activity_body())["id"]
    path = f"/pools/{pool}/activities/{identity}"
    for _ in range(2):
        answer = shared_book.call("DELETE", path, shared_book.admin())
        assert (answer.status, answer.body) == (404, b"null\n")
    assert_refused(shared_book.call("GET", path, shared_book.admin()), 404,
                   "Activity Does Not Exist")


def test_an_unknown_pool_has_no_activities(shared_book):
    pool, activity = uuid.uuid4(), uuid.uuid4()
    for method, path, body in (("GET", f"/pools/{pool}/activities/{activity}", None),
                               ("POST", f"/pools/{pool}/activities", activity_body())):
        assert_refused(shared_book.call(method, path, shared_book.admin(), body), 404,
                       "Pool Does Not Exist")


def bad_stream(**changes):
    body = activity_body(stream(unique("topic")))
    body["streams"][0]["permission"].update(changes)
    return body


@pytest.mark.parametrize("change, reason", [
    (lambda: activity_body(exp=now() - 10), "activity already expired"),
    (lambda: bad_stream(audience=""), "empty audience"),
    (lambda: bad_stream(audience="no url"), "audience not an url because"),
    (lambda: bad_stream(connection_type="video"), "connection_type video is not session or shell"),
    (lambda: bad_stream(topic=""), "empty topic"),
    (lambda: activity_body(uis=[{"url": "", "description": {"name": "n", "type": "t"}}]),
     "missing url")])
def test_an_activity_that_makes_no_sense_is_refused_with_the_reason(shared_book, change, reason):
    pool = shared_book.add_pool()
    answer = shared_book.call("POST", f"/pools/{pool}/activities", shared_book.admin(), change())
    assert answer.status == 500 and reason in answer.json
    assert shared_book.available(pool) == 0


# ---- administration

def test_the_status_counts_what_there_is(book):
    manifest = simulations(3).pool("other", "simulation-0").group("more", "other")
    book.replace(manifest)
    user = book.user()
    end = user.take(book.pool("simulations"), 600)["exp"]
    status = book.status()
    assert status == {"groups": 2, "pools": 2, "activities": 3, "bookings": 1,
                      "last_booking_ends": status["last_booking_ends"],
                      "msg": "Open for bookings"}
    assert abs(status["last_booking_ends"] - end) <= 1


def test_a_reset_answers_404_and_leaves_nothing(book):
    book.replace(simulations(2))
    user = book.user()
    user.take()
    book.administer("POST", "/admin/status?lock=false&msg=hello")
    answer = book.call("DELETE", "/admin/poolstore", book.admin())
    assert (answer.status, answer.body) == (404, b"null\n")
    status = book.status()
    assert not status.keys() & {"groups", "pools", "activities", "bookings"}
    assert status["msg"] == "hello"
    assert user.sessions() == set()


def test_an_export_holds_no_secret_and_its_import_keeps_sessions_and_quota(start_book):
    source, target = start_book(), start_book()
    source.replace(simulations(3))
    user = source.user(max_sessions=1)
    name = user.take()["session"]
    exported = source.administer("GET", "/admin/poolstore")
    assert exported.keys() == {"pool", "booking"}
    contents = {key: json.loads(base64.b64decode(exported[key])) for key in exported}
    assert "secret" not in contents["pool"]
    text = json.dumps(contents)
    assert tokens.SECRET not in text
    assert base64.b64encode(tokens.SECRET.encode()).decode() not in text
    status = target.administer("POST", "/admin/poolstore", exported)
    assert (status["groups"], status["pools"], status["activities"], status["bookings"]) == (1, 1,
                                                                                             3, 1)
    answer = target.call("GET", "/login", user.token)
    assert [one["session"] for one in answer.json["activities"]] == [name]
    pool = target.pool("simulations")
    answer = target.call("POST", f"/pools/{pool}/sessions?duration=60", user.token)
    assert answer.status == 402
    assert target.available(pool) == 2


@pytest.mark.parametrize("body, status", [
    ({"pool": "", "booking": ""}, 500), ({"pool": "e30=", "booking": "?"}, 500),
    ({"pool": "W10=", "booking": "e30="}, 500), ({}, 500)])
def test_what_is_no_export_is_refused_and_changes_nothing(book, body, status):
    book.replace(simulations(1))
    before = book.status()
    answer = book.call("POST", "/admin/poolstore", book.admin(), body)
    assert answer.status == status, answer.body
    assert book.status() == before


# ---- around the API

@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json"])
def test_what_machines_look_at_needs_no_token(shared_book, path):
    answer = call(shared_book.port, "GET", path)
    assert answer.status == 200 and isinstance(answer.json, dict)


def test_metrics_are_prometheus_text(shared_book):
    answer = call(shared_book.port, "GET", "/metrics")
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain")
    assert b"# TYPE " in answer.body


def test_only_listed_origins_may_read(start_book):
    book = start_book("--allowed-origins", "https://good.example")
    for origin, expected in (("https://good.example", "https://good.example"),
                             ("https://bad.example", None)):
        answer = book.call("GET", "/pools", headers={"Origin": origin})  # an error, too
        assert answer.headers["Access-Control-Allow-Origin"] == expected
        answer = book.call("OPTIONS", "/login", headers={
            "Origin": origin, "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key"})
        assert answer.headers["Access-Control-Allow-Origin"] == expected


def test_logins_are_limited_by_address_and_nothing_else_is(start_book):
    book = start_book("--login-rate", "0.01", "--login-burst", "3")
    user = book.user()
    answers = [book.login(booking_token()) for _ in range(4)]
    assert answers[-1].status == 429 and int(answers[-1].headers["Retry-After"]) >= 1
    for _ in range(10):
        assert user.sessions() == set()


def log_ins(book, *forwarded):
    """Their statuses, each with a word of a proxy for whom it comes from."""
    return [book.call("POST", "/login", class_token(), headers={"X-Forwarded-For": text}).status
            for text in forwarded]


def test_only_a_trusted_proxy_may_say_whom_a_log_in_is_from(start_book):
    limits = ("--login-rate", "0.01", "--login-burst", "2")
    elsewhere = start_book(*limits, "--trusted-proxy", "192.0.2.200")
    assert log_ins(elsewhere, "192.0.2.1", "192.0.2.2", "192.0.2.3") == [200, 200, 429]
    here = start_book(*limits)
    assert log_ins(here, "192.0.2.1", "192.0.2.2", "192.0.2.3") == [200] * 3
    # What a client has written there itself stands before what the proxy added.
    assert log_ins(here, "192.0.2.4, 192.0.2.9", "192.0.2.5, 192.0.2.9",
                   "192.0.2.6, 192.0.2.9") == [200, 200, 429]


def statuses_of_many(port, path, count):
    """Of requests that are sent at once, so that no time is between them."""
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as line:
        line.sendall((f"{request}\r\n" * (count - 1) + f"{request}Connection: close\r\n\r\n").encode())
        answers = b"".join(iter(lambda: line.recv(1 << 16), b""))
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/swagger.json"])
def test_who_only_watches_is_limited_too_and_takes_no_log_in_away(book, path):
    statuses = statuses_of_many(book.port, path, 400)
    assert len(statuses) == 400 and set(statuses) == {200, 429}
    book.user()


@pytest.mark.parametrize("path", ["//api/v1/login", "/api//v1/login", "/api/v1//login"])
def test_several_slashes_count_as_one(shared_book, path):
    assert call(shared_book.port, "POST", path,
                headers={"Authorization": class_token()}).status == 200


def test_nothing_secret_is_logged(start_book):
    book = start_book("--log-level", "debug")
    book.replace(simulations(1))
    user = book.user()
    user.take()
    book.login(booking_token(secret="x" * 40))
    book.stop()
    log = book.log()
    for secret in (tokens.SECRET, user.token, user.token.rpartition(".")[2]):
        assert secret[:16] not in log and secret[-16:] not in log
