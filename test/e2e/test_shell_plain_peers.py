# SPDX-License-Identifier: Apache-2.0
"""practable's programs, played by python3-websockets, at the far end of ours: the plain form."""

import asyncio
import contextlib

import pytest
import websockets

from byte_flow import RANDOM
from plain_peers import PlainHost, plain_client, read_stream, write_stream
from relay_process import DEADLINE, SANITIZED
from shell_process import SOON, amount

BYTES = amount("BYTES", 16 << 20)


@contextlib.asynccontextmanager
async def target(serve):
    """A server behind the host."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def echo(reader, writer):
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    writer.close()


async def through(client):
    return await asyncio.open_connection("127.0.0.1", client.port, limit=1 << 20)


async def echoed(reader, writer, count):
    """So many bytes there and back at once, unaltered."""
    await asyncio.gather(write_stream(writer, count), read_stream(reader, count))


async def test_our_client_reaches_a_host_of_theirs(shell):
    relay = shell.relay()
    async with target(echo) as port, PlainHost(relay, port) as host:
        client = shell.client(relay)
        reader, writer = await through(client)
        await echoed(reader, writer, BYTES)
        assert host.alerts[0].keys() == {"action", "uri", "uuid"}, "as they know them"
        writer.close()
        await asyncio.wait_for(host.ended.get(), DEADLINE)


async def test_many_streams_to_a_host_of_theirs_at_once(shell):
    relay = shell.relay()
    async with target(echo) as port, PlainHost(relay, port):
        client = shell.client(relay)
        pairs = await asyncio.gather(*[through(client) for _ in range(20)])
        await asyncio.gather(*[echoed(*pair, 300_000) for pair in pairs])
        for _, writer in pairs:
            writer.close()


async def test_a_client_of_theirs_reaches_our_host(shell):
    relay = shell.relay()
    async with target(echo) as port:
        shell.host(relay, "--local-port", str(port))
        async with plain_client(relay) as socket:
            sending = asyncio.create_task(send_messages(socket, BYTES))
            await read_messages(socket, BYTES)
            await sending


async def test_theirs_and_theirs_pass_through_our_relay(shell):
    relay = shell.relay()
    async with target(echo) as port, PlainHost(relay, port):
        async with plain_client(relay) as socket:
            sending = asyncio.create_task(send_messages(socket, BYTES))
            await read_messages(socket, BYTES)
            await sending


async def send_messages(socket, count):
    """In messages of every size that theirs make."""
    position, size = 0, 1
    while position < count:
        piece = RANDOM.at(position, min(size, count - position))
        await socket.send(bytes(piece))
        position += len(piece)
        size = size * 3 % 65_535 + 1


async def read_messages(socket, count, position=0):
    while position < count:
        piece = await asyncio.wait_for(socket.recv(), DEADLINE)
        assert isinstance(piece, bytes)
        assert piece == RANDOM.at(position, len(piece)).tobytes(), f"altered at {position}"
        position += len(piece)


async def test_their_client_hears_1000_when_the_target_ends(shell):
    async def serve(reader, writer):
        await reader.read(100)
        writer.write(b"bye")
        writer.close()

    relay = shell.relay()
    async with target(serve) as port:
        shell.host(relay, "--local-port", str(port))
        async with plain_client(relay) as socket:
            await socket.send(b"I speak first")
            assert await asyncio.wait_for(socket.recv(), DEADLINE) == b"bye"
            with pytest.raises(websockets.ConnectionClosedOK):
                await asyncio.wait_for(socket.recv(), SOON)
            assert socket.close_code == 1000


async def test_the_target_hears_all_bytes_and_the_end_when_their_client_closes(shell):
    heard = asyncio.Queue()

    async def serve(reader, writer):
        heard.put_nowait(await reader.read())
        writer.close()

    relay = shell.relay()
    async with target(serve) as port:
        shell.host(relay, "--local-port", str(port))
        async with plain_client(relay) as socket:
            await send_messages(socket, 100_000)
        assert await asyncio.wait_for(heard.get(), DEADLINE) == RANDOM.at(0, 100_000)


async def test_a_client_of_theirs_that_is_cut_off_ends_the_targets_connection(shell):
    relay = shell.relay()
    ended = asyncio.Queue()

    async def serve(reader, writer):
        writer.write(b"greeting")
        try:
            ended.put_nowait(await reader.read(100))
        except ConnectionResetError:
            ended.put_nowait("reset")
        writer.close()

    async with target(serve) as port:
        host = shell.host(relay, "--local-port", str(port))
        before = host.descriptors()
        async with plain_client(relay) as socket:
            assert await socket.recv() == b"greeting"
            socket.transport.abort()
            assert await asyncio.wait_for(ended.get(), SOON) in (b"", "reset")
        assert host.descriptors() <= before


async def test_text_messages_are_not_part_of_the_stream(shell):
    relay = shell.relay()
    async with target(echo) as port:
        shell.host(relay, "--local-port", str(port))
        async with plain_client(relay) as socket:
            await socket.send("not meant for anyone")
            await socket.send(b"meant")
            assert await asyncio.wait_for(socket.recv(), DEADLINE) == b"meant"


async def test_a_reader_of_theirs_that_stops_gets_everything_later(shell):
    total, sent = max(BYTES, 32 << 20), []

    async def serve(_, writer):
        with contextlib.suppress(ConnectionError):
            sent.append(0)
            stream = len(sent) - 1
            while sent[stream] < total:
                piece = RANDOM.at(sent[stream], total - sent[stream])
                writer.write(piece)
                await writer.drain()
                sent[stream] += len(piece)
        writer.close()

    relay = shell.relay()
    async with target(serve) as port:
        shell.host(relay, "--local-port", str(port))
        # A small queue: python3-websockets stops to read its socket when it is full.
        async with plain_client(relay, max_queue=1) as stopped:
            async with plain_client(relay) as warm:
                await read_messages(warm, total // 2)
            before = relay.resident()
            async with plain_client(relay) as other:  # all of it passes the one that has stopped
                await read_messages(other, total)
            assert sorted(sent)[0] < total, "the one behind it has stopped as well"
            if not SANITIZED:
                assert relay.resident() - before < 8 << 20
            await read_messages(stopped, total)
