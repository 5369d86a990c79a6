# SPDX-License-Identifier: Apache-2.0
"""`relay session client stats`: the table of connections, as text, as JSON and on a terminal."""

import asyncio
import fcntl
import json
import os
import signal
import struct
import termios

import pytest

import pseudo_terminal
from client_process import access, client, run
from relay_process import DEADLINE, Relay


@pytest.fixture(scope="module")
def relay(tmp_path_factory):
    relay = Relay(tmp_path_factory.mktemp("relay"), "--stats-every", "1h", local=True).start()
    yield relay
    relay.stop()


async def test_once_prints_a_table_without_escape_codes(relay):
    async with relay.join("pendulum", scopes=["read"]) as viewer:
        assert viewer.open
        code, out, err, _ = await run("stats", "--once", env=access(relay, "stats"))
    assert (code, err) == (0, "") and b"\x1b" not in out
    lines = out.decode().splitlines()
    assert lines[0] == "3 connections on 2 topics"
    assert lines[2].split()[:4] == ["TOPIC", "MAY", "FROM", "FOR"]
    row, = [line.split() for line in lines if line.startswith("pendulum")]
    assert row[1:3] == ["r-", "127.0.0.1"] and "never" in row and row[-2].startswith("Python/")
    assert any(line.endswith("relay session client") for line in lines)


async def test_json_prints_a_report_a_line_each_time_it_asks(relay):
    async with relay.join("lamp"):
        async with client("stats", "--json", "--every", "1s", env=access(relay, "stats")) as stats:
            for _ in range(2):  # the relay itself would send one an hour
                report = json.loads(await stats.line())
                entry, = [each for each in report if each["topic"] == "lamp"]
                assert entry["canWrite"] and "expiresAt" in entry
            assert (await stats.stopped(signal.SIGINT))[0] == 0


async def test_what_others_send_on_the_topic_is_no_report(relay):
    async with relay.join("stats") as other:
        async with client("stats", "--json", "--every", "1h", env=access(relay, "stats")) as stats:
            json.loads(await stats.line())
            for text in ("noise", '{"cmd":"noise"}', "[1]", b"[]"):
                await other.send(text)
            await other.send('{"cmd":"update"}')
            assert isinstance(json.loads(await stats.line()), list)
            code, out, _, _ = await stats.stopped()
            assert (code, out) == (0, b"")


async def test_topic_without_reports_is_told(relay):
    arguments = ("--once", "--every", "1s")
    async with client("stats", *arguments, env=access(relay, "lamp")) as stats:
        said = await asyncio.wait_for(stats.process.stderr.readline(), DEADLINE)
        assert b"no report has come" in said
        assert (await stats.stopped())[0] == 0


async def test_refusal_for_good_gives_two(relay):
    code, _, err, _ = await run("stats", "--once", env=access(relay, "stats", exp=1))
    assert code == 2 and "401" in err


class Terminal:
    """A pseudo-terminal of 100 columns and 10 rows, with the program on it."""

    def __init__(self):
        self.ours, self.theirs = pseudo_terminal.open_pair()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 100, 0, 0))
        self.before = termios.tcgetattr(self.theirs)
        self.shown = b""
        os.set_blocking(self.ours, False)
        asyncio.get_running_loop().add_reader(self.ours, self.take)
        self.changed = asyncio.Event()

    def take(self):
        try:
            self.shown += os.read(self.ours, 65536)
        except OSError:  # nobody holds the other end any more
            asyncio.get_running_loop().remove_reader(self.ours)
        self.changed.set()

    async def until(self, text, after=0):
        while text not in self.shown[after:]:
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), DEADLINE)

    def close(self):
        asyncio.get_running_loop().remove_reader(self.ours)
        os.close(self.ours)
        os.close(self.theirs)


@pytest.mark.parametrize("quit_by", ["q", "ctrl-c", "term"])
async def test_on_a_terminal_it_redraws_and_puts_the_terminal_back(relay, quit_by):
    terminal = Terminal()
    env = {**access(relay, "stats"), "TERM": "xterm"}
    async with relay.join("pendulum"):
        async with client("stats", "--every", "1s", env=env, stdin=terminal.theirs,
                          stdout=terminal.theirs, start_new_session=True,
                          preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) as stats:
            await terminal.until(b"pendulum")
            assert b"\x1b[?1049h" in terminal.shown and b"\x1b[?25l" in terminal.shown
            flags = termios.tcgetattr(terminal.theirs)[3]
            assert not flags & (termios.ICANON | termios.ECHO)
            await terminal.until(b"pendulum", after=len(terminal.shown))  # it is live
            if quit_by == "term":
                stats.process.terminate()
            else:
                os.write(terminal.ours, b"q" if quit_by == "q" else b"\x03")
            assert await asyncio.wait_for(stats.process.wait(), DEADLINE) == 0
    await terminal.until(b"\x1b[?25h\x1b[?1049l")
    assert terminal.shown.endswith(b"\x1b[?25h\x1b[?1049l")
    assert termios.tcgetattr(terminal.theirs) == terminal.before
    terminal.close()
