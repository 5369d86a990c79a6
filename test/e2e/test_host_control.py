# SPDX-License-Identifier: Apache-2.0
"""Who commands a session host, and what of it stays: messages on its feed `api`, its rules file,
its saved rules, and the ways in."""

import asyncio
import json
import os
import pathlib
import signal
import stat
import subprocess

import pytest
import websockets

import tokens
from relay_process import DEADLINE, Host, wait_until

UNRECOGNISED = {"error": "Unrecognised Command"}
NOTHING = {"id": "", "stream": "", "destination": "", "token": "", "file": ""}
STREAM = {"stream": "video0", "feeds": ["video0", "audio0"]}
RULE = {"id": "0", "stream": "video0", "destination": "http://127.0.0.1:1/session/x",
        "token": "the.secret.token", "file": ""}
SHOWN = {**RULE, "token": "***"}


def control_uri(host):
    return f"ws://127.0.0.1:{host.port}/ws/api"


async def command(socket, given):
    await socket.send(given if isinstance(given, str) else json.dumps(given))
    return json.loads(await asyncio.wait_for(socket.recv(), DEADLINE))


def add(what, rule):
    return {"verb": "add", "what": what, "rule": rule}


def about(verb, what, which=None):
    return {"verb": verb, "what": what, **({} if which is None else {"which": which})}


# ---- by messages: the rows of the specification, §5, after a stream and a destination were added

ROWS = [
    ("healthcheck", {"verb": "healthcheck"}, {"healthcheck": "ok"}),
    ("add destination", add("destination", {**RULE, "id": "1"}), {**SHOWN, "id": "1"}),
    ("add stream", add("stream", {"stream": "/s", "feeds": ["a"]}),
     {"stream": "s", "feeds": ["a"]}),
    ("list stream", about("list", "stream", "video0"), {"feeds": ["video0", "audio0"]}),
    ("list unknown stream", about("list", "stream", "none"), {"feeds": None}),
    ("list all streams", about("list", "stream", "all"), {"video0": ["video0", "audio0"]}),
    ("list destination", about("list", "destination", "0"), SHOWN),
    ("list unknown destination", about("list", "destination", "none"), NOTHING),
    ("list no destination", about("list", "destination"), NOTHING),
    ("list all destinations", about("list", "destination", "all"), {"0": SHOWN}),
    ("delete stream", about("delete", "stream", "video0"), {"deleted": "video0"}),
    ("delete destination", about("delete", "destination", "0"), {"deleted": "0"}),
    ("delete with a quote", about("delete", "stream", 'x"y\\'), {"deleted": 'x"y\\'}),
    ("delete all streams", about("delete", "stream", "all"), {"deleted": "deleteAll"}),
    ("delete all destinations", about("delete", "destination", "all"), {"deleted": "deleteAll"}),
    ("delete apiRule", about("delete", "destination", "apiRule"),
     {"error": "Cannot delete apiRule"}),
    ("nothing known", {"verb": "dance"}, UNRECOGNISED),
    ("bad JSON", '{"verb":', UNRECOGNISED),
    ("list stream without which", about("list", "stream"), UNRECOGNISED),
    ("delete destination \"\"", about("delete", "destination", ""), UNRECOGNISED),
    ("rule of wrong type", add("stream", 7), {"error": "the rule must be a JSON object"}),
    ("add without rule", about("add", "destination"), {"error": "rule: is missing"}),
    ("add stream without rule", about("add", "stream"), {"error": "rule: is missing"}),
    ("keys in any case", {"VERB": "list", "What": "stream", "wHICH": "video0"},
     {"feeds": ["video0", "audio0"]}),
]


@pytest.fixture(scope="module")
def shared_host(tmp_path_factory):
    host = Host(tmp_path_factory.mktemp("host")).start()
    yield host
    host.stop()


@pytest.mark.parametrize("name, given, expected", ROWS, ids=[row[0] for row in ROWS])
async def test_every_command_has_its_reply(shared_host, name, given, expected):
    async with (websockets.connect(control_uri(shared_host)) as sender,
                websockets.connect(control_uri(shared_host)) as listener):
        for what in ("stream", "destination"):
            await command(sender, about("delete", what, "all"))
        assert await command(sender, add("stream", STREAM)) == STREAM
        assert await command(sender, add("destination", RULE)) == SHOWN
        assert await command(sender, given) == expected
        for _ in range(4):
            await listener.recv()
        assert json.loads(await listener.recv()) == expected, "everyone hears the one reply"
        assert await command(sender, {"verb": "healthcheck"}) == {"healthcheck": "ok"}


# ---- from a relay

async def test_commands_come_from_the_relay_and_replies_go_there(start_relay, start_host, tmp_path):
    relay = start_relay(local=True)
    file = tmp_path / "token"
    file.write_text(tokens.token(topic="control", aud=relay.audience, booking_id="host"))
    host = start_host("--api", f"{relay.audience}/session/control", "--api-token-file", str(file))
    host.wait_connected("apiRule")
    async with (relay.join(topic="control") as operator,
                websockets.connect(control_uri(host)) as local):
        assert await command(operator, {"verb": "healthcheck"}) == {"healthcheck": "ok"}
        assert json.loads(await local.recv()) == {"healthcheck": "ok"}
        assert await command(operator, add("stream", STREAM)) == STREAM
        listed = await command(operator, about("list", "destination", "all"))
        assert (listed["apiRule"]["stream"], listed["apiRule"]["token"]) == ("api", "")
        # What local programs command is no matter of the relay's users: it may hold tokens.
        await local.recv()
        await local.recv()
        assert await command(local, add("destination", RULE)) == SHOWN
        assert json.loads(await operator.recv()) == SHOWN
        assert await command(operator, about("delete", "destination", "all")) == {
            "deleted": "deleteAll"}
        assert list(host.call("GET", "/api/destinations/all").json) == ["apiRule"]
    answer = host.call("DELETE", "/api/destinations/apiRule")
    assert (answer.status, answer.json["message"]) == (409, "Cannot delete apiRule")
    assert host.call("POST", "/api/destinations", {**RULE, "id": "apiRule"}).status == 409
    assert host.destination("apiRule")["connections"] == 1


async def test_two_hosts_on_one_control_topic_do_not_talk_to_each_other(start_relay, start_host):
    relay = start_relay(local=True)
    for name in ("one", "two"):
        token = tokens.token(topic="control", aud=relay.audience, booking_id=name)
        host = start_host("--api", f"{relay.audience}/session/control", "--api-token", token)
        host.wait_connected("apiRule")
    async with relay.join(topic="control") as operator:
        await operator.send('{"verb":"healthcheck"}')
        replies = [json.loads(await operator.recv()) for _ in range(4)]
        assert replies.count({"healthcheck": "ok"}) == 2
        assert replies.count(UNRECOGNISED) == 2, "each to the reply of the other"
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(operator.recv(), 0.5)  # that nothing comes takes time


# ---- ways in

def test_a_unix_socket_is_for_its_owner_and_group(tmp_path):
    path = tmp_path / "relay.sock"
    host = Host(tmp_path, "--listen", f"unix:{path}")

    def curl(route):
        return subprocess.run(["curl", "--silent", "--fail", "--unix-socket", str(path),
                               f"http://localhost{route}"], capture_output=True, text=True,
                              timeout=DEADLINE).stdout

    assert host.launch() == {"event": "listening", "host": f"unix:{path}"}
    assert curl("/healthcheck") == '"ok"\n'
    assert curl("/api/streams/all") == "{}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    other = subprocess.run([*host.arguments], env=host.env, capture_output=True, text=True,
                           timeout=DEADLINE)
    assert other.returncode == 4 and "another program serves it" in other.stderr
    host.kill()
    assert path.exists(), "nobody removed it"
    host.launch()
    assert curl("/healthcheck") == '"ok"\n'
    host.stop()
    assert not path.exists()


async def test_a_control_token_is_asked_for(start_host, tmp_path):
    file = tmp_path / "control"
    file.write_text("let-me-in\n")
    host = start_host("--control-token-file", str(file))
    good = {"Authorization": "Bearer let-me-in"}
    for path in ("/api", "/api/streams/all", "/status", "/metrics"):
        answer = host.call("GET", path)
        assert answer.status == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert host.call("GET", path, headers={"Authorization": "Bearer let-me-i"}).status == 401
        assert host.call("GET", path, headers=good).status == 200
    assert host.call("POST", "/api/streams", STREAM).status == 401
    for path in ("/healthz", "/healthcheck"):
        assert host.call("GET", path).status == 200
    for path in ("/ws/api", "/ws/%61pi", "/ws//api"):
        with pytest.raises(websockets.InvalidStatusCode) as refused:
            await websockets.connect(f"ws://127.0.0.1:{host.port}{path}")
        assert refused.value.status_code == 401
    async with websockets.connect(control_uri(host), extra_headers=good) as control:
        assert await command(control, {"verb": "healthcheck"}) == {"healthcheck": "ok"}
    async with websockets.connect(f"ws://127.0.0.1:{host.port}/ws/data"):
        pass
    assert "let-me-in" not in host.log()


def test_token_files_of_callers_are_inside_their_folder(start_host, tmp_path):
    inside, outside = tmp_path / "tokens", tmp_path / "outside"
    inside.mkdir()
    outside.write_text("secret")
    (inside / "link").symlink_to(outside)
    host = start_host("--token-dir", str(inside))
    rule = {**RULE, "token": ""}
    for bad in (str(outside), "../outside", "link", "/etc/passwd"):
        answer = host.call("POST", "/api/destinations", {**rule, "token_file": bad})
        assert (answer.status, answer.json["message"][:11]) == (400, "token_file:"), bad
    answer = host.call("POST", "/api/destinations", {**rule, "token_file": "good"})
    assert answer.json["token_file"] == str(inside / "good")


# ---- saved rules

def test_rules_survive_a_kill(start_host, tmp_path):
    state = tmp_path / "state"
    host = start_host("--state-dir", str(state))
    assert host.call("POST", "/api/streams", STREAM).status == 200
    for identity in ("0", "1"):
        assert host.call("POST", "/api/destinations", {**RULE, "id": identity}).status == 200
    assert host.call("DELETE", "/api/destinations/1").status == 200
    host.kill()
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert stat.S_IMODE((state / "rules.json").stat().st_mode) == 0o600

    again = start_host("--state-dir", str(state))
    assert again.call("GET", "/api/streams/all").json == {"video0": ["video0", "audio0"]}
    assert again.call("GET", "/api/destinations/all").json == {"0": SHOWN}
    wait_until(lambda: again.destination()["tries"] > 0, "it dials")
    assert json.loads((state / "rules.json").read_text())["destinations"][0]["token"] == RULE[
        "token"]


def test_rules_survive_kills_at_any_time(start_host, tmp_path):
    state = tmp_path / "state"
    known = {}
    for round_ in range(5):
        host = start_host("--state-dir", str(state))
        assert host.call("GET", "/api/streams/all").json == known
        for i in range(5):
            stream = {"stream": f"s{round_}-{i}", "feeds": ["a"]}
            assert host.call("POST", "/api/streams", stream).status == 200
            known[stream["stream"]] = ["a"]
        host.kill()  # right after an answer


def test_a_corrupt_file_is_set_aside(start_host, tmp_path):
    (tmp_path / "rules.json").write_text('{"version":1,"streams":[{"stream":"a"')
    host = start_host("--state-dir", str(tmp_path))
    assert host.call("GET", "/api/streams/all").json == {}
    assert "rules.json.aside-1" in host.log()
    assert (tmp_path / "rules.json.aside-1").read_text().endswith('"a"')


def test_what_does_not_fit_on_the_disk_is_507_and_not_done(start_host, tmp_path):
    host = start_host("--state-dir", str(tmp_path / "state"))
    assert host.call("POST", "/api/streams", STREAM).status == 200
    subprocess.run(["prlimit", "--pid", str(host.pid), "--fsize=4096"], check=True)
    long = {"stream": "long", "feeds": [f"feed{i}" * 20 for i in range(100)]}
    answer = host.call("POST", "/api/streams", long)
    assert (answer.status, answer.json["code"]) == (507, "507")
    assert host.call("GET", "/api/streams/long").status == 404
    assert host.call("POST", "/api/streams", {**STREAM, "stream": "short"}).status == 200


# ---- the rules file

def write_rules(path, text):
    """As careful editors do."""
    new = path.with_name("new")
    new.write_text(text)
    os.rename(new, path)


def feeds_of(host, name):
    answer = host.call("GET", f"/api/streams/{name}")
    return answer.json if answer.status == 200 else None


def test_edits_of_the_rules_file_take_effect_and_bad_ones_do_not(start_relay, start_host, tmp_path):
    relay = start_relay(local=True)
    path, token = tmp_path / "rules.yaml", tmp_path / "token"
    token.write_text(tokens.token(aud=relay.audience))
    kept = (f"destinations:\n  - id: lamp\n    stream: data\n"
            f"    destination: {relay.audience}/session/lamp\n    token_file: {token}\n")

    def streams(*feeds):
        return f"streams:\n  - stream: stream/a\n    feeds: [{', '.join(feeds)}]\n"

    path.write_text(kept + streams("video"))
    host = start_host("--rules", str(path))
    host.wait_connected("lamp")
    assert feeds_of(host, "stream/a") == ["video"]

    path.write_text(kept + streams("video", "audio"))
    wait_until(lambda: feeds_of(host, "stream/a") == ["video", "audio"], "it is written")
    write_rules(path, kept + streams("audio"))
    wait_until(lambda: feeds_of(host, "stream/a") == ["audio"], "it is replaced")

    write_rules(path, kept + streams("a b"))
    error = wait_until(lambda: host.call("GET", "/status").json["rules_file_error"], "it is told")
    assert error.startswith(f"{path}:8: feeds: ")
    assert error in host.log()
    assert feeds_of(host, "stream/a") == ["audio"]

    write_rules(path, kept)
    wait_until(lambda: feeds_of(host, "stream/a") is None, "it is mended")
    assert host.call("GET", "/status").json["rules_file_error"] == ""
    assert host.destination("lamp")["connections"] == 1, "what did not change was left alone"


def test_sighup_reads_the_file_again(start_host, tmp_path):
    target, link = tmp_path / "target.yaml", tmp_path / "sub" / "rules.yaml"
    link.parent.mkdir()
    link.symlink_to(target)  # its folder does not see edits of the target
    target.write_text("streams:\n  - {stream: a, feeds: [one]}\n")
    host = start_host("--rules", str(link))
    target.write_text("streams:\n  - {stream: a, feeds: [two]}\n")
    assert feeds_of(host, "a") == ["one"]
    os.kill(host.pid, signal.SIGHUP)
    wait_until(lambda: feeds_of(host, "a") == ["two"], "it is read again")


def test_rules_of_the_file_and_of_the_api_live_together(start_host, tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text("streams:\n  - {stream: stream/mine, feeds: [a]}\ndestinations:\n"
                    "  - {id: mine, stream: stream/mine, destination: 'ws://127.0.0.1:1/x'}\n")
    host = start_host("--rules", str(path))
    for method, route, body in [
            ("POST", "/api/streams", {"stream": "stream/mine", "feeds": []}),
            ("DELETE", "/api/streams/stream/mine", None),
            ("POST", "/api/destinations", {**RULE, "id": "mine"}),
            ("DELETE", "/api/destinations/mine", None)]:
        answer = host.call(method, route, body)
        assert answer.status == 409 and str(path) in answer.json["message"]
    assert host.call("POST", "/api/destinations", RULE).status == 200
    assert sorted(host.call("GET", "/api/destinations/all").json) == ["0", "mine"]
    assert host.call("DELETE", "/api/destinations/all").json == "deleteAll"
    assert sorted(host.call("GET", "/api/destinations/all").json) == ["mine"]


async def test_commands_do_not_change_rules_of_the_file(start_host, tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text("streams:\n  - {stream: a, feeds: [a]}\n")
    host = start_host("--rules", str(path))
    async with websockets.connect(control_uri(host)) as control:
        reply = await command(control, about("delete", "stream", "a"))
        assert str(path) in reply["error"]


def test_a_bad_rules_file_does_not_start(run_command, tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text("streams:\n  - {stream: a, feed: [b]}\n")
    status, _, error = run_command("session", "host", "--port", "0", "--rules", str(path))
    assert status == 3
    assert f"{path}:2: unknown name feed; did you mean feeds?" in error


def test_the_documented_rules_are_good(run_command):
    path = pathlib.Path(__file__).resolve().parents[2] / "docs/rules.yaml"
    status, _, error = run_command("session", "host", "--check", "--rules", str(path))
    assert (status, error) == (0, "")
