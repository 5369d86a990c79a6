# SPDX-License-Identifier: Apache-2.0
"""What members of a topic get of each other, and how connections end."""

import asyncio
import os
import pathlib
import signal
import subprocess
import time

import pytest
import websockets

import tokens
from raw_websocket import BINARY, PING, PONG, TEXT, RawWebSocket, encode
from relay_process import DEADLINE, ROOT, scaled, wait_until


async def receive(connection, count):
    return [await connection.recv() for _ in range(count)]


async def closed(connection):
    """The code and reason that the connection is closed with."""
    with pytest.raises(websockets.ConnectionClosed):
        while True:
            await asyncio.wait_for(connection.recv(), DEADLINE)
    return connection.close_code, connection.close_reason


async def assert_nothing_waits(connection, relay):
    """Nothing was passed on: a message sent now, through the same queue, is the first to arrive."""
    async with relay.join(booking_id="marker") as marker:
        await marker.send("marker")
        assert await connection.recv() == "marker"


# ---- broadcast

async def test_everybody_but_the_sender_gets_a_message_once(relay):
    async with relay.crowd(5) as members:
        for index, member in enumerate(members):
            await member.send(f"from {index}")
            for other in members:
                if other is not member:
                    assert await other.recv() == f"from {index}"
        for member in members:
            await member.send("last")
            for other in members:
                if other is not member:
                    assert await other.recv() == "last"


async def test_topics_are_apart(relay):
    async with relay.join("a") as one, relay.join("b") as other, relay.join("a") as listener:
        await one.send("for a")
        await other.send("for b")
        assert await listener.recv() == "for a"
        await one.send("again for a")
        assert await listener.recv() == "again for a"


async def test_there_is_no_history(relay):
    async with relay.join() as sender, relay.join() as witness:
        await sender.send("early")
        assert await witness.recv() == "early"
        async with relay.join() as late:
            await sender.send("late")
            assert await late.recv() == "late"


async def test_messages_keep_order_type_and_boundaries(relay):
    messages = [os.urandom(i % 300) if i % 3 else "text %d ☃" % i for i in range(scaled(3000))]
    async with relay.join() as sender, relay.join() as one, relay.join() as other:
        async def send():
            for message in messages:
                await sender.send(message)
        _, *received = await asyncio.gather(send(), receive(one, len(messages)),
                                            receive(other, len(messages)))
        assert received == [messages, messages]


async def test_both_ways_at_once(relay):
    count = scaled(1000)
    async with relay.join() as one, relay.join() as other:
        async def talk(connection, name):
            for i in range(count):
                await connection.send(f"{name}{i}")
        result = await asyncio.gather(talk(one, "a"), talk(other, "b"), receive(one, count),
                                      receive(other, count))
        assert result[2] == [f"b{i}" for i in range(count)]
        assert result[3] == [f"a{i}" for i in range(count)]


async def test_fragments_arrive_joined(relay):
    async with relay.join() as sender, relay.join() as receiver:
        await sender.send(["one ", "two ", "three"])
        assert await receiver.recv() == "one two three"


# ---- permissions

async def test_messages_of_one_who_may_not_write_are_dropped(relay):
    async with relay.join(scopes=["read"]) as mute, relay.join() as listener:
        await mute.send("unheard")
        await assert_nothing_waits(listener, relay)
        assert mute.open


async def test_one_who_may_not_read_gets_nothing(relay):
    async with relay.join(scopes=["write"]) as deaf, relay.join() as other, relay.join() as witness:
        await other.send("not for all")
        assert await witness.recv() == "not for all"
        await (await deaf.ping())  # anything sent before the pong would have come before it
        assert len(deaf.messages) == 0
        await deaf.send("from the deaf")
        assert await other.recv() == "from the deaf"


async def test_further_scopes_do_no_harm(relay):
    async with relay.join(scopes=["write", "expt", "read"]) as one, relay.join() as other:
        await one.send("x")
        assert await other.recv() == "x"


# ---- limits and faults

LARGEST = 10 * 1024 * 1024


async def test_the_largest_message_is_10_mib(relay):
    large = os.urandom(1 << 20) * 10
    async with relay.join() as sender, relay.join() as receiver:
        await sender.send(large)
        assert await asyncio.wait_for(receiver.recv(), DEADLINE) == large
        await sender.send(large + b"x")
        assert (await closed(sender))[0] == 1009
        await assert_nothing_waits(receiver, relay)


@pytest.mark.parametrize("data, code", [
    (encode(TEXT, b"\xff"), 1007),
    (encode(TEXT, b"x", masked=False), 1002),
    (encode(BINARY, b"", length=LARGEST + 1, length_form=64), 1009),
], ids=["no UTF-8", "unmasked", "too large"])
def test_a_fault_closes_its_sender_and_nobody_else(relay, data, code):
    with RawWebSocket(relay.uri()) as faulty, RawWebSocket(relay.uri()) as other:
        faulty.send(data)
        assert faulty.expect_close(code), "a reason is given"
        other.send_frame(PING, b"alive")
        assert other.read_frame().payload == b"alive"


# ---- keep-alive

def test_a_ping_is_answered(relay):
    with RawWebSocket(relay.uri()) as client:
        client.send_frame(PING, b"mine")
        frame = client.read_frame()
        assert (frame.opcode, frame.payload) == (PONG, b"mine")


def test_the_relay_pings_one_who_is_silent_and_keeps_one_who_answers(start_relay):
    relay = start_relay("--ping-every", "100ms", "--peer-timeout", "1500ms")
    with RawWebSocket(relay.uri()) as client:
        for _ in range(8):  # each takes the 250 ms of the relay's clock: longer than the time-out
            assert client.read_frame().opcode == PING
            client.send_frame(PONG)
        assert len(relay.members("lamp")) == 1


def test_a_peer_that_vanishes_is_dropped(start_relay):
    relay = start_relay("--ping-every", "100ms", "--peer-timeout", "500ms")
    begin = time.monotonic()
    client = RawWebSocket(relay.uri())
    client_descriptors = relay.descriptors()
    assert client.read_frame().opcode == PING  # and no answer, as from one whose cable was pulled
    wait_until(lambda: not relay.members("lamp"), "the member is forgotten")
    assert time.monotonic() - begin >= 0.5
    wait_until(lambda: relay.descriptors() < client_descriptors, "its descriptor is closed")
    client.close()


# ---- expiry and denial

async def test_a_connection_closes_with_4401_when_its_token_expires(relay):
    end = int(time.time()) + 3
    async with relay.join(exp=end) as member, relay.join(booking_id="other") as other:
        assert await closed(member) == (4401, "the session has expired")
        assert 0 <= time.time() - end < 5
        await (await other.ping())


async def test_a_denial_closes_all_of_a_booking_with_4403_and_nobody_else(relay):
    async with (relay.join("a", booking_id="cancelled") as one,
                relay.join("b", booking_id="cancelled") as other_topic,
                relay.join("a", booking_id="cancelled", scopes=["read"]) as reader,
                relay.join("a", booking_id="valid") as bystander):
        relay.deny("cancelled")
        for member in (one, other_topic, reader):
            assert await closed(member) == (4403, "the booking was denied")
        await (await bystander.ping())
        topics = [entry["topic"] for entry in relay.status() if entry["remote_addr"] != "internal"]
        assert topics == ["a"]


async def test_a_denial_takes_less_than_50_ms(relay):
    times = []
    for number in range(9):
        async with relay.join(booking_id=f"b{number}") as member:
            call = asyncio.get_running_loop().run_in_executor(None, relay.deny, f"b{number}")
            begin = time.perf_counter()
            await closed(member)
            times.append(time.perf_counter() - begin)
            await call
    assert sorted(times)[4] < 0.05, times  # the median: other work of the machine may cost some


async def test_a_denial_survives_a_restart(start_relay):
    relay = start_relay()
    async with relay.join(booking_id="cancelled") as member:
        relay.deny("cancelled")
        assert (await closed(member))[0] == 4403
    relay.kill()  # not even a chance to save
    again = start_relay(folder=relay.folder)
    assert again.bookings("deny") == ["cancelled"]
    assert again.call("POST", "/session/lamp", tokens.token(booking_id="cancelled")).status == 400
    again.allow("cancelled")
    again.stop()
    third = start_relay(folder=relay.folder)
    assert third.bookings("deny") == []
    async with third.join(booking_id="cancelled"):
        pass


def test_the_allow_list_survives_a_restart(start_relay):
    relay = start_relay()
    relay.uri(booking_id="seen")
    relay.uri(booking_id="cancelled")
    relay.deny("cancelled")
    relay.stop()
    again = start_relay(folder=relay.folder)
    assert again.bookings("allow") == ["seen"]
    assert again.bookings("deny") == ["cancelled"]


def test_without_a_booking_id_one_may_connect_when_that_is_allowed(start_relay):
    relay = start_relay("--allow-no-booking-id")
    with RawWebSocket(relay.uri(booking_id=None)) as one:
        relay.deny("some other")
        one.send_frame(PING, b"still here")
        assert one.read_frame().payload == b"still here"


# ---- shutdown

@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
async def test_shutdown_closes_everybody_with_1001(start_relay, with_signal):
    relay = start_relay()
    async with relay.crowd(3, "a") as some, relay.crowd(3, "b") as others:
        stop = asyncio.get_running_loop().run_in_executor(None, relay.stop, with_signal)
        for member in some + others:
            assert await closed(member) == (1001, "the relay is shutting down")
        await stop


def test_shutdown_does_not_wait_for_ever_for_one_who_does_not_answer(start_relay):
    relay = start_relay()
    with RawWebSocket(relay.uri()) as mute:
        begin = time.monotonic()
        relay.stop()
        assert time.monotonic() - begin < 10
        assert mute.read_frame().close_code == 1001


# ---- topics that are spread over threads

async def test_a_topic_that_is_split_over_threads_delivers_everything_in_order(start_relay):
    relay = start_relay("--topic-split", "4", "--io-threads", "4")
    count = scaled(300)
    async with relay.crowd(16) as members:
        async def talk(index):
            for i in range(count):
                await members[index].send(f"{index} {i}")

        async def listen(index):
            heard = {sender: [] for sender in range(4)}
            for _ in range(count * (3 if index < 4 else 4)):
                sender, number = (await members[index].recv()).split()
                heard[int(sender)].append(int(number))
            return heard

        listening = [listen(i) for i in range(16)]
        results = await asyncio.gather(*listening, *(talk(i) for i in range(4)))
        for index in range(16):
            for sender, numbers in results[index].items():
                assert numbers == ([] if sender == index else list(range(count))), (index, sender)
        relay.deny("booking-0")
        for member in members:
            assert (await closed(member))[0] == 4403


async def test_topics_are_served_beside_each_other_on_all_threads(start_relay):
    relay = start_relay("--io-threads", "3")

    async def chat(topic):
        async with relay.join(topic) as one, relay.join(topic) as other:
            for i in range(scaled(100)):
                await one.send(f"{topic} {i}")
                assert await other.recv() == f"{topic} {i}"

    await asyncio.gather(*(chat(f"topic-{i}") for i in range(12)))


# ---- a second foreign client

NODE_CLIENT = """
const WebSocket = require(process.argv[1]);
const client = new WebSocket(process.argv[2]);
client.on('message', (data, isBinary) => {
    const answer = isBinary ? Buffer.concat([Buffer.from('got '), data]) : 'got ' + data;
    client.send(answer, {binary: isBinary});
});
client.on('close', (code, reason) => { console.log(code + ' ' + reason); });
client.on('error', (error) => { console.log('error ' + error.message); });
"""


async def test_the_ws_package_of_npm_talks_with_python_websockets(relay):
    package = pathlib.Path(os.environ.get("RELAY_WS_PACKAGE", ROOT / "web/node_modules/ws"))
    if not package.is_dir():
        pytest.skip("npm's ws is not installed: ./do test web does that")
    async with relay.join() as python:
        node = await asyncio.create_subprocess_exec(
            "node", "-e", NODE_CLIENT, str(package), relay.uri(booking_id="node"),
            stdout=subprocess.PIPE)
        while len(await asyncio.to_thread(relay.members, "lamp")) < 2:
            await asyncio.sleep(0.01)
        for message in ("text ☃", b"\x00\xff binary", "x" * 100_000):
            await python.send(message)
            prefix = b"got " if isinstance(message, bytes) else "got "
            assert await asyncio.wait_for(python.recv(), DEADLINE) == prefix + message
        await asyncio.to_thread(relay.deny, "node")
        output, _ = await asyncio.wait_for(node.communicate(), DEADLINE)
        assert output.decode().strip() == "4403 the booking was denied"
