# SPDX-License-Identifier: Apache-2.0
"""A front before a server, as a proxy or a bad line would be: it counts attempts, and can stall."""

import asyncio
import contextlib
import socket
import threading
import time

BAD_GATEWAY = (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
PIECE = 64 * 1024


class TcpFront:
    """Forwards connections to a port of this machine, in a thread of its own. While nobody listens
    there, it answers 502, as a web server in front does. `attempts` holds the time of each
    connection (seconds, monotonic)."""

    def __init__(self, target_port, receive_buffer=None):
        self.target_port = target_port
        self.attempts = []
        self.listener = socket.socket()
        if receive_buffer:  # inherited by what is accepted: a stall is felt soon
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self.flowing = None  # of that loop: cleared while it stalls
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        started = threading.Event()
        self.loop.call_soon(started.set)
        self.thread.start()
        started.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self._ended.set)
        self.thread.join()
        self.loop.close()

    def stall(self):
        """Reads nothing any more from those who connected; what the server says still passes."""
        self.loop.call_soon_threadsafe(self.flowing.clear)

    def resume(self):
        self.loop.call_soon_threadsafe(self.flowing.set)

    def shortest_gap(self):
        """Seconds between the two attempts that followed each other most closely."""
        times = list(self.attempts)
        return min((b - a for a, b in zip(times, times[1:])), default=float("inf"))

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())

    async def _serve(self):
        self.flowing, self._ended = asyncio.Event(), asyncio.Event()
        self.flowing.set()
        server = await asyncio.start_server(self._connection, sock=self.listener, limit=PIECE)
        await self._ended.wait()
        server.close()
        connections = asyncio.all_tasks() - {asyncio.current_task()}
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _connection(self, reader, writer):
        self.attempts.append(time.monotonic())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            try:
                far_reader, far_writer = await asyncio.open_connection(
                    "127.0.0.1", self.target_port, limit=PIECE)
            except ConnectionError:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(BAD_GATEWAY)
                await writer.drain()
            else:
                with contextlib.closing(far_writer):
                    await self._forward(reader, writer, far_reader, far_writer)
        writer.close()

    async def _forward(self, reader, writer, far_reader, far_writer):
        """Both ways, until either side ends."""
        ways = [asyncio.create_task(self._pump(reader, far_writer, self.flowing)),
                asyncio.create_task(self._pump(far_reader, writer, None))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    @staticmethod
    async def _pump(source, sink, gate):
        while True:
            if gate:
                await gate.wait()
            piece = await source.read(PIECE)
            if not piece:
                return
            sink.write(piece)
            await sink.drain()
