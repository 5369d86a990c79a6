# SPDX-License-Identifier: Apache-2.0
"""Why the connections of byte streams are closed, and what our programs make of it."""

import asyncio
import re
import time

import pytest

from byte_flow import exchange, expect_end, expect_reset
from raw_websocket import BINARY, CLOSE, RawWebSocket
from relay_process import DEADLINE, free_port, wait_until
from shell_process import SOON, TOPIC, ShellRelay
from shell_sockets import manager, next_alert, refusal, stream


@pytest.fixture(scope="module")
def relay(shared_shell):
    """One for the tests that leave no trace; each has a topic of its own."""
    return shared_shell.relay()


@pytest.fixture
def topic(request):
    return re.sub(r"\W", "-", request.node.name)[-60:]


@pytest.mark.parametrize("who", ["client", "host"])
def test_1000_when_the_other_end_has_closed_after_all_its_bytes(relay, topic, who):
    with manager(relay, topic) as host:
        client, leg = stream(relay, topic, host)
        ending, other = (client, leg) if who == "client" else (leg, client)
        for _ in range(20):
            ending.send_frame(BINARY, b"x" * 50_000)
        ending.send_frame(CLOSE, b"\x03\xe8")
        for _ in range(20):
            assert other.read_frame().payload == b"x" * 50_000
        other.expect_close(1000)
        client.close()
        leg.close()


@pytest.mark.parametrize("who", ["client", "host"])
def test_4410_when_the_other_end_is_lost(relay, topic, who):
    with manager(relay, topic) as host:
        client, leg = stream(relay, topic, host)
        ending, other = (client, leg) if who == "client" else (leg, client)
        ending.close()
        assert other.expect_close(4410)
        other.close()


def test_4404_when_the_host_does_not_come(shell):
    relay = shell.relay("--host-wait", "50ms")
    with manager(relay, TOPIC) as host, RawWebSocket(relay.shell_uri()) as client:
        uri = next_alert(host)["uri"]
        assert client.expect_close(4404)
        assert refusal(relay, relay.local(uri)) in (401, 404), "too late"


def test_4404_when_the_host_leaves_before_it_came(relay, topic):
    with manager(relay, topic) as host:
        client = RawWebSocket(relay.shell_uri("client", topic))
        next_alert(host)
    begin = time.monotonic()
    assert client.expect_close(4404)
    assert time.monotonic() - begin < SOON
    client.close()


def test_4404_when_the_host_has_left_since_the_access_request(relay, topic):
    with manager(relay, topic):
        uri = relay.shell_uri("client", topic)
    wait_until(lambda: relay.ask("client", topic).status == 503, "the host has gone")
    try:
        with RawWebSocket(uri) as client:
            assert client.expect_close(4404)
    except ConnectionRefusedError as refused:  # as good
        assert refused.args[0] in (404, 503)


def test_a_stream_outlives_its_hosts_manager_connection(relay, topic):
    with manager(relay, topic) as host:
        client, leg = stream(relay, topic, host)
    wait_until(lambda: relay.ask("client", topic).status == 503, "the manager has gone")
    client.send_frame(BINARY, b"still here")
    assert leg.read_frame().payload == b"still here"
    client.close()
    leg.close()


def test_4409_when_a_newer_host_takes_the_topic_over(relay, topic):
    with manager(relay, topic) as old:
        client, leg = stream(relay, topic, old)
        with manager(relay, topic) as new:
            assert old.expect_close(4409)
            with RawWebSocket(relay.shell_uri("client", topic)):
                assert next_alert(new)["action"] == "connect"
            client.send_frame(BINARY, b"what stood stands")
            assert leg.read_frame().payload == b"what stood stands"
    client.close()
    leg.close()


async def test_4401_when_a_token_expires(relay, topic):
    """The client's at both ends of the stream; the host's at its manager connection."""
    end = int(time.time()) + 2
    host = manager(relay, topic)
    short_topic = topic + "-host"
    short_host = RawWebSocket(relay.shell_uri("host", short_topic, exp=end))
    client, leg = stream(relay, topic, host, relay.shell_uri("client", topic, exp=end))
    for socket in (short_host, client, leg):
        await asyncio.to_thread(socket.expect_close, 4401)
        socket.close()
    assert time.time() >= end
    host.close()


def test_4403_when_a_booking_is_denied(relay, topic):
    with manager(relay, topic) as host:
        other_client, other_leg = stream(relay, topic, host)
        booking = topic + "-booking"
        client, leg = stream(relay, topic, host,
                             relay.shell_uri("client", topic, booking_id=booking))
        unused = relay.shell_uri("client", topic, booking_id=booking)
        waiting = RawWebSocket(relay.shell_uri("client", topic, booking_id=booking))
        while (alert := next_alert(host))["action"] != "connect":
            pass
        relay.deny(booking)
        for socket in (client, leg, waiting):
            socket.expect_close(4403)
            socket.close()
        for uri in (unused, relay.local(alert["uri"])):
            assert 400 <= refusal(relay, uri) < 500
        assert "deny-listed" in relay.ask("client", topic, booking_id=booking).json["message"]
        other_client.send_frame(BINARY, b"undisturbed")
        assert other_leg.read_frame().payload == b"undisturbed"
        other_client.close()
        other_leg.close()


def test_1001_when_the_relay_is_stopped(shell):
    relay = shell.relay()
    host = manager(relay, TOPIC)
    client, leg = stream(relay, TOPIC, host)
    relay.process.terminate()
    for socket in (host, client, leg):
        socket.expect_close(1001)
        socket.close()
    assert relay.process.wait(DEADLINE) == 0


def test_a_message_that_is_too_large_ends_the_stream(shell):
    relay = shell.relay("--shell-max-message", "128KiB")
    with manager(relay, TOPIC) as host:
        client, leg = stream(relay, TOPIC, host)
        client.send_frame(BINARY, b"x" * 131_072)
        assert len(leg.read_frame().payload) == 131_072
        client.send_frame(BINARY, b"x" * 131_073)
        client.expect_close(1009)
        assert leg.expect_close(4410)
        client.close()
        leg.close()


# ---- our programs

def test_a_booking_that_is_denied_ends_a_running_tunnel(shell):
    relay, target = shell.relay(), shell.listener()
    shell.host(relay, "--local-port", str(target.port))
    client = shell.client(relay, booking_id="b")
    with client.connect() as near, target.accept() as far:
        exchange(near, far)
        relay.deny("b")
        expect_reset(near, SOON)
        expect_reset(far, SOON)
    with client.connect() as near:
        expect_reset(near, SOON)


def test_of_two_hosts_the_newest_serves_and_the_older_lets_it(shell):
    relay, first, second = shell.relay(), shell.listener(), shell.listener()
    old = shell.host(relay, "--local-port", str(first.port))
    client = shell.client(relay)
    near, far = client.connect(), first.accept()
    exchange(near, far)
    shell.host(relay, "--local-port", str(second.port))
    wait_until(lambda: "another host" in old.log() or "replaced" in old.log(),
               "the older one says why it is not connected")
    exchange(near, far)  # what stood stands
    with client.connect() as again, second.accept() as there:
        exchange(again, there)
    near.close()
    expect_end(far)
    far.close()


async def test_sessions_and_streams_in_one_process_on_one_port(shell):
    class Both(ShellRelay):
        command = ("serve",)

    port = free_port()
    relay = Both(shell.make_folder("both"), "--shell", access_port=port, relay_port=port,
                 local=True)
    shell.running.append(relay.start())
    target = shell.listener()
    shell.host(relay, "--local-port", str(target.port))
    client = shell.client(relay)
    near, far = client.connect(), target.accept()
    async with relay.join("lamp") as one, relay.join("lamp") as other:
        exchange(near, far, 100_000)
        await one.send("video")
        assert await asyncio.wait_for(other.recv(), DEADLINE) == "video"
        topics = {entry["topic"].partition("/")[0] for entry in relay.status()}
        assert topics == {"lamp", TOPIC, "stats"}
    near.close()
    expect_end(far)
    far.close()
