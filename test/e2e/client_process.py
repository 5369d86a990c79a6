# SPDX-License-Identifier: Apache-2.0
"""`relay session client` as its users run it: a child with pipes."""

import asyncio
import contextlib
import signal
import time

import tokens
from relay_process import BINARY, DEADLINE, environment, wait_until


def access(relay, topic="lamp", **claims):
    """The variables that lead a client to a topic of a local relay."""
    token = tokens.token(**{"topic": topic, "aud": relay.audience, **claims})
    return {"RELAY_SESSION": f"{relay.audience}/session/{topic}", "RELAY_TOKEN": token}


class Client:
    def __init__(self, process):
        self.process = process
        self.begin = time.monotonic()

    async def ended(self, stdin=None):
        """Exit code, standard output, standard error, seconds from its start."""
        if stdin is None and self.process.stdin:
            self.process.stdin.close()
        out, err = await asyncio.wait_for(self.process.communicate(stdin), DEADLINE)
        return self.process.returncode, out, err.decode(), time.monotonic() - self.begin

    async def stopped(self, with_signal=signal.SIGTERM):
        self.process.send_signal(with_signal)
        return await self.ended()

    async def line(self):
        return await asyncio.wait_for(self.process.stdout.readline(), DEADLINE)

    async def exactly(self, count):
        return await asyncio.wait_for(self.process.stdout.readexactly(count), DEADLINE)


@contextlib.asynccontextmanager
async def client(command, *arguments, env=None, limit=64 << 20, **streams):
    """A running `relay session client COMMAND`; killed at the end, if it still runs."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        BINARY, "session", "client", command, *arguments, env=environment(**(env or {})),
        limit=limit, **{"stdin": pipe, "stdout": pipe, "stderr": pipe, **streams})
    try:
        yield Client(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def run(command, *arguments, env=None, stdin=b""):
    async with client(command, *arguments, env=env) as started:
        return await started.ended(stdin)


def wait_joined(relay, topic="lamp", count=1):
    """Until so many are on the topic."""
    wait_until(lambda: len(relay.members(topic)) == count, f"{count} on {topic}")


async def received(socket, count):
    return [await asyncio.wait_for(socket.recv(), DEADLINE) for _ in range(count)]
