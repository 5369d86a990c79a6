# SPDX-License-Identifier: Apache-2.0
"""Each defect of the reference's session host (specification, session host, §8) by its number: it
must not come back here. Rows 10 to 17."""

import asyncio
import contextlib
import json
import pathlib
import socket
import time

import pytest
import websockets

from feeding import bring, destination, feed_uri, peer_of_hosts, post, repeating
from relay_process import DEADLINE, SANITIZED, Host, scaled, wait_until

STREAM = {"stream": "stream/front", "feeds": ["video", "audio"]}


def test_defect_10_rules_are_shown_while_they_change(start_host):
    host = start_host()

    def change():
        for i in range(10):
            post(host, "streams", {"stream": f"stream/{i}", "feeds": ["a", "b"]})
            post(host, "destinations", destination(str(i), f"stream/{i}"))
        host.call("DELETE", "/api/streams/all")
        host.call("DELETE", "/api/destinations/all")

    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(repeating(change))
        for _ in range(scaled(300)):
            for path in ("/api/streams/all", "/api/destinations/all", "/status"):
                answer = host.call("GET", path)
                assert answer.status == 200 and isinstance(answer.json, dict)


async def test_defect_11_clients_of_streams_leave_nothing_behind(start_relay, start_host):
    relay, host = start_relay(local=True), start_host()
    post(host, "streams", STREAM)

    async def come_and_go():
        with contextlib.suppress(websockets.InvalidStatusCode):
            async with relay.connect(feed_uri(host, "stream/front")) as client:
                await client.send("hello")

    await come_and_go()
    before = host.descriptors(), host.resident()
    for _ in range(scaled(200)):
        await come_and_go()
    await asyncio.to_thread(wait_until, lambda: host.descriptors() <= before[0], "all are gone")
    assert SANITIZED or host.resident() - before[1] < 4 << 20
    feeds = host.call("GET", "/status").json["feeds"]
    assert all(feed["clients"] == 0 for feed in feeds.values())


async def test_defect_11_local_clients_lose_no_message_of_a_burst(start_relay, start_host):
    relay, host = start_relay(local=True), start_host()
    count = 2000
    async with relay.connect(feed_uri(host, "data")) as sender, \
            relay.connect(feed_uri(host, "data")) as reader:
        for i in range(count):
            await sender.send(f"line {i}")
        for i in range(count):
            assert await asyncio.wait_for(reader.recv(), DEADLINE) == f"line {i}"


def test_defect_12_rules_removed_while_disconnected_leave_nothing(start_host):
    host = start_host()

    def come_and_go(identity):
        post(host, "destinations", destination(identity, "data"))
        wait_until(lambda: host.destination(identity)["tries"] >= 1, "it tries")
        assert host.call("DELETE", f"/api/destinations/{identity}").status == 200

    with repeating(lambda: host.call("POST", "/ts/data", "no video, but something to carry")):
        come_and_go("first")
        before = host.descriptors(), host.threads(), host.resident()
        for i in range(scaled(100)):
            come_and_go(str(i))
    wait_until(lambda: host.descriptors() <= before[0], "descriptors are back")
    assert host.threads() == before[1]
    assert SANITIZED or host.resident() - before[2] < 4 << 20


async def test_defect_13_two_destinations_with_one_address_are_two(start_host):
    connections, arrived = asyncio.Queue(), asyncio.Queue()

    async def collect(websocket, *_):
        await connections.put(websocket)
        async for message in websocket:
            await arrived.put((websocket, message))

    host = start_host()
    async with peer_of_hosts(collect) as target:
        for identity in ("0", "1"):
            await asyncio.to_thread(post, host, "destinations",
                                    destination(identity, "data", target))
        both = [await asyncio.wait_for(connections.get(), DEADLINE) for _ in range(2)]
        for identity in ("0", "1"):
            await asyncio.to_thread(host.wait_connected, identity)
        async with websockets.connect(feed_uri(host, "data")) as local:
            await local.send("out")
            got = [await asyncio.wait_for(arrived.get(), DEADLINE) for _ in range(2)]
            assert {websocket for websocket, _ in got} == set(both)
            assert [message for _, message in got] == ["out", "out"]
            for i, websocket in enumerate(both):
                await websocket.send(f"back {i}")
                assert await asyncio.wait_for(local.recv(), DEADLINE) == f"back {i}"


def line_levels(host):
    """The levels of the lines in its log."""
    host.call("POST", "/ts/video", "this is no video")  # which is told at warn
    host.stop()
    return {json.loads(line)["level"] for line in host.log().splitlines() if line.startswith("{")}


@pytest.mark.parametrize("name", ["RELAY_LOG_LEVEL", "RELAYHOST_LOGLEVEL", "VW_LOG_LEVEL"])
@pytest.mark.parametrize("level, shows, hides", [("info", "info", "debug"),
                                                 ("warn", "warn", "info"),
                                                 ("warning", "warn", "info"),
                                                 ("error", None, "warn")])
def test_defect_14_each_log_level_means_what_it_says(tmp_path, name, level, shows, hides):
    host = start_with_environment(tmp_path, {name: level, "RELAY_LOG_FORMAT": "json"})
    levels = line_levels(host)
    notices = {"warn"} if name != "RELAY_LOG_LEVEL" else set()  # of the old name
    assert hides not in levels - notices, levels
    if shows:
        assert shows in {spelling.replace("warning", "warn") for spelling in levels}, levels


def start_with_environment(folder, settings, *flags):
    """A host that gets settings by its environment."""
    host = Host(folder, *flags)
    host.env.update(settings)
    return host.start()


def test_defect_14_an_unknown_log_level_is_refused(run_command):
    status, _, errors = run_command("session", "host", "--port", "0", RELAY_LOG_LEVEL="verbos")
    assert status != 0 and "verbos" in errors


async def test_defect_15_pages_from_elsewhere_command_nothing(start_host):
    host = start_host()
    foreign = {"Origin": "https://evil.example"}
    for method, path, body in [("POST", "/api/destinations", destination()),
                               ("POST", "/api/streams", STREAM),
                               ("DELETE", "/api/streams/all", None), ("GET", "/status", None),
                               ("GET", "/api/destinations/all", None),
                               ("POST", "/ts/video", "x")]:
        assert host.call(method, path, body, headers=foreign).status == 403, (method, path)
    for feed in ("api", "data"):
        for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example"):
            with pytest.raises(websockets.InvalidStatusCode) as refused:
                await websockets.connect(feed_uri(host, feed), origin=origin)
            assert refused.value.status_code == 403
    assert host.call("GET", "/api/destinations/all").json == {}


def test_defect_15_it_listens_at_this_machine_only(start_host):
    host = start_host()
    listening = []
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/{host.pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address, port = fields[1].split(":")
            if fields[3] == "0A" and int(port, 16) == host.port:
                listening.append(address)
    assert listening == ["0100007F"], "127.0.0.1"


def free_tcp_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.parametrize("name", ["RELAY_PORT", "RELAYHOST_PORT", "VW_PORT"])
def test_defect_16_the_port_is_set_by_each_of_its_names(tmp_path, name):
    host = Host(tmp_path)
    host.arguments = [argument for argument in host.arguments if argument not in ("--port", "0")]
    host.env[name] = str(free_tcp_port())
    host.start()
    assert str(host.port) == host.env[name]
    host.stop()


SETTINGS = [("RELAYHOST_", "LOGLEVEL", "warn"), ("VW_", "LOG_LEVEL", "warn"),
            ("RELAYHOST_", "MAXBUFFERLENGTH", "10"), ("VW_", "MUXBUFFERLENGTH", "10"),
            ("RELAYHOST_", "CLIENTBUFFERLENGTH", "5"), ("VW_", "CLIENTBUFFERLENGTH", "5"),
            ("RELAYHOST_", "CLIENTTIMEOUTMS", "1000"), ("VW_", "CLIENTTIMEOUTMS", "1000"),
            ("RELAYHOST_", "HTTPWAITMS", "5000"), ("VW_", "HTTPWAITMS", "5000"),
            ("RELAYHOST_", "HTTPSFLUSHMS", "5"), ("VW_", "HTTPFLUSHMS", "5"),
            ("RELAYHOST_", "HTTPTIMEOUTMS", "1000"), ("VW_", "HTTPTIMEOUTMS", "1000"),
            ("RELAYHOST_", "CPUPROFULE", ""), ("VW_", "CPUPROFILE", "")]


@pytest.mark.parametrize("prefix", ["RELAYHOST_", "VW_"])
def test_defect_16_every_other_name_is_known(tmp_path, prefix):
    """Documented or really read: each is taken, or said to have no effect; none is unknown."""
    names = {prefix + name: value for given, name, value in SETTINGS if given == prefix}
    host = start_with_environment(tmp_path, {**names, "RELAY_LOG_LEVEL": "warn"})
    host.stop()
    log = host.log()
    assert "unknown" not in log.lower(), log
    for name, value in names.items():
        assert name in log or not value, f"one notice about the old name {name}"


def test_defect_16_a_misspelt_name_is_told(tmp_path):
    host = start_with_environment(tmp_path, {"RELAYHOST_HTTPWAITMSS": "1"})
    host.stop()
    assert "RELAYHOST_HTTPWAITMSS" in host.log()


async def test_defect_17_a_destination_that_hangs_delays_nobody_and_goes(start_relay, start_host):
    relay, host = start_relay(local=True), start_host("--queue-size", "256KiB")
    hung = asyncio.Event()

    async def hang(websocket, *_):
        websocket.transport.pause_reading()
        await hung.wait()

    async with peer_of_hosts(hang) as target, relay.join(scopes=["read"]) as viewer:
        bring(host, relay, "data")
        before = host.descriptors()
        await asyncio.to_thread(post, host, "destinations", destination("stuck", "data", target))
        await asyncio.to_thread(host.wait_connected, "stuck")
        async with relay.connect(feed_uri(host, "data")) as local:
            sent = 0
            while not host.destination("stuck")["dropped_messages"]:
                assert sent < 10_000, "its queue never overflowed"
                for _ in range(20):
                    message = f"{sent} " + "x" * 16_000
                    await local.send(message)
                    assert await asyncio.wait_for(viewer.recv(), DEADLINE) == message
                    sent += 1
        begin = time.monotonic()
        await asyncio.to_thread(host.call, "DELETE", "/api/destinations/stuck")
        assert time.monotonic() - begin < 1, "it is removed at once"
        await asyncio.to_thread(wait_until, lambda: host.descriptors() <= before,
                                "its socket is closed")
        hung.set()
