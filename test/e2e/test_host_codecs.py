# SPDX-License-Identifier: Apache-2.0
"""What real encoders make, of several kinds, alone and combined: decoders find nothing wrong."""

import asyncio
import subprocess

import pytest

from feeding import bring, start_ffmpeg, wait_publishing
from relay_process import DEADLINE
from stream_check import StreamCheck

SECONDS = 4
VIDEO, AUDIO = ["video"], ["audio"]
BOTH = VIDEO + AUDIO

KINDS = {
    "MPEG-1 and MP2": ["-c:v", "mpeg1video", "-bf", "0", "-c:a", "mp2"],
    "MPEG-2 with B pictures and AAC": ["-c:v", "mpeg2video", "-bf", "2", "-flags", "+cgop",
                                       "-sc_threshold", "1000000000", "-c:a", "aac"],
    "H.264 with B pictures and AAC": ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2",
                                      "-c:a", "aac"],
}


@pytest.fixture(scope="module", params=list(KINDS.values()), ids=list(KINDS))
def clip(request, tmp_path_factory):
    """As long as the film, so that its times run on."""
    path = tmp_path_factory.mktemp("clip") / "clip.ts"
    made = subprocess.run(
        ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error",
         "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25",
         "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", str(SECONDS),
         "-pix_fmt", "yuv420p", "-g", "10", *request.param, "-f", "mpegts", path],
        capture_output=True, text=True, timeout=4 * DEADLINE)
    assert made.returncode == 0, made.stderr
    return path


def decode(stream, path):
    """What ffmpeg says of the stream, and how many pictures and pieces of sound it decodes."""
    path.write_bytes(stream)
    told = subprocess.run(["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-i", path,
                           "-map", "0", "-f", "null", "-"],
                          capture_output=True, text=True, timeout=4 * DEADLINE).stderr
    found = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-of", "csv=p=0",
                            "-show_entries", "stream=codec_type,nb_read_frames", path],
                           capture_output=True, text=True, timeout=4 * DEADLINE).stdout
    counts = {}
    for line in dict.fromkeys(found.split()):
        kind, count = line.split(",")[:2]
        counts[kind] = counts.get(kind, 0) + int(count)
    return told, counts


async def receive(viewer, parts, ended):
    while not ended.is_set() or viewer.messages:
        try:
            parts.append(await asyncio.wait_for(viewer.recv(), 0.5))
        except asyncio.TimeoutError:
            continue


async def film(relay, start, publishing, meanwhile):
    """What a viewer gets while the ffmpeg that `start` starts runs to its end."""
    async with relay.join(scopes=["read"], topic="front") as viewer:
        parts, ended = [], asyncio.Event()
        receiving = asyncio.create_task(receive(viewer, parts, ended))
        filming = start()
        try:
            for feed in publishing:
                await asyncio.to_thread(wait_publishing, *feed)
            await meanwhile()
            _, errors = await asyncio.to_thread(filming.communicate, None, SECONDS + 60)
        finally:
            if filming.poll() is None:
                filming.kill()
                filming.communicate()
        ended.set()
        await asyncio.wait_for(receiving, DEADLINE)
    assert (filming.returncode, errors) == (0, b"")
    return parts


def check(parts):
    checked = StreamCheck()
    for part in parts:
        checked.feed(part)
    checked.assert_continuous()


def run(work):
    return asyncio.run(asyncio.wait_for(work, SECONDS + 120))


def test_one_feed_with_picture_and_sound_arrives_as_it_was_made(start_relay, start_host, clip,
                                                                tmp_path):
    relay, host = start_relay(local=True), start_host()
    bring(host, relay, "film", topic="front")

    async def nothing():
        pass

    parts = run(film(relay, lambda: start_ffmpeg(
        "-re", "-i", clip, "-map", "0", "-c", "copy", "-f", "mpegts",
        f"http://127.0.0.1:{host.port}/ts/film"), [], nothing))
    check(parts)
    told, counts = decode(b"".join(parts), tmp_path / "got.ts")
    assert told == ""
    assert (told, counts) == decode(clip.read_bytes(), tmp_path / "clip.ts")


def test_feeds_that_come_and_go_are_one_clean_stream(start_relay, start_host, clip, tmp_path):
    relay, host = start_relay(local=True), start_host()

    def compose(feeds):
        rule = {"stream": "stream/front", "feeds": feeds}
        answer = host.call("POST", "/api/streams", rule)
        assert (answer.status, answer.json) == (200, rule)

    compose(VIDEO)
    bring(host, relay, "stream/front", topic="front")

    async def come_and_go():
        for feeds in (BOTH, VIDEO, BOTH, AUDIO, BOTH, AUDIO, BOTH):
            await asyncio.sleep(0.37)
            await asyncio.to_thread(compose, feeds)

    live = ["-c", "copy", "-muxdelay", "0.001", "-f", "mpegts"]
    base = f"http://127.0.0.1:{host.port}/ts/"
    parts = run(film(
        relay, lambda: start_ffmpeg("-re", "-i", clip, "-map", "0:v", *live, base + "video",
                                    "-map", "0:a", *live, base + "audio"),
        [(host, "video"), (host, "audio")], come_and_go))
    check(parts)
    told, counts = decode(b"".join(parts), tmp_path / "got.ts")
    assert told == ""
    assert counts["video"] > SECONDS * 10 and counts["audio"] > SECONDS * 10, counts
