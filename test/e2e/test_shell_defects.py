# SPDX-License-Identifier: Apache-2.0
"""Each defect of the reference's shell commands (specification of the shell, §6) by its number: it
must not come back here."""

import asyncio
import json
import re
import socket
import subprocess
import time

import pytest

import tokens
from byte_flow import (both_ways, exchange, expect_end, expect_gone, expect_reset,
                       in_parallel, receive, send, send_until_blocked)
from fake_relay import FakeRelay
from fronts import ConnectProxy, TlsFront
from plain_peers import plain_client
from raw_websocket import RawSocket, RawWebSocket
from relay_process import BINARY, DEADLINE, environment, free_port, scaled, wait_until
from shell_process import SOON, TOPIC, shell_token

MIB = 1 << 20
SIZE = scaled(11_280_000)  # what the specification's test sent
FORMS = {"resumable": (), "plain": ("--resume=false",)}


@pytest.fixture(params=FORMS)
def tunnel(request, shell):
    return shell.tunnel(client_flags=FORMS[request.param])


def test_defect_01_bytes_are_not_overwritten_while_they_wait(tunnel):
    near, far = tunnel.open()
    with near, far:
        both_ways(near, far, SIZE)


def test_defect_02_bytes_without_a_gap_are_not_thrown_away(tunnel):
    """More than the reference collected until there was a gap of 1 ms."""
    near, far = tunnel.open()
    with near, far:
        in_parallel(lambda: send(far, 3 * SIZE), lambda: receive(near, 3 * SIZE))


def test_defect_03_a_slow_reader_loses_nothing_and_no_direction_ends(tunnel):
    near, far = tunnel.open(near_buffer=4096)
    with near, far:
        sent = send_until_blocked(far, 64 * MIB, quiet=1.2)  # longer than the reference waited
        assert sent < 64 * MIB
        send(near, 1000)  # the other direction does not mind
        receive(far, 1000)
        in_parallel(lambda: send(far, SIZE, start=sent), lambda: receive(near, sent + SIZE))
        exchange(near, far)


def test_defect_04_a_reader_that_stops_does_not_stop_the_relay(tunnel):
    """One of a resumable stream's ends, and one that reads nothing from its WebSocket."""
    near, far = tunnel.open(near_buffer=4096)
    with near, far, RawWebSocket(tunnel.relay.shell_uri(), receive_buffer=4096):
        sent = send_until_blocked(far, 64 * MIB)
        with tunnel.target.accept() as other:
            other_sent = send_until_blocked(other, 64 * MIB)
            assert sent < 64 * MIB and other_sent < 64 * MIB
            for _ in range(20):
                again = tunnel.open()
                exchange(*again, 100_000)
                for end in again:
                    end.close()
            receive(near, sent)


def test_defect_05_a_disconnect_is_obeyed(shell):
    tunnel = shell.tunnel(client_flags=FORMS["plain"])
    before = tunnel.host.descriptors()
    for _ in range(20):
        near, far = tunnel.open()
        exchange(near, far)
        near.close()
        expect_end(far, SOON)
        far.close()
    wait_until(lambda: tunnel.host.descriptors() <= before, "nothing grows", SOON)


async def test_defect_05_a_disconnect_alert_alone_is_enough(shell):
    """Of a relay that leaves the host's WebSocket open, as the reference does."""
    async with FakeRelay() as fake:
        target = shell.listener()
        await asyncio.to_thread(shell.host, fake, "--local-port", str(target.port))
        manager = await fake.manager()
        identity = await fake.call_for(manager)
        await fake.leg()
        with await asyncio.to_thread(target.accept) as far:
            await manager.send(json.dumps({"action": "disconnect", "uri": "", "uuid": identity}))
            await asyncio.to_thread(expect_gone, far, SOON)


@pytest.mark.parametrize("who", ["near", "far"])
def test_defect_06_the_other_leg_is_closed(tunnel, who):
    before = [process.descriptors() for process in tunnel.processes()]
    near, far = tunnel.open()
    exchange(near, far)
    ending, other = (near, far) if who == "near" else (far, near)
    ending.close()
    expect_end(other, SOON)
    other.close()
    tunnel.relay.wait_legs(0, seconds=SOON)
    for process, count in zip(tunnel.processes(), before):
        wait_until(lambda: process.descriptors() <= count, "it is closed there", SOON)


def test_defect_07_a_lost_relay_does_not_give_an_old_stream_a_new_session(tunnel):
    """It goes on where it was, or it ends; the target is never dialled for it again."""
    near, far = tunnel.open()
    with near, far:
        exchange(near, far, 1000)
        tunnel.relay.kill()
        tunnel.relay.start()
        if tunnel.client.arguments[-1] == FORMS["plain"][0]:
            expect_reset(near)
            expect_reset(far)
        else:
            exchange(near, far, 1000)
        tunnel.host.wait_connected_again()
        again = tunnel.open()  # the first who is accepted is this one
        exchange(*again, 1000)
        for end in again:
            end.close()


def test_defect_08_a_client_without_a_host_leaves_nothing(shell):
    relay = shell.relay("--host-wait", "10m")
    relay.wait_legs(0)
    with RawWebSocket(relay.shell_uri("host")):  # a manager that never answers
        before = relay.descriptors()
        for _ in range(20):
            with RawWebSocket(relay.shell_uri()):
                pass
        wait_until(lambda: relay.descriptors() <= before and not relay.legs(), "they are gone",
                   SOON)


def test_defect_08_the_user_sees_an_error(shell):
    client = shell.client(shell.relay())
    begin = time.monotonic()
    with client.connect() as near:
        expect_reset(near)
    assert time.monotonic() - begin < SOON
    wait_until(lambda: "no host is connected" in client.log(), "it says why", SOON)


def test_defect_09_a_client_is_told_when_no_host_is_connected(shell):
    answer = shell.relay().ask()
    assert answer.status == 503
    assert answer.json["code"] == "503" and "host" in answer.json["message"]


def test_defect_09_of_two_hosts_on_a_topic_one_dials(shell):
    relay, old_target, new_target = shell.relay(), shell.listener(), shell.listener()
    shell.host(relay, "--local-port", str(old_target.port))
    shell.host(relay, "--local-port", str(new_target.port))
    client = shell.client(relay)
    for _ in range(5):
        with client.connect() as near, new_target.accept() as far:
            exchange(near, far)
    assert not old_target.is_asked()


async def test_defect_10_a_greeting_is_not_lost_however_late_the_websocket_comes(shell):
    """The target has greeted before the host's line to the relay passes anything."""
    greeting = b"SSH-2.0-greeting\r\n"
    port = free_port()
    relay = shell.relay(access_port=port, relay_port=port, local=False,
                        names=("http://lab.example", "ws://lab.example"))
    with ConnectProxy({"lab.example:80": port}) as line:
        target = shell.listener()
        shell.host(relay, "--local-port", str(target.port),
                   env={"HTTP_PROXY": f"http://127.0.0.1:{line.port}"})
        known = line.accepted
        line.hold()
        async with plain_client(relay) as client:
            with await asyncio.to_thread(target.accept) as far:
                far.sendall(greeting)
                wait_until(lambda: line.accepted > known, "the host has dialled the relay")
                line.resume()
                heard = b""
                while len(heard) < len(greeting):
                    heard += await asyncio.wait_for(client.recv(), DEADLINE)
                assert heard == greeting


async def test_defect_11_a_leg_that_cannot_be_dialled_does_no_harm(shell):
    async with FakeRelay() as fake:
        target = shell.listener()
        host = await asyncio.to_thread(shell.host, fake, "--local-port", str(target.port))
        manager = await fake.manager()
        for code in ("unknown", ""):
            identity = f"0000000{len(code)}-0000-4000-8000-000000000000"
            await fake.call_for(manager, fake.uri(f"{TOPIC}/{identity}", code=code), identity)
        await fake.call_for(manager)
        leg = await fake.leg()
        await leg.send(b"hello")
        with await asyncio.to_thread(target.accept_who_says, b"hello"):
            assert host.is_running()


@pytest.mark.parametrize("who", ["relay", "host", "client"])
def test_defect_12_traffic_does_not_fill_the_log(tunnel, who):
    process = getattr(tunnel, who)
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
        before = process.log().count("\n")
        for _ in range(500):
            exchange(near, far, 3)
        both_ways(near, far, MIB)
        assert process.log().count("\n") == before


@pytest.mark.parametrize("level", ["debug", "trace"])
@pytest.mark.parametrize("form", FORMS)
def test_defect_13_no_token_code_or_contents_in_logs(shell, level, form):
    flags = ("--log-level", level)
    tunnel = shell.tunnel(relay_flags=flags, host_flags=flags,
                          client_flags=(*flags, *FORMS[form]))
    secret = b"aVeryPrivateLineOfAnSshSession"
    near, far = tunnel.open()
    with near, far:
        near.sendall(secret)
        assert far.recv(100) == secret
    with RawWebSocket(tunnel.relay.shell_uri("host", topic="other")) as manager:
        uri = tunnel.relay.shell_uri(topic="other")
        with RawWebSocket(uri):
            alert = json.loads(manager.read_frame().payload)
    used = [tunnel.host.env["RELAY_TOKEN"], tunnel.client.env["RELAY_TOKEN"]]
    for text in (*used, used[0][:-3], "not.a.token"):
        tunnel.relay.call("POST", f"/shell/{TOPIC}", text)
        tunnel.relay.call("POST", "/nothing", text)
    codes = [address.partition("code=")[2] for address in (uri, alert["uri"])]
    parts = [part for text in used for part in text.split(".")[1:]]
    for process in reversed(tunnel.processes()):
        process.stop()
        log = process.log()
        assert log.count("\n") >= 2, "it did log"
        for text in (secret.decode(), tokens.SECRET, *codes, *parts):
            assert text and text not in log
        assert not re.search(r"code=[0-9a-f]", log)


def test_defect_14_bad_tokens_get_an_answer_of_one_shape(shell):
    relay = shell.relay()
    good = shell_token(relay)
    for text in ("abc", "a.b.c", good[:-4], "Bearer", shell_token(relay, exp=None),
                 shell_token(relay, exp=1), shell_token("https://other.example")):
        answer = relay.call("POST", f"/shell/{TOPIC}", text)
        assert answer.status == 401, (text, answer.body)
        assert answer.json["code"] == "401" and answer.json["message"]
        assert text not in answer.json["message"]


async def test_defect_15_a_host_dials_only_its_own_relay(shell):
    async with FakeRelay() as fake:
        target, foreign = shell.listener(), shell.listener()
        host = await asyncio.to_thread(shell.host, fake, "--local-port", str(target.port))
        manager = await fake.manager()
        identity = "00000001-0000-4000-8000-000000000000"
        path = f"{TOPIC}/{identity}"
        for uri in (fake.uri(path, port=foreign.port),
                    f"ws://localhost:{foreign.port}/shell/{path}?code=good",
                    f"wss://127.0.0.1:{fake.port}/shell/{path}?code=good",
                    f"ws://127.0.0.1:{fake.port}@127.0.0.1:{foreign.port}/shell/{path}?code=good",
                    fake.uri(f"other/{identity}"),
                    fake.uri(f"{TOPIC}/00000002-0000-4000-8000-000000000000"),
                    "", "nonsense", "file:///etc/passwd"):
            await manager.send(json.dumps({"action": "connect", "uri": uri, "uuid": identity}))
        for text in ("", "{", "[]", "null", '{"action":"connect"}', '{"action":7}', "x" * 100_000,
                     '{"action":"connect","uri":null,"uuid":[]}', b"binary"):
            await manager.send(text)
        await fake.call_for(manager)
        leg = await fake.leg()  # the first one that it dials is the proper one
        assert fake.dialled.empty() and not foreign.is_asked()
        with await asyncio.to_thread(target.accept) as far:
            await leg.send(b"x")
            assert await asyncio.to_thread(far.recv, 1) == b"x"
        assert not target.is_asked(), "nor did it dial the target for the others"
        assert "code=" not in host.log() and "passwd" not in host.log()


def test_defect_16_a_client_listens_on_this_machine_only(shell):
    client = shell.client(shell.relay())
    assert addresses_of(client, client.port) == {"0100007F"}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", client.port))


def addresses_of(process, port):
    """Where it listens on a port, as /proc/net/tcp and tcp6 write addresses."""
    found = set()
    for name in ("tcp", "tcp6"):
        with open(f"/proc/{process.pid}/net/{name}", encoding="ascii") as table:
            for line in list(table)[1:]:
                address, _, number = line.split()[1].rpartition(":")
                if int(number, 16) == port and line.split()[3] == "0A":
                    found.add(address)
    return found


def test_defect_16_the_name_in_a_certificate_is_checked(shell, tmp_path):
    key, certificate = str(tmp_path / "key"), str(tmp_path / "certificate")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", "/CN=other.example",
                    "-addext", "subjectAltName=DNS:other.example"], check=True,
                   capture_output=True)
    relay = shell.relay()
    with TlsFront(relay.access_port, certificate, key) as front:
        command = [BINARY, "shell", "client", "--stdio", "--relay-ca", certificate, "--session",
                   f"https://127.0.0.1:{front.port}/shell/{TOPIC}"]
        done = subprocess.run(command, env=environment(RELAY_TOKEN=shell_token(relay)), input=b"",
                              capture_output=True, timeout=DEADLINE, check=False)
    assert done.returncode > 0 and b"certificate not accepted" in done.stderr, done.stderr


@pytest.mark.parametrize("who", ["near", "far"])
def test_defect_17_the_end_of_one_direction_is_carried(shell, who):
    near, far = shell.tunnel().open()
    first, second = (near, far) if who == "near" else (far, near)
    with first, second:
        send(first, 100_000)
        first.shutdown(socket.SHUT_WR)
        receive(second, 100_000)
        expect_end(second)
        send(second, 100_000)
        receive(first, 100_000)
        second.shutdown(socket.SHUT_WR)
        expect_end(first)


@pytest.mark.parametrize("number", [2, 15], ids=["SIGINT", "SIGTERM"])
def test_defect_18_a_stop_is_no_failure(tunnel, number):
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
        for process in reversed(tunnel.processes()):
            process.stop(number)  # the exit status is 0


def test_defect_19_settings_that_have_no_effect_say_so(run_command):
    required = {"RELAY_SECRET": tokens.SECRET, "RELAY_ACCESS_FQDN": tokens.AUDIENCE,
                "RELAY_RELAY_FQDN": "wss://lab.example"}
    status, output, log = run_command("shell", "relay", "--check", **required,
                                      JUMP_RELAY_TIDY_EVERY="7m", JUMP_RELAY_PORT_PROFILE="6062")
    assert status == 0, log
    line, = [line for line in output.splitlines() if "tidy-every" in line]
    assert "7m" in line and "JUMP_RELAY_TIDY_EVERY" in line
    assert "6062" not in output.replace("JUMP_RELAY_PORT_PROFILE", "")
    assert "PORT_PROFILE" in log + output


def test_defect_19_the_relay_listens_on_its_two_ports_only(shell):
    relay = shell.relay()
    for port in (relay.access_port, relay.relay_port):
        with RawSocket(port) as client:
            client.send(b"GET /debug/pprof/ HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.read_answer()[0] == 404
    assert not addresses_of(relay, 6062)
