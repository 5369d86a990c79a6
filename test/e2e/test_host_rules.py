# SPDX-License-Identifier: Apache-2.0
"""The commands for the session host that the documents of the reference list, in their order, with
the replies that they promise (specification, session host, §2 and §5), where the reference crashed
or lied included."""

import asyncio
import json
import subprocess

import pytest
import websockets

from relay_process import DEADLINE, wait_until

FRONT = {"stream": "stream/front/large", "feeds": ["video0", "audio0"]}
MUTED = {"stream": "stream/front/large", "feeds": ["video0"]}
SIDE = {"stream": "stream/side", "feeds": ["video1"]}
NOWHERE = "ws://127.0.0.1:1/in/"  # nobody listens there: the rules are what matters


def rule(identity, stream, path="video0"):
    return {"id": identity, "stream": stream, "destination": NOWHERE + path}


def shown(given):
    """A rule of a destination as replies show it: as it was given, tokens hidden."""
    return {"token": "", "file": "", **given}


def shown_with_token(given):
    return shown({**given, "token": "***"})


def curl(host, method, path, body=None):
    """As the documents write it: status, content type, body."""
    command = ["curl", "--silent", "--show-error", "--max-time", str(DEADLINE), "-X", method,
               "-w", "\n%{http_code} %{content_type}", f"http://127.0.0.1:{host.port}{path}"]
    if body is not None:
        command += ["-H", "Content-Type: application/json", "-d",
                    body if isinstance(body, str) else json.dumps(body)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{method} {path}: {done.stderr}; the host: {host.log()[-2000:]}"
    text, _, last = done.stdout.rpartition("\n")
    status, _, content_type = last.partition(" ")
    return int(status), content_type, text


def expect(host, method, path, body, expected):
    status, content_type, text = curl(host, method, path, body)
    assert status == 200, f"{method} {path} {body}: {status} {text}"
    assert content_type.startswith("application/json"), content_type
    assert without_own_members(json.loads(text)) == expected, f"{method} {path} {body}"


def without_own_members(reply):
    """What this host tells beyond the reference is no matter here, at the level of rules."""
    known = {"id", "stream", "destination", "token", "file", "feeds"}
    if isinstance(reply, dict) and "id" in reply and "destination" in reply:
        return {name: value for name, value in reply.items() if name in known}
    if isinstance(reply, dict):
        return {name: without_own_members(value) for name, value in reply.items()}
    return reply


def test_the_commands_of_the_documents_by_http_in_their_order(start_host):
    host = start_host()
    zero, one = rule("0", "/stream/front/large"), rule("1", "stream/side", "side")
    stored = {**zero, "stream": "stream/front/large"}
    token = {**rule("0", "stream/front/large"), "token": "the.secret.token",
             "destination": "http://127.0.0.1:1/session/front"}
    steps = [
        ("POST", "/api/streams", {**FRONT, "stream": "/stream/front/large"}, FRONT),
        ("GET", "/api/streams/all", None, {"stream/front/large": FRONT["feeds"]}),
        ("GET", "/api/streams/stream/front/large", None, FRONT["feeds"]),
        ("POST", "/api/destinations", zero, shown(stored)),
        ("GET", "/api/destinations/all", None, {"0": shown(stored)}),
        ("GET", "/api/destinations/0", None, shown(stored)),
        # an id again replaces; a token does not come back
        ("POST", "/api/destinations", token, shown_with_token(token)),
        ("GET", "/api/destinations/0", None, shown_with_token(token)),
        ("GET", "/api/destinations/all", None, {"0": shown_with_token(token)}),
        # muted and unmuted by posting the stream again
        ("PUT", "/api/streams", MUTED, MUTED),
        ("GET", "/api/streams/stream/front/large", None, MUTED["feeds"]),
        ("UPDATE", "/api/streams", FRONT, FRONT),
        # here the reference's process died: a stream deleted, then its destination replaced
        ("DELETE", "/api/streams/stream/front/large", None, "stream/front/large"),
        ("DELETE", "/api/streams/stream/front/large", None, "stream/front/large"),
        ("POST", "/api/destinations", stored, shown(stored)),
        ("DELETE", "/api/destinations/0", None, "0"),
        ("DELETE", "/api/destinations/0", None, "0"),
        ("GET", "/api/destinations/all", None, {}),
        # and here it answered "all" and deleted nothing
        ("POST", "/api/streams", FRONT, FRONT),
        ("POST", "/api/streams", SIDE, SIDE),
        ("GET", "/api/streams/all", None, {"stream/front/large": FRONT["feeds"],
                                           "stream/side": SIDE["feeds"]}),
        ("POST", "/api/destinations", stored, shown(stored)),
        ("POST", "/api/destinations", one, shown(one)),
        ("DELETE", "/api/streams/all", None, "deleteAll"),
        ("GET", "/api/streams/all", None, {}),
        ("GET", "/api/destinations/all", None, {"0": shown(stored), "1": shown(one)}),
        ("DELETE", "/api/destinations/all", None, "deleteAll"),
        ("GET", "/api/destinations/all", None, {}),
        # the name that did delete all there still does
        ("POST", "/api/streams", SIDE, SIDE),
        ("DELETE", "/api/streams/deleteAll", None, "deleteAll"),
        ("GET", "/api/streams/all", None, {}),
        ("POST", "/api/destinations", one, shown(one)),
        ("DELETE", "/api/destinations/deleteAll", None, "deleteAll"),
        ("GET", "/api/destinations/all", None, {}),
    ]
    for step in steps:
        expect(host, *step)
    status, content_type, text = curl(host, "GET", "/healthcheck")
    assert (status, text) == (200, '"ok"\n') and content_type.startswith("text/plain")
    assert curl(host, "GET", "/api")[::2] == (200, "")


@pytest.mark.parametrize("method, path, body, status", [
    ("GET", "/api/streams/stream/none", None, 404),  # as there
    ("GET", "/api/destinations/none", None, 404),    # there: 200 and five empty strings
    ("POST", "/api/streams", '{"stream":', 400),     # there: 500
    ("POST", "/api/destinations", "nonsense", 400),  # there: 500
    ("POST", "/api/destinations", "{}", 400),        # there: a rule that dials "" for ever
    ("GET", "/debug/pprof/", None, 404)])            # there: a profiler for everybody
def test_what_the_reference_answered_otherwise(start_host, method, path, body, status):
    host = start_host()
    got, _, text = curl(host, method, path, body)
    assert got == status, text
    assert json.loads(text)["message"]
    assert curl(host, "GET", "/api/destinations/all")[2] == "{}"


@pytest.mark.parametrize("name", ["video_0", "video.0", "a-b/c_d.e", "A0"])
def test_names_that_can_be_made_can_be_read_and_deleted(start_host, name):
    """There, `_` and `.` could be created and then answered 404."""
    host = start_host()
    stream = f"stream/{name}"
    expect(host, "POST", "/api/streams", {"stream": stream, "feeds": [name]},
           {"stream": stream, "feeds": [name]})
    expect(host, "GET", f"/api/streams/{stream}", None, [name])
    given = rule(name, stream)
    expect(host, "POST", "/api/destinations", given, shown(given))
    expect(host, "GET", f"/api/destinations/{name}", None, shown(given))
    expect(host, "DELETE", f"/api/destinations/{name}", None, name)
    expect(host, "DELETE", f"/api/streams/{stream}", None, stream)
    assert curl(host, "GET", f"/api/streams/{stream}")[0] == 404
    assert curl(host, "GET", f"/api/destinations/{name}")[0] == 404


REFUSED = [
    ("streams", {"stream": "", "feeds": ["a"]}, "stream"),
    ("streams", {"stream": "a b", "feeds": ["a"]}, "stream"),
    ("streams", {"stream": "stream/../x", "feeds": ["a"]}, "stream"),
    ("streams", {"stream": "stream/x", "feeds": ["a\nb"]}, "feeds"),
    ("streams", {"stream": "stream/x", "feeds": [""]}, "feeds"),
    ("streams", {"stream": "stream/x", "feeds": "a"}, "feeds"),
    ("streams", {"stream": 7, "feeds": ["a"]}, "stream"),
    ("streams", {"stream": "stream/x", "feed": ["a"]}, "feed"),
    ("destinations", rule("", "stream/x"), "id"),
    ("destinations", rule("a?b", "stream/x"), "id"),
    ("destinations", rule("all", "stream/x"), "id"),
    ("destinations", rule("0", ""), "stream"),
    ("destinations", {**rule("0", "a"), "destination": ""}, "destination"),
    ("destinations", {**rule("0", "a"), "destination": "ftp://127.0.0.1/x"}, "destination"),
    ("destinations", {**rule("0", "a"), "destination": "127.0.0.1:80"}, "destination"),
    ("destinations", {**rule("0", "a"), "token": "a b\r\nX: y"}, "token"),
    ("destinations", {**rule("0", "a"), "token": 1}, "token"),
    ("destinations", {**rule("0", "a"), "file": "/etc/relay-must-not"}, "file"),
]


@pytest.mark.parametrize("what, body, field", REFUSED)
def test_a_refusal_names_the_field(start_host, what, body, field):
    host = start_host()
    status, _, text = curl(host, "POST", f"/api/{what}", body)
    assert status == 400, text
    assert field in json.loads(text)["message"]
    assert curl(host, "GET", f"/api/{what}/all")[2] == "{}", "nothing was stored"


# ---- the same by messages

async def command(control, request):
    await control.send(request if isinstance(request, str) else json.dumps(request))
    reply = await asyncio.wait_for(control.recv(), DEADLINE)
    assert isinstance(reply, str), "replies are text"
    return json.loads(reply)


def verb(name, what, which=None, **members):
    return {"verb": name, "what": what, **({"which": which} if which else {}), **members}


async def test_the_commands_of_the_documents_by_messages_in_their_order(start_host):
    host = start_host()
    given = rule("0", "video0")
    unrecognised = {"error": "Unrecognised Command"}
    steps = [
        ({"verb": "healthcheck"}, {"healthcheck": "ok"}),
        (verb("add", "destination", rule=given), shown(given)),
        (verb("list", "destination", "0"), shown(given)),
        (verb("list", "destination", "all"), {"0": shown(given)}),
        (verb("add", "stream", rule={"stream": "video0", "feeds": ["video0", "audio0"]}),
         {"stream": "video0", "feeds": ["video0", "audio0"]}),
        (verb("list", "stream", "video0"), {"feeds": ["video0", "audio0"]}),
        (verb("list", "stream", "none"), {"feeds": None}),
        (verb("list", "stream", "all"), {"video0": ["video0", "audio0"]}),
        ({"VERB": "list", "What": "stream", "WHICH": "video0"}, {"feeds": ["video0", "audio0"]}),
        (verb("delete", "stream", "video0"), {"deleted": "video0"}),
        (verb("list", "stream", "all"), {}),
        # the reference's process died of one of these
        (verb("delete", "stream", "video0"), {"deleted": "video0"}),
        (verb("delete", "destination", "0"), {"deleted": "0"}),
        (verb("delete", "destination", "0"), {"deleted": "0"}),
        (verb("list", "destination", "all"), {}),
        (verb("add", "destination", rule=given), shown(given)),
        (verb("delete", "destination", "all"), {"deleted": "deleteAll"}),
        (verb("add", "stream", rule=SIDE), SIDE),
        (verb("delete", "stream", "all"), {"deleted": "deleteAll"}),
        (verb("list", "stream", "all"), {}),
        (verb("list", "destination", "all"), {}),
        (verb("delete", "stream", 'a"b'), {"deleted": 'a"b'}),  # there: invalid JSON
        (verb("delete", "destination", "apiRule"), {"error": "Cannot delete apiRule"}),
        (verb("list", "stream"), unrecognised),
        (verb("sing", "stream", "x"), unrecognised),
        ("this is no JSON", unrecognised),
        ("{}", unrecognised),
    ]
    async with websockets.connect(f"ws://127.0.0.1:{host.port}/ws/api") as control:
        for request, expected in steps:
            reply = without_own_members(await command(control, request))
            assert reply == expected, f"{request}: {reply}"
        # there, the process died of these, whoever sent them
        for what in ("stream", "destination"):
            assert "error" in await command(control, verb("add", what))
            assert "error" in await command(control, verb("add", what, rule=None))
            assert "error" in await command(control, verb("add", what, rule=7))
        assert await command(control, {"verb": "healthcheck"}) == {"healthcheck": "ok"}


async def test_messages_and_http_command_the_same_rules_at_once(start_host):
    host = start_host()
    given = rule("0", "video0")
    async with websockets.connect(f"ws://127.0.0.1:{host.port}/ws/api") as control:
        await command(control, verb("add", "destination", rule=given))
        assert without_own_members(host.call("GET", "/api/destinations/all").json) == {
            "0": shown(given)}
        wait_until(lambda: host.destination()["tries"] >= 1, "it connects")
        host.call("DELETE", "/api/destinations/0")
        assert await command(control, verb("list", "destination", "all")) == {}


async def test_commands_in_a_burst_are_all_answered_in_order(start_host):
    """There, those that came while one was handled were dropped."""
    host = start_host()
    async with websockets.connect(f"ws://127.0.0.1:{host.port}/ws/api") as control:
        for i in range(200):
            await control.send(json.dumps(verb("add", "stream", rule={"stream": f"s{i}",
                                                                      "feeds": ["a"]})))
        for i in range(200):
            reply = json.loads(await asyncio.wait_for(control.recv(), DEADLINE))
            assert reply == {"stream": f"s{i}", "feeds": ["a"]}
    assert len(host.call("GET", "/api/streams/all").json) == 200
