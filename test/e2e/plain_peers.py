# SPDX-License-Identifier: Apache-2.0
"""Hosts and clients of byte streams as practable made them (specification, §2 to §4): one binary
message for each read of at most 65,535 bytes; text is ignored; a close ends both ways."""

import asyncio
import contextlib
import json

import websockets

from byte_flow import RANDOM
from relay_process import DEADLINE
from shell_process import TOPIC

MESSAGE = 65_535


def plain_client(relay, topic=TOPIC, role="client", **options):
    """A client's WebSocket, with which it is as good as connected to the target."""
    return relay.connect(relay.shell_uri(role, topic), **options)


async def pump(socket, reader, writer):
    """Between a WebSocket and a TCP connection, until one of the two ends."""
    async def inward():
        with contextlib.suppress(ConnectionError, websockets.ConnectionClosed):
            while piece := await reader.read(MESSAGE):
                await socket.send(piece)

    async def outward():
        with contextlib.suppress(ConnectionError, websockets.ConnectionClosed):
            while True:
                message = await socket.recv()
                if isinstance(message, bytes):
                    writer.write(message)
                    await writer.drain()

    ways = [asyncio.create_task(inward()), asyncio.create_task(outward())]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    await socket.close()
    writer.close()
    for way in ways:
        way.cancel()
    await asyncio.gather(*ways, return_exceptions=True)


class PlainHost:
    """Leads clients to a port of this machine, as long as the context lasts."""

    def __init__(self, relay, port, topic=TOPIC):
        self.relay, self.port, self.topic = relay, port, topic
        self.alerts = []
        self.ended = asyncio.Queue()  # uuids of its streams
        self.disconnects = asyncio.Queue()  # uuids that alerts named
        self.streams = set()

    async def __aenter__(self):
        self.manager = await plain_client(self.relay, self.topic, role="host")
        self.listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_):
        self.listening.cancel()
        for task in self.streams:
            task.cancel()
        await asyncio.gather(self.listening, *self.streams, return_exceptions=True)
        await self.manager.close()

    async def _listen(self):
        async for text in self.manager:
            alert = json.loads(text)
            self.alerts.append(alert)
            if alert["action"] == "connect":
                task = asyncio.create_task(self._serve(alert))
                self.streams.add(task)
            else:
                self.disconnects.put_nowait(alert["uuid"])

    async def _serve(self, alert):
        async with self.relay.connect(self.relay.local(alert["uri"])) as socket:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            await pump(socket, reader, writer)
        self.ended.put_nowait(alert["uuid"])


async def write_stream(writer, count):
    position = 0
    while position < count:
        piece = RANDOM.at(position, count - position)
        writer.write(piece)
        await writer.drain()
        position += len(piece)


async def read_stream(reader, count):
    position = 0
    while position < count:
        piece = await asyncio.wait_for(reader.read(1 << 16), DEADLINE)
        assert piece, f"the stream ended after {position} of {count} bytes"
        assert piece == RANDOM.at(position, len(piece)).tobytes(), f"altered near {position}"
        position += len(piece)
