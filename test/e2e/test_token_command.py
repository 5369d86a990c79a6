# SPDX-License-Identifier: Apache-2.0
"""`relay session token`: what it prints is accepted by the relay."""

import base64
import json
import time

import pytest

import tokens
from raw_websocket import RawWebSocket


def claims_in(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


@pytest.fixture
def make_token(run_command):
    def make(*flags, **env):
        settings = {"RELAY_SECRET": tokens.SECRET, "RELAY_AUDIENCE": tokens.AUDIENCE, **env}
        arguments = flags if "--lifetime" in flags or "ACCESSTOKEN_LIFETIME" in env else (
            *flags, "--lifetime", "1h")
        status, output, log = run_command("session", "token", *arguments, **settings)
        assert status == 0, log
        assert output.count("\n") == 1 and output.count(".") == 2, "the token and nothing else"
        return output.strip()

    return make


def test_a_token_by_flags_gets_in(relay, make_token):
    token = make_token("--topic", "lamp")
    claims = claims_in(token)
    assert claims["topic"] == "lamp" and claims["prefix"] == "session"
    assert claims["scopes"][:2] == ["read", "write"] or set(claims["scopes"]) == {"read", "write"}
    assert claims["exp"] - time.time() == pytest.approx(3600, abs=30)
    assert claims["booking_id"] == claims["bookingID"] != ""
    with RawWebSocket(relay.uri(token=token)):
        pass


def test_a_token_by_the_original_names_gets_in(relay, run_command):
    status, output, _ = run_command(
        "session", "token", ACCESSTOKEN_LIFETIME="3600", ACCESSTOKEN_READ="true",
        ACCESSTOKEN_WRITE="true", ACCESSTOKEN_SECRET=tokens.SECRET, ACCESSTOKEN_TOPIC="lamp",
        ACCESSTOKEN_AUDIENCE=tokens.AUDIENCE, ACCESSTOKEN_CONNECTIONTYPE="session")
    assert status == 0
    with RawWebSocket(relay.uri(token=output.strip())):
        pass


def test_a_token_by_the_later_names_gets_in(relay, run_command):
    status, output, _ = run_command(
        "token", RELAY_TOKEN_LIFETIME="1h", RELAY_TOKEN_SCOPE_READ="true",
        RELAY_TOKEN_SCOPE_WRITE="true", RELAY_TOKEN_SECRET=tokens.SECRET,
        RELAY_TOKEN_TOPIC="lamp", RELAY_TOKEN_AUDIENCE=tokens.AUDIENCE)
    assert status == 0
    with RawWebSocket(relay.uri(token=output.strip())):
        pass


def test_a_secret_may_come_from_a_file(relay, run_command, tmp_path):
    file = tmp_path / "secret"
    file.write_text(tokens.SECRET + "\n")
    status, output, _ = run_command("session", "token", "--topic", "lamp", "--lifetime", "60",
                                    "--audience", tokens.AUDIENCE, RELAY_SECRET_FILE=str(file))
    assert status == 0
    with RawWebSocket(relay.uri(token=output.strip())):
        pass


def test_an_admin_token_denies(relay, make_token):
    token = make_token("--admin", "--read=false", "--write=false")
    answer = relay.call("POST", "/bids/deny?bid=b&exp=4000000000", token)
    assert answer.status == 204
    assert relay.bookings("deny") == ["b"]


def test_a_stats_token_reads_the_status(relay, make_token):
    token = make_token("--scope", "relay:stats", "--read=false", "--write=false")
    assert relay.call("GET", "/status", token).status == 200


def test_a_token_expires_at_its_lifetime(relay, make_token):
    token = make_token("--topic", "lamp", "--lifetime", "1s")
    end = claims_in(token)["exp"]
    time.sleep(max(0, end - time.time()) + 0.01)  # nothing tells of the end of a token's life
    assert relay.call("POST", "/session/lamp", token).status == 401


def test_keys_are_rotated_without_dropping_anyone(start_relay, make_token):
    new = "the-new-secret-of-more-than-thirty-two-bytes"
    both = start_relay("--keys", f"2026={new}")
    old_token = make_token("--topic", "lamp")
    new_token = make_token("--topic", "lamp", "--kid", "2026", RELAY_SECRET=new)
    for token in (old_token, new_token):
        with RawWebSocket(both.uri(token=token)):
            pass
    wrong_key = make_token("--topic", "lamp", "--kid", "2026")
    assert both.call("POST", "/session/lamp", wrong_key).status == 401
    both.stop()

    only_new = start_relay("--keys", f"2026={new}", secret="another-secret-that-signs-nothing-now")
    assert only_new.call("POST", "/session/lamp", old_token).status == 401
    with RawWebSocket(only_new.uri(token=new_token)):
        pass


@pytest.mark.parametrize("missing", ["--audience", "--lifetime", "--topic"])
def test_what_is_missing_is_named(run_command, missing):
    flags = {"--audience": tokens.AUDIENCE, "--lifetime": "1h", "--topic": "lamp"}
    del flags[missing]
    arguments = [part for pair in flags.items() for part in pair]
    status, output, log = run_command("session", "token", *arguments, RELAY_SECRET=tokens.SECRET)
    assert (status, output) == (3, "")
    assert missing.strip("-") in log
