# SPDX-License-Identifier: Apache-2.0
"""Reports of the connections: the topic `stats` and GET /status (specification, §9 and §10)."""

import asyncio
import json
import re
import time

import tokens
from raw_websocket import RawWebSocket
from relay_process import DEADLINE

UPDATE = '{"cmd":"update"}'
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
AGE = r"(\d+(\.\d+)?(h|m|s|ms|µs|us|ns))+"


async def report(stats, topic=None):
    """The next report, or its entries of a topic."""
    text = ""
    while not isinstance(text, str) or not text.startswith("[{"):  # what others on the topic send
        text = await asyncio.wait_for(stats.recv(), DEADLINE)
    entries = json.loads(text)
    return entries if topic is None else [entry for entry in entries if entry["topic"] == topic]


def assert_traffic(way):
    assert way.keys() == {"last", "size", "fps", "messages", "bytes"}
    assert way["last"] == "Never" or re.fullmatch(AGE, way["last"])
    assert all(isinstance(way[name], (int, float)) for name in ("size", "fps", "messages", "bytes"))


async def test_a_report_tells_all_fields_of_each_connection(relay):
    end = int(time.time()) + 1800
    client = RawWebSocket(relay.uri("pend", scopes=["read", "expt"], exp=end),
                          User_Agent="my browser",
                          X_Forwarded_For="192.0.2.66, 192.0.2.7")
    async with relay.join("stats") as stats:
        await stats.send(UPDATE)
        entry, = await report(stats, "pend")
        assert entry.keys() == {"topic", "canRead", "canWrite", "connected", "expiresAt",
                                "remoteAddr",
                                "userAgent", "scopes", "stats", "dropped", "queued"}
        assert (entry["canRead"], entry["canWrite"], entry["scopes"]) == (True, False,
                                                                          ["read", "expt"])
        assert (entry["remoteAddr"], entry["userAgent"]) == ("192.0.2.7", "my browser")
        assert entry["expiresAt"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))
        assert re.fullmatch(TIME, entry["connected"])
        assert entry["stats"].keys() == {"tx", "rx"}
        assert_traffic(entry["stats"]["tx"])
        assert_traffic(entry["stats"]["rx"])
        assert entry["stats"]["tx"]["last"] == "Never"
        assert entry["dropped"] == {"messages": 0, "bytes": 0, "skips": 0}
        assert entry["queued"] == 0
    client.close()


async def test_the_generator_and_the_stats_members_are_listed(relay):
    async with relay.join("stats") as stats:
        await stats.send(UPDATE)
        entries = await report(stats)
        generator, member = sorted(entries, key=lambda entry: entry["remoteAddr"] != "internal")
        assert (generator["topic"], generator["remoteAddr"], generator["userAgent"]) == (
            "stats", "internal", "crossbar")
        assert generator["canRead"] and generator["canWrite"]
        assert (member["topic"], member["remoteAddr"]) == ("stats", "127.0.0.1")


async def test_traffic_is_that_of_the_last_seconds(relay):
    async with (relay.join() as sender, relay.join(scopes=["read"]) as reader,
                relay.join("stats") as stats):
        for _ in range(40):
            await sender.send("x" * 1000)
            await reader.recv()
        await stats.send(UPDATE)
        entries = {entry["canWrite"]: entry["stats"] for entry in await report(stats, "lamp")}
        for way in (entries[True]["tx"], entries[False]["rx"]):
            assert (way["messages"], way["bytes"], way["size"]) == (40, 40_000, 1000)
            assert 1 < way["fps"] <= 40
            assert re.fullmatch(AGE, way["last"])
        for way in (entries[True]["rx"], entries[False]["tx"]):
            assert (way["messages"], way["last"]) == (0, "Never")


async def test_an_update_is_answered_at_once_but_at_most_once_a_second(start_relay):
    relay = start_relay("--stats-every", "1h")
    async with relay.join("stats") as stats, relay.join("stats", scopes=["read"]) as reader:
        begin = time.monotonic()
        for _ in range(20):
            await stats.send(UPDATE)
        await report(stats)  # an hour early
        for _ in range(20):
            await stats.send(UPDATE)
        await report(stats)
        assert time.monotonic() - begin >= 1
        received = [await asyncio.wait_for(reader.recv(), DEADLINE) for _ in range(42)]
        reports = [text for text in received if text.startswith("[")]
        assert len(reports) == 2, "everybody gets each report"


async def test_one_without_write_cannot_ask(start_relay):
    relay = start_relay("--stats-every", "1h")
    async with relay.join("stats", scopes=["read"]) as reader:
        await reader.send(UPDATE)
        async with relay.join("stats") as writer:
            await writer.send(UPDATE)
            assert len(await report(reader, "stats")) == 3, "both were there"


async def test_other_commands_do_not_ask(start_relay):
    relay = start_relay("--stats-every", "1h")
    async with relay.join("stats") as stats:
        for text in ("", "update", "{}", "[]", '{"cmd":"x"}', '{"cmd":["update"]}', b"\xff",
                     "[" * 5000,
                     '{"cmd":"update"'):
            await stats.send(text)
        async with relay.join("stats") as other:
            await other.send(UPDATE)
            assert len(await report(stats, "stats")) == 3, "both were there"


async def test_reports_come_each_period(start_relay):
    relay = start_relay("--stats-every", "1s")
    async with relay.join("stats", scopes=["read"]) as stats:
        begin = time.monotonic()
        for _ in range(3):
            await report(stats)
        assert time.monotonic() - begin >= 2


def test_status_tells_the_same_with_names_in_snake_case(relay):
    with RawWebSocket(relay.uri(scopes=["read"]), User_Agent="viewer") as client:
        answer = relay.call("GET", "/status", tokens.stats_token())
        assert answer.status == 200 and answer.headers["Content-Type"] == "application/json"
        entry, = [each for each in answer.json if each["topic"] == "lamp"]
        assert entry.keys() == {"topic", "can_read", "can_write", "connected", "connected_at",
                                "expires_at",
                                "remote_addr", "user_agent", "scopes", "stats", "dropped", "queued"}
        assert (entry["can_read"], entry["can_write"]) == (True, False), "false is told, too"
        assert entry["user_agent"] == "viewer"
        assert_traffic(entry["stats"]["tx"])
        client.close()


def test_status_is_right_at_once_after_members_come_and_go(relay):
    for _ in range(20):
        with RawWebSocket(relay.uri()):
            assert len(relay.members("lamp")) == 1, "who has its 101 is listed"
        end = time.monotonic() + DEADLINE
        while relay.members("lamp"):
            assert time.monotonic() < end
