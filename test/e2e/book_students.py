# SPDX-License-Identifier: Apache-2.0
"""Many students at once, as light as Python lets them be; for tests and for bench/book.py."""

import asyncio
import dataclasses
import json
import time

from book_process import BASE


@dataclasses.dataclass
class Timing:
    """A request and its answer. `seconds`: from the first byte sent to the last received."""
    step: str
    status: int
    seconds: float


class Connection:
    """HTTP/1.1 with keep-alive, one request at a time."""

    def __init__(self, port):
        self.port = port
        self.timings = []

    async def __aenter__(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_):
        self.writer.close()

    async def ask(self, step, method, path, token, body=b"", **fields):
        """The body of the answer, as JSON."""
        fields = {"Host": "lab.example", "Authorization": token, "Content-Length": len(body),
                  **fields}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        begin = time.perf_counter()
        self.writer.write(f"{method} {BASE}{path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        status = int(answer.split(" ", 2)[1])
        lengths = [line.partition(":")[2] for line in answer.split("\r\n")
                   if line.lower().startswith("content-length:")]
        content = await self.reader.readexactly(int(lengths[0])) if lengths else b""
        self.timings.append(Timing(step, status, time.perf_counter() - begin))
        return status, json.loads(content) if content else None


async def attend(port, class_token, delay):
    """A student who comes after that many seconds: logs in, looks around, books in the first pool.
    The timings, and the session, or None."""
    await asyncio.sleep(delay)
    async with Connection(port) as connection:
        _, login = await connection.ask("log in", "POST", "/login", class_token)
        if not login or "token" not in login:
            return connection.timings, None
        token, pool = login["token"], login["pools"][0]
        await connection.ask("look at sessions", "GET", "/login", token)
        await connection.ask("look at a pool", "GET", f"/pools/{pool}", token)
        await connection.ask("look at its status", "GET", f"/pools/{pool}/status?duration=600",
                             token)
        status, session = await connection.ask("book", "POST",
                                               f"/pools/{pool}/sessions?duration=600", token)
        await connection.ask("look again", "GET", "/login", token)
        return connection.timings, session if status == 200 else None


async def begin_class(port, class_token, students, seconds):
    """They come evenly spread over that time; what became of each, as attend() tells."""
    return await asyncio.gather(*(attend(port, class_token, seconds * number / students)
                                  for number in range(students)))
