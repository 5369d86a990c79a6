# SPDX-License-Identifier: Apache-2.0
"""`relay session client pipe`: streams to messages and back, against the real relay and a foreign
client on the topic."""

import asyncio
import os
import re
import struct

import pytest

from client_process import access, client, received, run, wait_joined
from relay_process import DEADLINE, Relay, scaled


@pytest.fixture(scope="module")
def relay(tmp_path_factory):
    relay = Relay(tmp_path_factory.mktemp("relay"), "--queue-size", "64MiB", local=True).start()
    yield relay
    relay.stop()


def measured(payload):
    return struct.pack(">I", len(payload)) + payload


async def test_each_line_is_a_text_message_and_the_end_waits_for_all(relay):
    lines = [f"line {number} " + "ä" * (number % 200) for number in range(2000)]
    async with relay.join("lines") as peer:
        code, out, err, _ = await run("pipe", env=access(relay, "lines"),
                                      stdin="\n".join(lines).encode())
        assert (code, out, err) == (0, b"", "")
        assert await received(peer, len(lines)) == lines


async def test_missing_token_file_is_an_error_at_once(relay):
    settings = {**access(relay, "lines"), "RELAY_TOKEN": "", "RELAY_TOKEN_FILE": "/none/token"}
    code, _, err, _ = await run("pipe", "--keep-open", env=settings)
    assert code == 1 and "the token file /none/token cannot be read" in err


async def test_answers_that_come_at_the_end_are_no_lost_connection(relay):
    async def echo(peer):
        async for message in peer:
            await peer.send(message)

    async with relay.join("echo") as peer:
        echoing = asyncio.create_task(echo(peer))
        for _ in range(scaled(30)):
            code, _, err, _ = await run("pipe", env=access(relay, "echo"), stdin=b"1\n")
            assert (code, err) == (0, "")
        echoing.cancel()


async def test_five_lines_then_end_are_delivered_run_after_run(relay):
    async with relay.join("five") as peer:
        for _ in range(scaled(20)):
            assert (await run("pipe", env=access(relay, "five"), stdin=b"1\n2\n3\n4\n5\n"))[0] == 0
            assert await received(peer, 5) == ["1", "2", "3", "4", "5"]


async def test_messages_are_lines_of_the_output(relay):
    async with relay.join("out") as peer:
        async with client("pipe", env=access(relay, "out")) as pipe:
            wait_joined(relay, "out", 2)
            await peer.send('{"a":1}')
            await peer.send(b"binary")
            assert [await pipe.line(), await pipe.line()] == [b'{"a":1}\n', b"binary\n"]
            pipe.process.stdin.write(b"answer\n")
            assert await received(peer, 1) == ["answer"]
            assert (await pipe.ended())[0] == 0  # its input was closed


async def test_length_framing_carries_any_payload_both_ways(relay):
    payloads = [b"", b"\n", b"\x00\xff" * 1000, b"x" * 300_000]
    async with relay.join("length") as peer:
        async with client("pipe", "--framing", "length", "--keep-open",
                          env=access(relay, "length")) as pipe:
            wait_joined(relay, "length", 2)
            pipe.process.stdin.write(b"".join(map(measured, payloads)))
            pipe.process.stdin.write_eof()
            assert await received(peer, len(payloads)) == payloads
            for payload in [*payloads, "text"]:
                await peer.send(payload)
            expected = b"".join(map(measured, [*payloads, b"text"]))
            assert await pipe.exactly(len(expected)) == expected
            assert (await pipe.stopped())[0] == 0


async def test_raw_framing_sends_what_comes_and_writes_payloads_alone(relay):
    data = os.urandom(300_000)
    async with relay.join("raw") as peer:
        async with client("pipe", "--framing=raw", env=access(relay, "raw")) as pipe:
            wait_joined(relay, "raw", 2)
            await peer.send(b"abc")
            await peer.send("def")
            assert await pipe.exactly(6) == b"abcdef"
            pipe.process.stdin.write(data)
            got = b""
            while len(got) < len(data):
                message, = await received(peer, 1)
                assert isinstance(message, bytes) and len(message) <= 65536
                got += message
            assert got == data
            assert (await pipe.ended())[0] == 0


async def test_send_only_and_receive_only_leave_a_direction_out(relay):
    async with relay.join("one") as peer:
        async with client("pipe", "--receive-only", env=access(relay, "one")) as pipe:
            wait_joined(relay, "one", 2)
            pipe.process.stdin.write(b"not read\n")
            pipe.process.stdin.close()
            await peer.send("a")
            assert await pipe.line() == b"a\n"
            assert (await pipe.stopped())[0] == 0
        async with client("pipe", "--send-only", env=access(relay, "one")) as pipe:
            wait_joined(relay, "one", 2)
            await peer.send("b")
            pipe.process.stdin.write(b"c\n")
            assert await received(peer, 1) == ["c"], "and not what was not read"
            code, out, _, _ = await pipe.ended()
            assert (code, out) == (0, b"")


async def test_a_regular_file_can_be_the_input(relay, tmp_path):
    path = tmp_path / "commands"
    path.write_text("a\nb\n")
    async with relay.join("file") as peer:
        with open(path, "rb") as file:
            async with client("pipe", env=access(relay, "file"), stdin=file) as pipe:
                assert await received(peer, 2) == ["a", "b"]
                assert (await asyncio.wait_for(pipe.process.wait(), DEADLINE)) == 0


@pytest.mark.parametrize("framing, data, reason", [
    ("line", b"ok\n\xff\n", "line 2 of the input is not UTF-8"),
    ("length", b"\x00\x00\x00\x05abc", "the input ends within message 1"),
    ("length", b"\x7f\x00\x00\x00", "message 1 of the input is longer than"),
])
async def test_input_that_cannot_be_cut_gives_one(relay, framing, data, reason):
    code, _, err, _ = await run("pipe", "--framing", framing, env=access(relay), stdin=data)
    assert code == 1 and reason in err


@pytest.mark.parametrize("line", [b"x" * 999 + b"\n", b"\n"], ids=["long", "empty"])
async def test_input_is_not_read_while_there_is_no_connection(tmp_path, line):
    (tmp_path / "relay").mkdir()
    late = Relay(tmp_path / "relay", "--queue-size", "64MiB", local=True)
    lines = line * (50_000 // len(line))
    async with client("pipe", "--send-only", "--log-level=debug", "--retry-min=50ms",
                      "--retry-max=50ms", env=access(late)) as pipe:
        taken = [0]

        def put():  # as much as it takes
            descriptor = pipe.process.stdin.get_extra_info("pipe").fileno()
            try:
                while taken[0] < 1 << 20:
                    taken[0] += os.write(descriptor, lines)
            except BlockingIOError:
                pass

        def memory():  # kB of its own, without the pages of its program
            status = open(f"/proc/{pipe.process.pid}/status").read()
            return int(re.search(r"RssAnon:\s+(\d+)", status)[1])

        await asyncio.wait_for(pipe.process.stderr.readline(), DEADLINE)  # it has tried
        idle = memory()
        before = -1
        while taken[0] != before:
            before = taken[0]
            put()
            await asyncio.wait_for(pipe.process.stderr.readline(), DEADLINE)  # again, in vain
        assert taken[0] < 1 << 20, "a pipe and the queue, not more"
        assert memory() < idle + 32_768
        late.start()
        async with late.join("lamp") as peer:
            code, _, _, _ = await pipe.ended()
            assert code == 0
            await peer.close()
    late.stop()


async def test_output_that_nobody_takes_ends_it_in_bounded_space(relay):
    reading, writing = os.pipe()
    async with relay.join("stuck") as peer:
        async with client("pipe", "--receive-only", env=access(relay, "stuck"),
                          stdout=writing) as pipe:
            os.close(writing)
            wait_joined(relay, "stuck", 2)
            payload = b"x" * (1 << 20)
            for _ in range(80):
                await peer.send(payload)
                if pipe.process.returncode is not None:
                    break
            err = (await asyncio.wait_for(pipe.process.stderr.read(), DEADLINE)).decode()
            assert await asyncio.wait_for(pipe.process.wait(), DEADLINE) == 1
            assert "standard output took too little" in err
    os.close(reading)


async def test_a_reader_that_goes_away_ends_it_with_a_message(relay):
    reading, writing = os.pipe()
    async with relay.join("gone") as peer:
        async with client("pipe", "--receive-only", env=access(relay, "gone"),
                          stdout=writing) as pipe:
            os.close(writing)
            wait_joined(relay, "gone", 2)
            os.close(reading)
            await peer.send("x")
            assert await asyncio.wait_for(pipe.process.wait(), DEADLINE) == 1
            assert b"cannot write to standard output: Broken pipe" in await pipe.process.stderr.read()


@pytest.mark.parametrize("stdin", [b"x\n", b""])
async def test_refusal_for_good_gives_two(relay, stdin):
    code, _, err, _ = await run("pipe", env={**access(relay), "RELAY_TOKEN": "no-token"},
                                stdin=stdin)
    assert code == 2 and "401" in err
