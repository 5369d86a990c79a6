# SPDX-License-Identifier: Apache-2.0
"""One reader that stalls: nobody else notices, and it resumes cleanly (video) or is told (data)."""

import asyncio
import time

import transport_stream
from raw_websocket import BINARY, CLOSE, TEXT, RawWebSocket
from relay_process import DEADLINE

STALLED_BUFFER = 4096


async def test_one_of_50_readers_of_data_stalls(start_relay):
    relay = start_relay("--queue-size", "256KiB")
    filling = "x" * 4096
    sent = 0

    async with relay.crowd(49, scopes=["read"]) as readers, relay.join() as sender:
        stalled = RawWebSocket(relay.uri(scopes=["read"]), receive_buffer=STALLED_BUFFER)
        end = time.monotonic() + DEADLINE
        while not any(entry["dropped"]["messages"] for entry in relay.members("lamp")):
            assert time.monotonic() < end, "it never overflowed"
            for _ in range(20):  # in step with the others, who must not become slow as well
                await sender.send(f"{sent} {filling}")
                for reader in readers:
                    assert (await reader.recv()).split()[0] == str(sent), "the others lose nothing"
                sent += 1

        frame = await asyncio.to_thread(read_numbers_to_close, stalled)
        assert (frame.opcode, frame.close_code) == (CLOSE, 1013)
        assert frame.payload[2:] == b"reads too slowly for this topic"
        stalled.close()
        await sender.send("last")
        for reader in readers:
            assert await reader.recv() == "last"


def read_numbers_to_close(stalled):
    expected = 0
    while (frame := stalled.read_frame()).opcode == TEXT:
        assert frame.payload.split()[0] == b"%d" % expected, "whole, in order, none lost before"
        expected += 1
    return frame


async def test_one_of_50_readers_of_video_stalls_and_resumes_with_a_clean_picture(start_relay):
    relay = start_relay("--queue-size", "256KiB")
    number = 0

    async with relay.crowd(49, scopes=["read"]) as readers, relay.join() as sender:
        async def send_pictures(count):
            nonlocal number
            for _ in range(count):
                await sender.send(transport_stream.picture(number, intra=number % 12 == 0))
                for reader in readers:
                    got = transport_stream.number_of(await reader.recv())[0]
                    assert got == number, "the others lose nothing"
                number += 1

        stalled = RawWebSocket(relay.uri(scopes=["read"]), receive_buffer=STALLED_BUFFER)
        end = time.monotonic() + DEADLINE
        while not any(entry["dropped"]["skips"] for entry in relay.members("lamp")):
            assert time.monotonic() < end, "it never skipped"
            await send_pictures(12)

        # It reads on now; two I pictures later it has to be in step again.
        await send_pictures(24)
        numbers = await asyncio.to_thread(read_pictures_to, number - 1, stalled)
        gaps = [after for before, after in zip(numbers, numbers[1:]) if after[0] != before[0] + 1]
        assert gaps, "something was skipped"
        assert all(after > before for before, after in zip(numbers, numbers[1:])), "in order"
        assert all(intra for _, intra in gaps), "each gap ends at a picture that stands on its own"
        skipped = [entry for entry in relay.members("lamp") if entry["dropped"]["skips"]]
        assert len(skipped) == 1, "nobody else"
        stalled.close()


def read_pictures_to(last, stalled):
    numbers = []
    while not numbers or numbers[-1][0] < last:
        frame = stalled.read_frame()
        assert frame.opcode == BINARY
        transport_stream.assert_whole_packets(frame.payload)
        numbers.append(transport_stream.number_of(frame.payload))
    return numbers
