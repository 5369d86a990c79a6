# SPDX-License-Identifier: Apache-2.0
"""The instant API as clients of the reference know it: conventions, tokens and logins
(spec/booking-instant.md §2, §3, §4.1). What its own tests pin is pinned here, too."""

import re

import pytest

import tokens
from book_catalogue import activity_body
from book_process import assert_framework_error, assert_refused
from book_tokens import AUDIENCE, booking_token, claims_in, class_token, now

UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
UNAUTHENTICATED = b'{"code":401,"message":"unauthenticated for invalid credentials"}'


# ---- conventions (§2)

@pytest.mark.parametrize("authorization", [None, ""])
def test_a_request_without_a_token_is_told_so_in_these_bytes(shared_book, authorization):
    answer = shared_book.call("GET", "/pools", authorization)
    assert (answer.status, answer.body) == (401, UNAUTHENTICATED)


def test_a_trailing_slash_works(shared_book):
    shared_book.add_pool("with-slash")
    answer = shared_book.call("GET", "/pools/?name=with-slash", shared_book.admin())
    assert answer.status == 200 and len(answer.json) == 1


@pytest.mark.parametrize("base", ["/api/v1", "/instant/api/v1", "/ed0/book/api/v1",
                                  "/ed0/book/instant/api/v1"])
def test_all_mounts_serve_the_same(shared_book, base):
    answer = shared_book.call("POST", "/login", class_token(), base=base)
    assert answer.status == 200
    assert shared_book.call("GET", "/login", answer.json["token"], base=base).status == 200


def test_success_and_refusals_of_handlers_end_with_a_newline(shared_book):
    user = shared_book.offer().user()
    assert user.ask().body.endswith(b"}\n")
    assert user.ask().body == b'"none available"\n'


def test_a_missing_member_is_named(shared_book):
    pool = shared_book.add_pool()
    body = activity_body()
    del body["streams"]
    answer = shared_book.call("POST", f"/pools/{pool}/activities", shared_book.admin(), body)
    assert_framework_error(answer, 422, "streams in body is required", 602)


def test_only_the_first_missing_member_in_alphabetical_order_is_named(shared_book):
    pool = shared_book.add_pool()
    answer = shared_book.call("POST", f"/pools/{pool}/activities", shared_book.admin(), {})
    assert_framework_error(answer, 422, "description in body is required", 602)


def test_a_parameter_of_another_type_is_named(shared_book):
    answer = shared_book.offer().user().ask(duration="x")
    assert_framework_error(answer, 422, 'duration in query must be of type int64: "x"', 601)


def test_a_missing_parameter_is_named(shared_book):
    user = shared_book.offer().user()
    answer = shared_book.call("POST", f"/pools/{user.pools[0]}/sessions", user.token)
    assert_framework_error(answer, 422, "duration in query is required", 602)


def test_an_unknown_path_is_told_by_its_name(shared_book):
    answer = shared_book.call("GET", "/nothing", shared_book.admin())
    assert_framework_error(answer, 404, "/nothing was not found")


def test_a_wrong_method_is_told_the_right_ones(shared_book):
    answer = shared_book.call("DELETE", "/login", shared_book.admin())
    assert_framework_error(answer, 405, "method DELETE is not allowed, but [")
    assert {name.strip() for name in answer.headers["Allow"].split(",")} >= {"GET", "POST"}


def test_another_content_type_is_415(shared_book):
    answer = shared_book.call("POST", "/pools", shared_book.admin(), "name: x",
                              headers={"Content-Type": "text/plain"})
    assert_framework_error(answer, 415, "only [application/json] are allowed")


def test_what_is_no_json_is_400(shared_book):
    answer = shared_book.call("POST", "/pools", shared_book.admin(), "{")
    assert_framework_error(answer, 400, "body from \"\" failed, because ")


def test_a_body_that_is_too_long_is_413(shared_book):
    answer = shared_book.call("POST", "/pools", shared_book.admin(), " " * (2 << 20))
    assert answer.status == 413, answer.body


def test_the_token_is_looked_at_before_the_body(shared_book):
    assert shared_book.call("POST", "/pools", None, "{").status == 401
    assert shared_book.call("POST", "/pools", booking_token(), "{").status == 401


def test_optional_members_that_are_zero_are_left_out(book):
    assert book.status().keys() <= {"msg", "last_booking_ends"}


# ---- tokens and login (§3, §4.1)

def test_a_login_gives_a_booking_token(shared_book):
    pool = shared_book.add_pool(group="login-group")
    before = now()
    answer = shared_book.login(class_token("login-group")).json
    assert answer.keys() == {"token", "iat", "nbf", "exp", "aud", "sub", "groups", "scopes",
                             "pools"}
    assert answer["aud"] == AUDIENCE
    assert answer["groups"] == ["login-group"] and answer["pools"] == [pool]
    assert answer["scopes"] == ["booking:user"]
    assert UUID.fullmatch(answer["sub"])
    assert answer["iat"] == answer["nbf"] and before - 2 <= answer["iat"] < now() + 1
    assert before + 3600 <= answer["exp"] <= now() + 3600
    claims = claims_in(answer["token"], tokens.SECRET)
    assert claims["sub"] == answer["sub"] and claims["pools"] == [pool]
    assert claims["exp"] == answer["exp"]


def test_scopes_come_as_extras_admin_user(shared_book):
    token = class_token(scopes=["login:user", "login:admin", "extra:one"])
    assert shared_book.login(token).json["scopes"] == ["extra:one", "booking:admin",
                                                       "booking:user"]


def test_pools_of_several_groups_come_once_each(shared_book):
    pool = shared_book.add_pool(group="union-one")
    other = shared_book.add_pool()
    shared_book.administer("POST", "/groups", {
        "description": {"name": "union-two", "type": "group"}, "pools": [pool, other]})
    answer = shared_book.login(class_token("union-one", "union-two")).json
    assert sorted(answer["pools"]) == sorted([pool, other])


def test_unknown_groups_are_skipped(shared_book):
    pool = shared_book.add_pool(group="known")
    answer = shared_book.login(class_token("unknown", "known"))
    assert answer.status == 200 and answer.json["pools"] == [pool]


def test_a_valid_booking_token_keeps_its_user_but_not_its_groups(shared_book):
    shared_book.add_pool(group="before")
    pool = shared_book.add_pool(group="after")
    first = shared_book.user("before")
    second = shared_book.user("after", old=first.token)
    assert second.name == first.name
    assert second.pools == [pool] and second.login["groups"] == ["after"]


def test_an_expired_booking_token_keeps_its_user_here(shared_book):
    old = booking_token(user="3a5ed4b8-6f0c-4f5c-9f0e-0d6f6f1a2b3c", exp=now() - 10)
    assert shared_book.user(old=old).name == "3a5ed4b8-6f0c-4f5c-9f0e-0d6f6f1a2b3c"


@pytest.mark.parametrize("old", [
    str, lambda: "garbage", lambda: "a.b.c", lambda: "a.b.c.d",
    lambda: booking_token(secret="x" * 40), lambda: booking_token(algorithm="none"),
    lambda: booking_token(sub=""), lambda: booking_token(sub=None)])
def test_a_foreign_or_broken_booking_token_means_a_new_user(shared_book, old):
    first, second = (shared_book.login(class_token(), old()) for _ in range(2))
    assert (first.status, second.status) == (200, 200)
    assert UUID.fullmatch(first.json["sub"]) and first.json["sub"] != second.json["sub"]


def test_an_admin_needs_a_group_that_need_not_exist(shared_book):
    token = booking_token(admin=True, groups=["no-such-group"])
    assert shared_book.call("GET", "/admin/status", token).status == 200
    token = booking_token(admin=True, groups=[])
    assert_refused(shared_book.call("GET", "/admin/status", token), 401,
                   "Token Missing Required Claims")


@pytest.mark.parametrize("method, path, token, message", [
    ("POST", "/login", booking_token, "Missing login:user or login:admin scope"),
    ("GET", "/login", lambda: booking_token(admin=True), "Missing booking:user Scope"),
    ("GET", "/login", lambda: booking_token(sub=""), "no subject in token (userID)"),
    ("GET", "/pools", booking_token, "Missing booking:admin Scope"),
    ("GET", "/groups?name=x", class_token, "Missing booking:admin or booking:user Scope"),
    ("GET", "/groups?name=x", booking_token, "Missing Group in Groups Claim"),
    ("GET", "/pools", lambda: booking_token(scopes=[]), "Token Missing Required Claims")])
def test_a_token_of_another_scope_is_told_what_it_lacks(shared_book, method, path, token, message):
    assert_refused(shared_book.call(method, path, token()), 401, message)


def test_a_user_without_sessions_gets_an_empty_list_and_the_message_of_the_day(book):
    answer = book.call("GET", "/login", book.user().token)
    assert answer.json == {"max": 2, "activities": [], "msg": "Open for bookings"}


def test_a_login_tells_of_earlier_sessions_with_their_tokens(shared_book):
    offer = shared_book.offer()
    user = offer.user()
    session = user.take()
    again = offer.user(old=user.token)
    assert again.name == user.name and again.sessions() == {session["session"]}
    (told,) = shared_book.call("GET", "/login", again.token).json["activities"]
    assert told == session
