# SPDX-License-Identifier: Apache-2.0
"""Video through the session host: whole, continuous and counted, whatever happens on the way.

RELAY_E2E_VIDEO_SECONDS (15) is the length of the test with ffmpeg, which needs little memory for
any length; RELAY_E2E_VIDEO_BITRATE (8M) what its video has.
"""

import asyncio
import contextlib
import hashlib
import os
import random
import subprocess
import time

import pytest

import transport_stream
from feeding import VIDEO_PID, Camera, Pictures, bring, send_paced, start_ffmpeg, wait_publishing
from relay_process import DEADLINE, SCALE, call, wait_until
from stream_check import NumberedPictures, StreamCheck
from tcp_front import TcpFront

SECONDS = float(os.environ.get("RELAY_E2E_VIDEO_SECONDS", "15"))
BITRATE = os.environ.get("RELAY_E2E_VIDEO_BITRATE", "8M")
MUTES = 100
STREAM = {"stream": "stream/front", "feeds": ["video", "audio"]}
MUTED = {"stream": "stream/front", "feeds": ["video"]}


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """A few seconds of video and audio that ffmpeg can send again and again at little cost."""
    path = tmp_path_factory.mktemp("clip") / "clip.ts"
    made = subprocess.run(
        ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error",
         "-f", "lavfi", "-i", "testsrc2=size=640x480:rate=25,noise=alls=60:allf=t",
         "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", "4",
         "-c:v", "mpeg1video", "-b:v", BITRATE, "-minrate", BITRATE, "-maxrate", BITRATE,
         "-bufsize", "2M", "-bf", "0", "-g", "12", "-c:a", "mp2", "-b:a", "128k",
         "-f", "mpegts", path], capture_output=True, text=True, timeout=4 * DEADLINE)
    assert made.returncode == 0, made.stderr
    return path


def film(host, clip, seconds, audio_options=()):
    """ffmpeg as cameras run it: video and audio to a feed each, in real time."""
    base = f"http://127.0.0.1:{host.port}/ts/"
    live = ["-muxdelay", "0.001", "-f", "mpegts"]
    return start_ffmpeg(
        "-re", "-stream_loop", "-1", "-i", clip,
        "-t", seconds, "-map", "0:v", "-c", "copy", *live, base + "video",
        "-t", seconds, "-map", "0:a", "-c", "copy", *audio_options, *live, base + "audio")


async def watch(viewer, decoder, check, ended):
    """Hands what arrives to a decoder, as it arrives, and to the check; until the event, and what
    was on its way by then."""
    while not ended.is_set() or viewer.messages:
        try:
            message = await asyncio.wait_for(viewer.recv(), 0.5)
        except asyncio.TimeoutError:
            continue
        check.feed(message)
        decoder.stdin.write(message)
        await decoder.stdin.drain()
    decoder.stdin.close()


async def start_decoder():
    """ffmpeg that decodes what it gets, shows each error, and at last counts what it decoded."""
    return await asyncio.create_subprocess_exec(
        "ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-progress", "pipe:1", "-f", "mpegts",
        "-i", "pipe:0", "-map", "0:v", "-map", "0:a?", "-f", "null", "-",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


async def mute_and_unmute(host, filming, seconds):
    """So many times over the film, at random moments of it; ends with sound."""
    began = time.monotonic()
    for i, moment in enumerate(sorted(random.uniform(0, seconds * 0.8) for _ in range(2 * MUTES))):
        await asyncio.sleep(began + moment - time.monotonic())
        assert filming.poll() is None, f"ffmpeg ended early: {filming.stderr.read()}"
        rule = STREAM if i % 2 else MUTED
        answer = await asyncio.to_thread(host.call, "POST", "/api/streams", rule)
        assert (answer.status, answer.json) == (200, rule)


async def ffmpeg_films_mutes_and_decodes(relay, host, clip, seconds, audio_options):
    """What ffmpeg said as sender and as receiver, how many pictures it decoded, and the check."""
    async with relay.join(scopes=["read"], topic="front") as viewer:
        ended, check = asyncio.Event(), StreamCheck()
        decoder = await start_decoder()
        told = asyncio.create_task(decoder.stderr.read())
        counted = asyncio.create_task(decoder.stdout.read())
        watching = asyncio.create_task(watch(viewer, decoder, check, ended))
        filming = film(host, clip, seconds, audio_options)
        try:
            for feed in STREAM["feeds"]:
                await asyncio.to_thread(wait_publishing, host, feed)
            await mute_and_unmute(host, filming, seconds)
            _, sender_errors = await asyncio.to_thread(filming.communicate, None, seconds + 60)
        finally:
            if filming.poll() is None:
                filming.kill()
                filming.communicate()
        ended.set()
        await asyncio.wait_for(watching, DEADLINE)
        receiver_errors = (await told).decode()
        frames = int((await counted).decode().rpartition("frame=")[2].split()[0])
        await decoder.wait()
    return filming.returncode, sender_errors, receiver_errors, frames, check


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def packets_by_kind(path):
    """How many pictures and pieces of sound a foreign program finds in the file."""
    done = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-of", "csv=p=0",
                           "-show_entries", "stream=codec_type,nb_read_packets", path],
                          capture_output=True, text=True, timeout=SECONDS + 120)
    assert done.stderr == "", done.stderr
    rows = [line.split(",") for line in done.stdout.split() if line]
    return {row[0]: int(row[1]) for row in rows}


# What ffmpeg chooses by itself is the same for both feeds; careful people tell them apart.
@pytest.mark.parametrize("seconds, audio_options", [
    pytest.param(min(SECONDS, 10), ["-mpegts_start_pid", "0x101", "-mpegts_pmt_start_pid", "0x1001",
                                   "-mpegts_service_id", "2"], id="PIDs apart"),
    pytest.param(SECONDS, [], id="PIDs that collide")])
def test_video_and_audio_muted_100_times_while_ffmpeg_decodes(start_relay, start_host, clip,
                                                              tmp_path, seconds,
                                                              audio_options):
    relay, host = start_relay(local=True), start_host("--record-dir", str(tmp_path))
    host.call("POST", "/api/streams", STREAM)
    bring(host, relay, "stream/front", topic="front", file="front.ts")
    status, sender_errors, receiver_errors, frames, check = asyncio.run(asyncio.wait_for(
        ffmpeg_films_mutes_and_decodes(relay, host, clip, seconds, audio_options), seconds + 120))
    assert (status, sender_errors) == (0, b"")
    destination = host.destination()
    assert destination["dropped_messages"] == destination["unconnected_messages"] == 0, destination
    feeds = host.call("GET", "/status").json["feeds"]
    for feed in STREAM["feeds"]:
        assert feeds[feed]["discarded_bytes"] == feeds[feed]["continuity_errors"] == 0
    host.call("DELETE", "/api/destinations/0")  # closes the recording
    recording = tmp_path / "front.ts"
    wait_until(lambda: recording.stat().st_size >= check.bytes, "the recording is complete")
    assert recording.stat().st_size == check.bytes
    assert digest_of(recording) == check.digest.hexdigest(), "byte by byte what the viewer got"
    assert receiver_errors == "", receiver_errors[:2000]
    assert frames == pytest.approx(seconds * 25, abs=2), "pictures decoded"
    counts = packets_by_kind(recording)
    assert counts["video"] == frames and counts["audio"] > 0, counts
    check.assert_continuous()


# ---- much at once

PICTURE_PACKETS, BODY_PICTURES = 96, 555  # 18 kB each, 10 MB in all


def body_of_10_mb():
    pictures = Pictures(PICTURE_PACKETS, intra_every=12)
    return b"".join(pictures.make(i) for i in range(BODY_PICTURES))


async def test_a_body_of_10_MB_without_pauses_arrives_whole(start_relay, start_host):
    """With queues that hold it, if need be: it comes faster than any line can carry."""
    room = ["--queue-size", "32MiB", "--video-age", "1m"]
    relay, host = start_relay(*room, local=True), start_host(*room)
    bring(host, relay)
    body = body_of_10_mb()
    async with relay.join(scopes=["read"]) as viewer, \
            relay.connect(f"ws://127.0.0.1:{host.port}/ws/video") as local:
        async def read_all(reader):
            received, size = hashlib.sha256(), 0
            while size < len(body):
                message = await asyncio.wait_for(reader.recv(), DEADLINE)
                transport_stream.assert_whole_packets(message)
                received.update(message)
                size += len(message)
            return received.hexdigest()

        posting = asyncio.create_task(
            asyncio.to_thread(call, host.port, "POST", "/ts/video", body))
        try:
            digests = await asyncio.gather(read_all(viewer), read_all(local))
        except asyncio.TimeoutError:
            raise AssertionError(f"incomplete: {host.destination()}; the relay: "
                                 f"{relay.members('lamp')}") from None
        assert (await posting).status == 200
    assert digests == [hashlib.sha256(body).hexdigest()] * 2


async def test_what_a_body_of_10_MB_is_too_much_for_is_skipped_by_pictures_and_counted(
        start_relay, start_host):
    """With the usual queues it may be complete or not, as processors are free: each picture is
    either received whole, or counted as dropped by host or relay."""
    relay, host = start_relay(local=True), start_host()
    bring(host, relay)
    received = NumberedPictures(PICTURE_PACKETS, VIDEO_PID)
    async with relay.join(scopes=["read"]) as viewer:
        def dropped():
            entries = relay.members("lamp")
            by_relay = sum(entry["dropped"]["messages"] for entry in entries)
            return host.destination()["dropped_pictures"] + by_relay

        posting = asyncio.create_task(
            asyncio.to_thread(call, host.port, "POST", "/ts/video", body_of_10_mb()))
        end = time.monotonic() + DEADLINE
        while len(received.numbers) + await asyncio.to_thread(dropped) < BODY_PICTURES:
            assert time.monotonic() < end, (f"{len(received.numbers)} arrived, {dropped()} "
                                            f"dropped; missing {received.missing()}")
            with contextlib.suppress(asyncio.TimeoutError):
                while True:
                    received.feed(await asyncio.wait_for(viewer.recv(), 0.3))
        assert (await posting).status == 200
        received.assert_whole()
        assert len(received.numbers) + dropped() == BODY_PICTURES
    for first, last in received.missing():
        assert received.intra[received.numbers.index(last + 1)], f"{first} to {last} are missing"


async def test_750_kB_pictures_while_the_uplink_stalls_for_5_s(start_relay, start_host):
    relay, host = start_relay(local=True), start_host()
    pictures = Pictures(packets=4000, intra_every=5)
    interval, received = 0.2, NumberedPictures(4000, VIDEO_PID)
    with TcpFront(relay.relay_port, receive_buffer=64 * 1024) as front:
        uri = relay.uri().replace(str(relay.relay_port), str(front.port))
        host.add_destination(uri, "video")
        host.wait_connected()
        async with relay.join(scopes=["read"]) as viewer:
            with Camera(host) as camera:
                async def send(count, first):
                    return await asyncio.to_thread(send_paced, camera, pictures, first, count,
                                                   interval)

                async def read_to(last):
                    while not received.complete(last):
                        message = await asyncio.wait_for(viewer.recv(), DEADLINE)
                        transport_stream.assert_whole_packets(message)
                        received.feed(message)

                before = await send(10, 0)
                await read_to(before - 1)
                assert received.missing() == [], "nothing is lost before"
                front.stall()
                stalled = await send(round(5 / interval), before)
                front.resume()
                sent = await send(20, stalled)
                await read_to(sent - 1)
                assert camera.end() == 200
    assert relay.members("lamp") == [], "still the same connection, until now"
    check_what_is_missing(received, before, stalled, host.destination())


def check_what_is_missing(received, before, stalled, destination):
    """Whole pictures, from the stall only, up to one that can be decoded alone; all counted."""
    missing = received.missing()
    assert missing, "5 s of 30 Mbit/s do not fit in any queue"
    for first, last in missing:
        assert first >= before and last <= stalled + 10, missing
        resumed = received.numbers.index(last + 1)
        assert received.intra[resumed], f"picture {last + 1} needs one that was dropped"
    dropped = sum(last - first + 1 for first, last in missing)
    assert destination["connections"] == 1
    assert destination["dropped_pictures"] == dropped, f"missing: {missing}; {destination}"


async def test_50_Mbit_per_second_on_one_feed_arrive_whole(start_relay, start_host):
    relay, host = start_relay(local=True), start_host()
    bring(host, relay)
    pictures = Pictures(packets=1328, intra_every=12)  # 250 kB
    count = max(25, int(100 * SCALE))
    async with relay.join(scopes=["read"]) as viewer, \
            relay.connect(f"ws://127.0.0.1:{host.port}/ws/video") as local:
        async def read_all(reader):
            received = NumberedPictures(1328, VIDEO_PID)
            while not received.complete(count - 1):
                received.feed(await asyncio.wait_for(reader.recv(), DEADLINE))
            return received

        reading = [asyncio.create_task(read_all(reader)) for reader in (viewer, local)]
        with Camera(host) as camera:
            begin = time.monotonic()
            await asyncio.to_thread(send_paced, camera, pictures, 0, count, 1 / 25)
            rate = count * len(pictures.make(0)) * 8 / (time.monotonic() - begin)
            assert camera.end() == 200
            results = await asyncio.gather(*reading)
    for who, received in zip(("the viewer", "the local client"), results):
        assert received.numbers == list(range(count)), f"{who} misses {received.missing()}"
    assert SCALE < 1 or rate > 45e6, f"this machine sent {rate / 1e6:.1f} Mbit/s only"
    feed = host.call("GET", "/status").json["feeds"]["video"]
    assert feed["discarded_bytes"] == feed["continuity_errors"] == 0
