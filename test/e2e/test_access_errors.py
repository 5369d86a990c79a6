# SPDX-License-Identifier: Apache-2.0
"""The access API: each row of the specification's failure table (§3) by name, and successes."""

import json
import re
import subprocess
import time

import pytest

import tokens
from raw_websocket import RawSocket, RawWebSocket, handshake
from relay_process import RELAY_FQDN, free_port, wait_until

SESSION = "/session/lamp"


def now():
    return int(time.time())


def assert_refused(answer, status, message):
    """The one shape of all errors: `code` is a string, whatever the reference does."""
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json.keys() == {"code", "message"}
    assert answer.json["code"] == str(status)
    assert message in answer.json["message"]


# ---- failures, by row

def test_row_no_authorization(shared_relay):
    answer = shared_relay.call("POST", SESSION)
    assert_refused(answer, 401, "unauthenticated for invalid credentials")
    assert answer.headers["WWW-Authenticate"]


def row_bad_token():
    good = tokens.token()
    head, payload, signature = good.split(".")
    other = tokens.base64url(json.dumps(tokens.claims_of(topic="other")).encode())
    return {
        "bad signature": tokens.sign(tokens.claims_of(),
                                     secret="another secret of many bytes long"),
        "signature of another payload": f"{head}.{other}.{signature}",
        "signature cut": good[:-5],
        "no signature": f"{head}.{payload}.",
        "expired": tokens.token(exp=now() - 1),
        "nbf in the future": tokens.token(nbf=now() + 60),
        "iat in the future": tokens.token(iat=now() + 60),
        "not base64": f"{head}.!!!!.{signature}",
        "algorithm none": tokens.sign(tokens.claims_of(), algorithm="none"),
        "algorithm RS256": tokens.sign(tokens.claims_of(), algorithm="RS256"),
        "unknown kid": tokens.sign(tokens.claims_of(), kid="nobody"),
        "scheme Basic": "Basic dXNlcjpwYXNz",
        "exp as text": tokens.token(exp="tomorrow"),
        "scopes as text": tokens.token(scopes="read"),
    }


@pytest.mark.parametrize("fault", row_bad_token())
def test_row_bad_signature_expired_premature_not_base64(shared_relay, fault):
    assert_refused(shared_relay.call("POST", SESSION, row_bad_token()[fault]), 401, "token invalid")


def test_row_bearer_is_accepted_here(shared_relay):
    assert shared_relay.call("POST", SESSION, "Bearer " + tokens.token()).status == 200


@pytest.mark.parametrize("text", ["abc", ".", "..", "a.b", "a.b.c.d", "...", "Bearer", "Bearer x"])
def test_row_not_three_segments(shared_relay, text):
    assert_refused(shared_relay.call("POST", SESSION, text), 401, "token invalid")


@pytest.mark.parametrize("audience", ["https://lab.example/ed0/access/",
                                      "https://lab.example/ED0/access",
                                      "https://lab.example/ed0", "x", ["x", "y"]])
def test_row_wrong_audience(shared_relay, audience):
    answer = shared_relay.call("POST", SESSION, tokens.token(aud=audience))
    assert_refused(answer, 401, f"does not match this host {tokens.AUDIENCE}")


def test_row_valid_token_without_exp(shared_relay):
    assert_refused(shared_relay.call("POST", SESSION, tokens.token(exp=None)), 401, "exp")


def test_row_valid_token_without_iat_or_nbf_is_accepted_here(shared_relay):
    assert shared_relay.call("POST", SESSION, tokens.token(iat=None, nbf=None)).status == 200


def test_row_topic_differs_from_path(shared_relay):
    answer = shared_relay.call("POST", "/session/other", tokens.token())
    assert_refused(answer, 401, "Token Wrong Topic")


@pytest.mark.parametrize("claim", ["topic", "prefix", "scopes", "aud"])
def test_row_claim_missing(shared_relay, claim):
    for value in (None, [] if claim in ("scopes", "aud") else ""):
        answer = shared_relay.call("POST", SESSION, tokens.token(**{claim: value}))
        assert_refused(answer, 401, "Token Missing Required Claims")


@pytest.mark.parametrize("booking", [None, ""])
def test_row_booking_id_empty_and_not_allowed(shared_relay, booking):
    answer = shared_relay.call("POST", SESSION, tokens.token(booking_id=booking))
    assert_refused(answer, 400, "empty bookingID field is not permitted")


def test_row_booking_denied(shared_relay):
    shared_relay.deny("denied-1")
    for name in ("booking_id", "bookingID"):
        claims = tokens.claims_of(**{"booking_id": None, name: "denied-1"})
        assert_refused(shared_relay.call("POST", SESSION, tokens.sign(claims)), 400,
                       "bookingID has been deny-listed, probably because the session was cancelled")


NOT_ADMIN = [["read", "write"], ["relay:stats"], ["relay:Admin"]]


@pytest.mark.parametrize("scopes", NOT_ADMIN)
def test_row_bids_deny_without_admin(shared_relay, scopes):
    answer = shared_relay.call("POST", "/bids/deny?bid=b&exp=4000000000",
                               tokens.token(scopes=scopes))
    assert_refused(answer, 401, "is token missing relay:admin scope? Missing relay:admin Scope")
    assert "b" not in shared_relay.bookings("deny")


@pytest.mark.parametrize("scopes", NOT_ADMIN)
@pytest.mark.parametrize("request_line", ["POST /bids/allow?bid=b&exp=4000000000",
                                          "GET /bids/allow",
                                          "GET /bids/deny"])
def test_row_bids_allow_and_both_gets_without_admin(shared_relay, request_line, scopes):
    answer = shared_relay.call(*request_line.split(), tokens.token(scopes=scopes))
    assert_refused(answer, 401, "token missing relay:admin scope")


@pytest.mark.parametrize("scopes", [["read", "write"], ["relay:admin"]])
def test_row_status_without_stats_scope(shared_relay, scopes):
    answer = shared_relay.call("GET", "/status", tokens.token(scopes=scopes))
    assert_refused(answer, 401, "token missing relay:stats scope")


@pytest.mark.parametrize("path", ["deny", "allow"])
@pytest.mark.parametrize("query, missing", [("?exp=4000000000", "bid"), ("?bid=&exp=4000000000",
                                                                         "bid"),
                                            ("?bid=b", "exp"), ("?bid=b&exp=", "exp"), ("", "bid")])
def test_row_bid_or_exp_absent_or_empty(shared_relay, path, query, missing):
    answer = shared_relay.call("POST", f"/bids/{path}{query}", tokens.admin_token())
    assert_refused(answer, 422, f"{missing} in query is required")


@pytest.mark.parametrize("path", ["deny", "allow"])
@pytest.mark.parametrize("exp", ["abc", "1.5", "1e9", "0x10", "99999999999999999999", "12%20"])
def test_row_exp_not_an_integer(shared_relay, path, exp):
    answer = shared_relay.call("POST", f"/bids/{path}?bid=b&exp={exp}", tokens.admin_token())
    assert_refused(answer, 422, "exp in query must be of type int64")


@pytest.mark.parametrize("exp", [1, -5])
def test_row_exp_in_the_past_deny(shared_relay, exp):
    answer = shared_relay.call("POST", f"/bids/deny?bid=b&exp={exp}", tokens.admin_token())
    assert_refused(answer, 400, f"booking expiry time (exp) of [{exp}] missing or in the past")
    assert "b" not in shared_relay.bookings("deny")


def test_row_exp_in_the_past_allow(shared_relay):
    answer = shared_relay.call("POST", "/bids/allow?bid=b&exp=1", tokens.admin_token())
    assert_refused(answer, 400, "exp (booking expiry time) missing or in the past")


@pytest.mark.parametrize("request_line, allowed", [
    ("GET /session/lamp", "POST"), ("DELETE /session/lamp", "POST"), ("PUT /bids/deny",
                                                                      "GET, POST"),
    ("POST /status", "GET"), ("POST /healthz", "GET")])
def test_row_wrong_method(shared_relay, request_line, allowed):
    answer = shared_relay.call(*request_line.split())
    assert_refused(answer, 405, f"method {request_line.split()[0]} is not allowed")
    for method in allowed.split(", "):
        assert method in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/nothing", "/", "/session", "/session/", "/session/a/b", "/bids",
                                  "/ed0/access/nothing", "/ed0/accessories", "/debug/pprof/"])
def test_row_unknown_path(shared_relay, path):
    assert_refused(shared_relay.call("POST", path), 404, f"path {path} was not found")


# ---- failures beyond the table

@pytest.mark.parametrize("changes", [{"prefix": "shell"}, {"scopes": ["banana"]}])
def test_a_token_whose_code_could_not_work_gets_none(shared_relay, changes):
    assert shared_relay.call("POST", SESSION, tokens.token(**changes)).status == 401


def test_a_header_that_is_too_long_is_431(shared_relay):
    assert_refused(shared_relay.call("GET", "/healthz", "x" * 20_000), 431, "too long")


def test_a_body_that_is_too_long_is_413(shared_relay):
    answer = shared_relay.call("POST", SESSION, tokens.token(), body=b"x" * 100_000)
    assert_refused(answer, 413, "longer")


def test_what_is_no_http_is_400(shared_relay):
    for port in (shared_relay.access_port, shared_relay.relay_port):
        with RawSocket(port) as client:
            client.send(b"\x16\x03\x01\x02\x00 this is TLS\r\n\r\n")
            status, body = client.read_answer()
            assert (status, json.loads(body)["code"]) == (400, "400")
            client.expect_end()


# ---- success

CODE = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


@pytest.mark.parametrize("body", [None, b"", b"{}", b"not json"])
def test_a_session_is_a_uri_with_a_code(shared_relay, body):
    answer = shared_relay.call("POST", SESSION, tokens.token(), body=body)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json.keys() == {"uri"}
    assert re.fullmatch(re.escape(RELAY_FQDN) + "/session/lamp\\?code=" + CODE, answer.json["uri"])


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_each_hmac_algorithm_is_accepted(shared_relay, algorithm):
    token = tokens.sign(tokens.claims_of(), algorithm=algorithm)
    assert shared_relay.call("POST", SESSION, token).status == 200


@pytest.mark.parametrize("audience", [tokens.AUDIENCE, [tokens.AUDIENCE], ["https://x",
                                                                           tokens.AUDIENCE]])
def test_the_audience_may_be_text_or_a_list(shared_relay, audience):
    assert shared_relay.call("POST", SESSION, tokens.token(aud=audience)).status == 200


def test_a_topic_with_a_slash_comes_back_unescaped(shared_relay):
    answer = shared_relay.call("POST", "/session/a%2Fb", tokens.token(topic="a/b"))
    assert answer.json["uri"].startswith(RELAY_FQDN + "/session/a/b?code=")
    with RawWebSocket(shared_relay.local(answer.json["uri"])):
        assert shared_relay.members("a/b")


def test_a_trailing_slash_is_tolerated(shared_relay):
    assert shared_relay.call("POST", SESSION + "/", tokens.token()).status == 200
    assert shared_relay.call("GET", "/bids/deny/", tokens.admin_token()).status == 200


def test_lists_of_bookings_begin_empty_and_are_kept(relay):
    for which in ("deny", "allow"):
        answer = relay.call("GET", f"/bids/{which}", tokens.admin_token())
        assert (answer.status, answer.json) == (200, {"booking_ids": []})
    relay.uri(booking_id="has-asked")
    relay.allow("was-posted")
    assert sorted(relay.bookings("allow")) == ["has-asked", "was-posted"]
    relay.deny("has-asked")
    assert relay.bookings("deny") == ["has-asked"]
    assert relay.bookings("allow") == ["was-posted"]
    relay.allow("has-asked")
    assert relay.bookings("deny") == []


@pytest.mark.parametrize("path", ["deny", "allow"])
def test_posted_bookings_are_answered_without_a_body(shared_relay, path):
    answer = shared_relay.call("POST", f"/bids/{path}?bid=b-204&exp=4000000000",
                               tokens.admin_token())
    assert (answer.status, answer.body) == (204, b"")


def test_a_booking_is_forgotten_at_its_time(relay):
    end = now() + 2
    relay.deny("soon", end)
    assert relay.bookings("deny") == ["soon"] or time.time() >= end
    wait_until(lambda: not relay.bookings("deny"), "it is forgotten")
    assert time.time() >= end
    assert relay.call("POST", SESSION, tokens.token(booking_id="soon")).status == 200


def test_health_needs_no_token(shared_relay):
    answer = shared_relay.call("GET", "/healthz")
    assert (answer.status, answer.json) == (200, {"status": "ok"})


# ---- base paths, ports

@pytest.mark.parametrize("base", ["", "/ed0/access"])
def test_the_base_path_of_the_access_address_may_be_stripped_or_not(shared_relay, base):
    assert shared_relay.call("POST", base + SESSION, tokens.token()).status == 200
    assert shared_relay.call("GET", base + "/healthz").status == 200


@pytest.mark.parametrize("base", ["/ed0/relay", ""])
def test_the_base_path_of_the_relay_address_may_be_stripped_or_not(shared_relay, base):
    with RawWebSocket(shared_relay.uri().replace("/ed0/relay", base)):
        pass


async def test_one_port_serves_both(start_relay):
    port = free_port()
    relay = start_relay(access_port=port, relay_port=port)
    assert relay.access_port == relay.relay_port == port
    async with relay.join() as one, relay.join() as other:
        await one.send("hello")
        assert await other.recv() == "hello"
    assert_refused(relay.call("GET", "/nothing"), 404, "not found")


# ---- browsers

def test_any_origin_may_call_by_default(shared_relay):
    for token in (tokens.token(), None):  # an error, too, is for the page to read
        answer = shared_relay.call("POST", SESSION, token, headers={"Origin": "https://a"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_curl_sees_a_preflight_answered(shared_relay):
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--include", "--noproxy", "*", "--max-time", "20",
         "--request", "OPTIONS", "--header", "Origin: https://app.example",
         "--header", "Access-Control-Request-Method: POST",
         "--header", "Access-Control-Request-Headers: authorization,content-type",
         f"http://127.0.0.1:{shared_relay.access_port}{SESSION}"],
        capture_output=True, text=True, check=True)
    head = done.stdout.lower()
    assert head.startswith("http/1.1 204")
    assert "access-control-allow-origin: *" in head
    assert re.search("access-control-allow-methods: .*post", head)
    assert re.search("access-control-allow-headers: .*authorization.*content-type", head)


def test_only_listed_origins_may_call_when_there_is_a_list(start_relay):
    relay = start_relay("--allowed-origins", "https://good.example")
    good = relay.call("POST", SESSION, tokens.token(), headers={"Origin": "https://good.example"})
    assert good.headers["Access-Control-Allow-Origin"] == "https://good.example"
    bad = relay.call("OPTIONS", SESSION, headers={"Origin": "https://bad.example"})
    assert bad.headers["Access-Control-Allow-Origin"] is None


def test_a_page_of_another_origin_may_not_connect_when_there_is_a_list(start_relay):
    relay = start_relay("--allowed-origins", "https://good.example")
    uri = relay.uri()
    with pytest.raises(ConnectionRefusedError, match="403"):
        RawWebSocket(uri, Origin="https://bad.example")
    with RawWebSocket(uri, Origin="https://good.example"):
        pass  # the refusal did not use the code up


# ---- refusals of a WebSocket

def refusals(relay):
    """Of each kind that docs/protocol.md lists: the request, and the status expected."""
    used = relay.uri()
    RawWebSocket(used).close()
    plain = relay.uri().replace("?code=", "?x=")
    denied = relay.uri(booking_id="denied-later")
    relay.deny("denied-later")
    return {
        "no code": (handshake(plain), 401),
        "unknown code": (handshake(plain + "&code=00000000-0000-4000-8000-000000000000"), 401),
        "used code": (handshake(used), 401),
        "topic differs": (handshake(relay.uri().replace("lamp", "other")), 401),
        "denied since": (handshake(denied), 401),
        "no upgrade": (handshake(relay.uri(), Upgrade=None, Connection=None), 400),
        "bad key": (handshake(relay.uri(), Sec_WebSocket_Key="short"), 400),
        "old version": (handshake(relay.uri(), Sec_WebSocket_Version="8"), 426),
        "other path": (handshake(relay.uri().replace("session", "shell")), 404),
    }


def test_a_refused_websocket_gets_a_status_and_a_reason_before_the_upgrade(shared_relay):
    for name, (request, status) in refusals(shared_relay).items():
        with RawSocket(shared_relay.relay_port) as client:
            client.send(request)
            got, body = client.read_answer()
            assert (name, got) == (name, status)
            assert json.loads(body)["code"] == str(status)
            assert json.loads(body)["message"]


def test_a_token_that_expires_before_its_code_is_used_is_refused(shared_relay):
    end = now() + 2
    uri = shared_relay.uri(exp=end)
    time.sleep(max(0, end - time.time()) + 0.01)  # nothing tells of the end of a token's life
    with pytest.raises(ConnectionRefusedError, match="401"):
        RawWebSocket(uri)


def test_the_null_subprotocol_is_echoed_and_no_other(shared_relay):
    with RawWebSocket(shared_relay.uri(), Sec_WebSocket_Protocol="null") as client:
        assert "Sec-WebSocket-Protocol: null" in client.answer
    with RawWebSocket(shared_relay.uri(), Sec_WebSocket_Protocol="chat") as client:
        assert "Sec-WebSocket-Protocol" not in client.answer
