# SPDX-License-Identifier: Apache-2.0
"""Who may open byte streams: access requests, refused WebSockets, alerts."""

import re
import time
import urllib.parse

import pytest

import tokens
from raw_websocket import BINARY, RawWebSocket
from relay_process import wait_until
from shell_process import RESUME, SOON, TOPIC, shell_token
from shell_sockets import OFFER, UUID, manager, next_alert, refusal


@pytest.fixture(scope="module")
def relay(shared_shell):
    """One for the tests that leave no trace; each has a topic of its own."""
    return shared_shell.relay()


@pytest.fixture
def topic(request):
    return re.sub(r"\W", "-", request.node.name)[-60:]


def assert_refused(answer, status, message):
    assert answer.status == status, answer.body
    assert answer.json["code"] == str(status) and message in answer.json["message"], answer.body


# ---- the access request

@pytest.mark.parametrize("prefix, path", [("shell", "/shell/{}"), ("connect", "/shell/{}"),
                                          ("connect", "/api/v1/connect/{}"),
                                          ("shell", "/api/v1/connect/{}")])
def test_the_addresses_that_each_role_gets(relay, topic, prefix, path):
    path = path.format(topic)
    uri = relay.ask("host", topic, path, prefix=prefix).json["uri"]
    start = re.escape(f"{relay.relay_fqdn}/{prefix}/{topic}")
    assert re.fullmatch(rf"{start}\?code={UUID}", uri)
    with RawWebSocket(relay.local(uri)) as host:
        uris = [relay.ask("client", topic, path, prefix=prefix).json["uri"] for _ in range(2)]
        for uri in uris:
            assert re.fullmatch(rf"{start}/{UUID}\?code={UUID}", uri)
        assert uris[0].partition("?")[0] != uris[1].partition("?")[0], "a connection of its own"
        with RawWebSocket(relay.local(uris[0])):
            assert next_alert(host)["action"] == "connect"


def test_no_booking_is_needed(relay, topic):
    assert relay.ask("host", topic, booking_id=None).status == 200
    assert relay.ask("host", topic, booking_id="").status == 200


@pytest.mark.parametrize("role, changes, message", [
    ("client", {"topic": None}, "Token Missing Required Claims"),
    ("client", {"prefix": None}, "Token Missing Required Claims"),
    ("client", {"scopes": []}, "Token Missing Required Claims"),
    ("client", {"aud": []}, "Token Missing Required Claims"),
    ("client", {"topic": "other"}, "ShellID Does Not Match Token"),
    ("stats", {}, "Path Not Valid for Stats Scope"),
    ("read write", {}, "Missing client, host or stats Scope"),
    ("client host", {}, "Can only have Client Or Host Scope, Not Both"),
    ("client", {"prefix": "session"}, "prefix"),
    ("client", {"aud": "https://other.example"}, "does not match this host"),
    ("client", {"exp": 1}, "token invalid"),
    ("client", {"exp": None}, "exp"),
], ids=str)
@pytest.mark.parametrize("path", ["/shell/", "/api/v1/connect/"])
def test_what_is_401(relay, path, role, changes, message):
    claims = {"topic": TOPIC, "prefix": "shell", "scopes": role.split(), "aud": relay.audience,
              "booking_id": None, **changes}
    answer = relay.call("POST", path + TOPIC, tokens.token(**claims))
    assert_refused(answer, 401, message)


def test_the_stats_path_needs_the_stats_scope(relay):
    for role in ("client", "host"):
        assert_refused(relay.ask(role, "stats"), 401, "Path Not Valid Without Stats Scope")
    assert relay.ask("stats", "stats").status == 200


def test_a_token_that_is_none_gets_the_usual_answers(relay):
    assert_refused(relay.call("POST", f"/shell/{TOPIC}"), 401,
                   "unauthenticated for invalid credentials")
    good = shell_token(relay)
    for text in ("abc", good[:-3], "Basic dXNlcjpwYXNz"):
        assert_refused(relay.call("POST", f"/shell/{TOPIC}", text), 401, "token invalid")
    assert relay.call("POST", "/shell/", good).status == 404
    assert relay.call("GET", f"/shell/{TOPIC}", good).status == 405


def test_a_client_without_a_host_is_told_at_once(relay, topic):
    begin = time.monotonic()
    answer = relay.ask("client", topic)
    assert time.monotonic() - begin < SOON
    assert_refused(answer, 503, "no host is connected")
    with manager(relay, topic):
        assert relay.ask("client", topic).status == 200
    wait_until(lambda: relay.ask("client", topic).status == 503, "it knows that the host has gone")


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 65, "%00", "%C3%A4"])
def test_a_target_has_a_name_of_few_letters(relay, topic, name):
    with manager(relay, topic):
        query = f"?target={name.replace(' ', '%20')}"
        assert relay.ask("client", topic, query=query).status == 422
        assert relay.ask("client", topic, query="?target=A.b_c-9").status == 200


def test_session_paths_are_not_served(relay):
    token = tokens.token(aud=relay.audience)
    assert relay.call("POST", "/session/lamp", token).status == 404


# ---- WebSockets that are refused before they are one

def test_codes_work_once_on_their_own_path_and_part(relay, topic):
    with manager(relay, topic):
        uri = relay.shell_uri("client", topic)
        path, _, code = uri.partition("?")
        for wrong in (path, f"{path}?code=", f"{path}?code=00000000-0000-4000-8000-000000000000"):
            assert refusal(relay, wrong) == 401
        assert 400 <= refusal(relay, f"{path[:-1]}x?{code}") < 500, "another connection's name"
        for part in ("/session/", "/nothing/", "/shell/other-"):
            wrong = relay.shell_uri("client", topic).replace("/shell/", part)
            assert 400 <= refusal(relay, wrong) < 500
        with RawWebSocket(relay.shell_uri("client", topic)):
            pass
        used = relay.shell_uri("client", topic)
        with RawWebSocket(used):
            assert refusal(relay, used) == 401
        host_uri = relay.shell_uri("host", topic)
        assert 400 <= refusal(relay, host_uri.replace("?", f"/{UUID[:3]}?")) < 500


def test_nobody_gets_into_a_stream_by_its_name(relay, topic):
    """The name of a connection stands in logs of web servers; its salt and code do not."""
    with manager(relay, topic) as host, RawWebSocket(relay.shell_uri("client", topic)) as client:
        alert = next_alert(host)
        leg = RawWebSocket(relay.local(alert["uri"]))
        with leg:
            name = alert["uri"].partition("?")[0]
            for role in ("host", "client"):
                code = relay.shell_uri(role, topic).partition("?")[2]
                assert 400 <= refusal(relay, relay.local(f"{name}?{code}")) < 500
            client.send_frame(BINARY, b"undisturbed")
            assert leg.read_frame().payload == b"undisturbed"


# ---- alerts

def test_alerts_for_hosts_of_the_original(relay, topic):
    with manager(relay, topic) as host:
        client = RawWebSocket(relay.shell_uri("client", topic))
        alert = next_alert(host)
        assert alert.keys() == {"action", "uri", "uuid"}
        assert alert["action"] == "connect" and re.fullmatch(UUID, alert["uuid"])
        start = re.escape(f"{relay.relay_fqdn}/shell/{topic}/{alert['uuid']}")
        assert re.fullmatch(rf"{start}\?code={UUID}", alert["uri"])
        with RawWebSocket(relay.local(alert["uri"])) as leg:
            client.send_frame(BINARY, b"x")
            assert leg.read_frame().payload == b"x"
            client.close()
            assert next_alert(host) == {"action": "disconnect", "uri": "", "uuid": alert["uuid"]}


def test_alerts_name_the_target_and_the_subprotocol(relay, topic):
    with manager(relay, topic, **OFFER) as host:
        assert f"sec-websocket-protocol: {RESUME}" in host.answer.lower()
        with RawWebSocket(relay.shell_uri("client", topic, query="?target=camera"), **OFFER) as one:
            assert f"sec-websocket-protocol: {RESUME}" in one.answer.lower()
            alert = next_alert(host)
            assert alert.pop("subprotocol") == RESUME and alert.pop("target") == "camera"
            assert alert.keys() == {"action", "uri", "uuid"}
            with RawWebSocket(relay.local(alert["uri"]), **OFFER) as leg:
                assert f"sec-websocket-protocol: {RESUME}" in leg.answer.lower()


@pytest.mark.parametrize("host, client", [(OFFER, {}), ({}, OFFER)], ids=["client", "host"])
def test_who_does_not_know_the_subprotocol_gets_the_plain_form(relay, topic, host, client):
    with (manager(relay, topic, **host) as socket,
          RawWebSocket(relay.shell_uri("client", topic), **client) as one):
        assert "sec-websocket-protocol" not in one.answer.lower()
        alert = next_alert(socket)
        assert "subprotocol" not in alert
        with RawWebSocket(relay.local(alert["uri"])) as leg:
            assert "sec-websocket-protocol" not in leg.answer.lower()


def test_an_end_that_does_not_offer_the_agreed_subprotocol_is_refused(relay, topic):
    with (manager(relay, topic, **OFFER) as host,
          RawWebSocket(relay.shell_uri("client", topic), **OFFER) as client):
        assert refusal(relay, relay.local(next_alert(host)["uri"])) == 400
        client.expect_close(4410)


@pytest.mark.parametrize("topic", ["a.b.c", "a_b", "lab%20x", "ä"])
def test_topics_with_any_letters_are_alerted(relay, topic):
    """The reference cuts a topic with a dot, whose host is never alerted."""
    path = "/shell/" + urllib.parse.quote(topic, safe="")
    with (RawWebSocket(relay.shell_uri("host", topic, path=path)) as host,
          RawWebSocket(relay.shell_uri("client", topic, path=path)) as client):
        with RawWebSocket(relay.local(next_alert(host)["uri"])) as leg:
            leg.send_frame(BINARY, b"here")
            assert client.read_frame().payload == b"here"


# ---- the command

def test_without_the_flag_a_session_relay_serves_no_streams(start_relay):
    relay = start_relay()
    token = shell_token(relay)
    for path in (f"/shell/{TOPIC}", f"/api/v1/connect/{TOPIC}"):
        assert relay.call("POST", path, token).status == 404


@pytest.mark.parametrize("role", ["host", "client", "stats"])
def test_tokens_of_the_command_get_in(relay, run_command, role):
    topic = "stats" if role == "stats" else TOPIC
    status, output, errors = run_command(
        "shell", "token", "--role", role, "--topic", topic, "--lifetime", "1h", "--audience",
        relay.audience, RELAY_SECRET=tokens.SECRET)
    assert status == 0, errors
    answer = relay.call("POST", f"/shell/{topic}", output.strip())
    assert answer.status == (503 if role == "client" else 200), answer.body


def test_an_unknown_role_is_an_error(run_command):
    status, output, errors = run_command(
        "shell", "token", "--role", "hots", "--topic", TOPIC, "--lifetime", "1h", "--audience",
        tokens.AUDIENCE, RELAY_SECRET=tokens.SECRET)
    assert (status, output) == (3, "") and "role" in errors
