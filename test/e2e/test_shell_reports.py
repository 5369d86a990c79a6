# SPDX-License-Identifier: Apache-2.0
"""What an operator sees of byte streams: status, the stats topic, and the audit."""

import asyncio
import json
import re
import time

import pytest

from byte_flow import exchange, expect_end, expect_gone, in_parallel, receive, reset, send
from plain_peers import PlainHost
from raw_websocket import BINARY, RawWebSocket
from relay_process import DEADLINE, wait_until
from shell_process import RESUME, TOPIC

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
FIELDS = {"time", "event", "topic", "connection", "target", "subject", "booking_id",
          "client_address", "client_user_agent", "host_address", "host_user_agent", "started",
          "ended", "seconds", "bytes_to_host", "bytes_to_client", "subprotocol", "code", "ended_by",
          "reason"}


@pytest.fixture
def audit_file(tmp_path):
    return tmp_path / "audit"


def audited(path, count):
    """So many lines, and no more."""
    def lines():
        return path.exists() and path.read_text().count("\n") >= count

    wait_until(lines, f"{count} lines of audit")
    found = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(found) == count, found
    return found


def test_status_lists_managers_and_both_ends_of_a_stream(shell):
    tunnel = shell.tunnel()
    near, far = tunnel.open()
    with near, far:
        in_parallel(lambda: send(near, 300_000), lambda: receive(far, 300_000))
        entries = [entry for entry in tunnel.relay.status() if entry["remote_addr"] != "internal"]
        managers = [entry for entry in entries if entry["topic"] == TOPIC]
        legs = [entry for entry in entries if entry["topic"].startswith(f"{TOPIC}/")]
        assert len(managers) == 1 and len(legs) == 2 and len(entries) == 3
        assert len({entry["topic"] for entry in legs}) == 1
        assert all(re.fullmatch(rf"{TOPIC}/[0-9a-f-]{{36}}", entry["topic"]) for entry in legs)
        assert all("relay" in entry["user_agent"] for entry in entries)
        received = max(entry["stats"]["tx"]["bytes"] for entry in legs)
        assert 300_000 <= received < 310_000, legs
    tunnel.relay.wait_legs(0)
    wait_until(lambda: len(tunnel.relay.status()) <= 2, "only manager and stats are left")


async def test_the_stats_topic_reports_streams(shell):
    relay = shell.relay()
    with RawWebSocket(relay.shell_uri("host")) as _:
        async with relay.connect(relay.shell_uri("stats", "stats")) as stats:
            await stats.send('{"cmd":"update"}')
            entries = json.loads(await asyncio.wait_for(stats.recv(), DEADLINE))
            manager, = [entry for entry in entries if entry["topic"] == TOPIC]
            assert manager["canRead"] and manager["canWrite"]
            assert manager["stats"].keys() == {"tx", "rx"}


# ---- the audit

def test_one_line_for_each_stream(shell, audit_file):
    relay = shell.relay("--audit-file", str(audit_file))
    target, camera = shell.listener(), shell.listener()
    shell.host(relay, "--local-port", str(target.port), "--target",
               f"camera=127.0.0.1:{camera.port}")
    begin = time.time()
    client = shell.client(relay, sub="Ada Lovelace", booking_id="booking-7")
    near, far = client.connect(), target.accept()
    in_parallel(lambda: send(near, 1_000_000), lambda: receive(far, 1_000_000))
    in_parallel(lambda: send(far, 2_000_000), lambda: receive(near, 2_000_000))
    assert not audit_file.exists() or not audit_file.read_text(), "it is written at the end"
    near.close()
    expect_end(far)
    far.close()
    line, = audited(audit_file, 1)
    assert line.keys() == FIELDS
    assert (line["event"], line["topic"], line["subject"], line["booking_id"]) == (
        "shell", TOPIC, "Ada Lovelace", "booking-7")
    assert re.fullmatch(r"[0-9a-f-]{36}", line["connection"]) and line["target"] == ""
    assert line["client_address"] == line["host_address"] == "127.0.0.1"
    assert 1_000_000 <= line["bytes_to_host"] < 1_010_000, "with the heads of frames"
    assert 2_000_000 <= line["bytes_to_client"] < 2_010_000
    assert (line["subprotocol"], line["code"], line["ended_by"]) == (RESUME, 1000, "client")
    assert all(re.fullmatch(TIME, line[name]) for name in ("time", "started", "ended"))
    assert 0 <= line["seconds"] <= time.time() - begin
    assert audit_file.stat().st_mode & 0o777 == 0o640

    other = shell.client(relay, "--target", "camera", "--resume=false")
    near, far = other.connect(), camera.accept()
    exchange(near, far, 1000)
    reset(far)
    expect_gone(near)
    near.close()
    _, line = audited(audit_file, 2)
    assert (line["target"], line["subprotocol"], line["subject"]) == ("camera", "", "")
    assert (line["bytes_to_host"], line["bytes_to_client"]) == (1000, 1000)
    assert line["ended_by"] == "host"


def test_a_stream_to_which_no_host_came_has_a_line_too(shell, audit_file):
    relay = shell.relay("--audit-file", str(audit_file), "--host-wait", "50ms")
    with RawWebSocket(relay.shell_uri("host")), RawWebSocket(relay.shell_uri()) as client:
        client.send_frame(BINARY, b"anyone?")
        client.expect_close(4404)
    line, = audited(audit_file, 1)
    assert (line["code"], line["ended_by"], line["host_address"]) == (4404, "relay", "")
    assert line["reason"]


def test_the_audit_is_complete_when_the_relay_stops(shell, audit_file):
    tunnel = shell.tunnel(relay_flags=("--audit-file", str(audit_file)),
                          client_flags=("--resume=false",))
    pairs = [tunnel.open() for _ in range(10)]
    tunnel.relay.stop()
    assert len(audited(audit_file, 10)) == 10
    for pair in pairs:
        for end in pair:
            expect_gone(end)
            end.close()


async def test_contents_and_codes_are_not_in_the_audit(shell, audit_file):
    relay = shell.relay("--audit-file", str(audit_file))
    secret = b"a line of the session"

    async def swallow(reader, _):
        await reader.read()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    async with PlainHost(relay, server.sockets[0].getsockname()[1]) as host:
        uri = relay.shell_uri()
        async with relay.connect(uri) as client:
            await client.send(secret)
        await asyncio.to_thread(audited, audit_file, 1)
    server.close()
    text = audit_file.read_text() + relay.log()
    codes = [address.partition("code=")[2] for address in (uri, host.alerts[0]["uri"])]
    assert all(codes) and not any(code in text for code in codes)
    assert secret.decode() not in text


def test_the_audit_goes_on_in_a_new_file_when_the_old_one_was_renamed(shell, audit_file):
    """As logrotate does."""
    tunnel = shell.tunnel(relay_flags=("--audit-file", str(audit_file)))
    for name in ("first", "second"):
        near, far = tunnel.open()
        near.close()
        expect_end(far)
        far.close()
        audited(audit_file, 1)
        audit_file.rename(audit_file.with_name(name))


def test_without_a_file_the_audit_is_in_the_log(shell):
    tunnel = shell.tunnel(relay_flags=("--log-level", "info", "--log-format", "json"))
    near, far = tunnel.open()
    exchange(near, far, 1000)
    near.close()
    expect_end(far)
    far.close()
    tunnel.relay.wait_legs(0)

    def lines():
        entries = [json.loads(line) for line in tunnel.relay.log().splitlines()]
        return [entry for entry in entries if entry.get("event") == "shell"]

    line, = wait_until(lines, "the line")
    assert line["topic"] == TOPIC and line["bytes_to_host"] >= 1000
