# SPDX-License-Identifier: Apache-2.0
"""Recordings of `relay session host`, and what it tells of itself: /status and /metrics."""

import asyncio
import os
import re
import resource

import pytest

import tokens
import transport_stream
from relay_process import DEADLINE, call, wait_until


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "recordings"
    made.mkdir()
    return made


@pytest.fixture
def record(start_relay, start_host, folder):
    """Starts a host that records feed `video` while it brings it to topic `lamp` of a relay."""
    def start(*flags, file="lab/video.ts"):
        relay, host = start_relay(local=True), start_host("--record-dir", str(folder), *flags)
        post(host, relay, file)
        return host, relay

    return start


def post(host, relay, file):
    host.add_destination(f"{relay.audience}/session/lamp", "video",
                         token=tokens.token(aud=relay.audience), file=file)
    host.wait_connected()


def local_client(host, relay):
    return relay.connect(f"ws://127.0.0.1:{host.port}/ws/video")


def recording(host):
    return host.destination()["recording"]


def wait_recorded(host, size):
    wait_until(lambda: recording(host)["bytes"] == size, f"{size} bytes are recorded")


async def send(host, relay, messages):
    """Sends the messages by a local client; what a viewer at the relay got."""
    async with relay.join(scopes=["read"]) as viewer, local_client(host, relay) as client:
        for message in messages:
            await client.send(message)
        return [await asyncio.wait_for(viewer.recv(), DEADLINE) for _ in messages]


async def test_a_recording_is_what_a_foreign_reader_receives(record, folder):
    host, relay = record()
    stream = b"".join(transport_stream.picture(i, intra=i % 12 == 0) for i in range(200))
    async with relay.join(scopes=["read"]) as viewer:
        def publish():
            return call(host.port, "POST", "/ts/video", stream)

        publishing = asyncio.create_task(asyncio.to_thread(publish))
        received = b""
        while len(received) < len(stream):
            received += await asyncio.wait_for(viewer.recv(), DEADLINE)
        assert (await publishing).status == 200
    wait_recorded(host, len(stream))
    assert (folder / "lab/video.ts").read_bytes() == received == stream
    status = recording(host)
    assert (status["file"], status["recording"], status["error"]) == ("lab/video.ts", True, "")
    assert status["messages"] == host.destination()["sent"]["messages"]


async def test_texts_and_binaries_follow_each_other_without_boundaries(record, folder):
    host, relay = record()
    messages = ["one", b"\x00\xff", '{"two": 2}\n', "", b""]
    assert await send(host, relay, messages) == messages
    expected = b"one\x00\xff" + b'{"two": 2}\n'
    wait_recorded(host, len(expected))
    assert (folder / "lab/video.ts").read_bytes() == expected


async def test_a_stamped_recording_can_be_read_back(record, folder):
    host, relay = record("--record-stamped", file="data.log")
    messages = ["one", b"\x00\xff\n", '{"two": 2}\n', "", "äöü"]
    await send(host, relay, messages)
    wait_until(lambda: recording(host)["messages"] == len(messages), "all are recorded")
    read = []
    with open(folder / "data.log", "rb") as file:  # as docs/session-host.md says
        while line := file.readline():
            time, kind, size = line.split()
            assert re.fullmatch(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", time)
            payload = file.read(int(size))
            assert file.read(1) == b"\n"
            read.append(payload.decode() if kind == b"text" else payload)
    assert read == messages


async def test_rotation_by_size_loses_and_divides_nothing(record, folder):
    host, relay = record("--record-rotate-size", "10000")
    messages = [f"{number:06};".encode() * 40 for number in range(300)]  # 280 bytes each
    await send(host, relay, messages)
    wait_recorded(host, 300 * 280)
    files = sorted((folder / "lab").iterdir(), key=lambda path: path.read_bytes()[:6])
    assert len(files) == 9 and files[-1].name == "video.ts"
    for file in files[:-1]:
        assert file.stat().st_size == 35 * 280
        assert re.fullmatch(r"video-\d{8}T\d{6}Z(-\d+)?\.ts", file.name)
    assert b"".join(file.read_bytes() for file in files) == b"".join(messages)


async def test_rotation_by_time_begins_a_new_file(record, folder):
    host, relay = record("--record-rotate-after", "1s")
    async with local_client(host, relay) as client:
        number = 0

        async def rotated():
            nonlocal number
            number += 1
            await client.send(f"{number};")
            await asyncio.sleep(0.1)  # a pace, not a wait
            return len(list((folder / "lab").iterdir())) >= 3

        while not await rotated():
            assert number < 10 * DEADLINE
    expected = "".join(f"{n};" for n in range(1, number + 1))
    wait_recorded(host, len(expected))
    files = sorted((folder / "lab").iterdir(), key=lambda path: int(path.read_text().split(";")[0]))
    assert "".join(file.read_text() for file in files) == expected


async def test_a_rule_that_is_posted_again_continues_the_file(record, folder):
    host, relay = record()
    await send(host, relay, ["first;"])
    wait_recorded(host, 6)
    for _ in range(5):
        post(host, relay, "lab/video.ts")
    assert await send(host, relay, ["second;"]) == ["second;"]
    wait_recorded(host, 7)
    assert recording(host)["error"] == ""
    assert (folder / "lab/video.ts").read_text() == "first;second;"


async def test_removing_the_rule_closes_the_file_and_all_of_it_is_there(record, folder):
    host, relay = record()
    descriptors = host.descriptors()
    await send(host, relay, ["x" * 1000] * 100)
    host.call("DELETE", "/api/destinations/0")
    wait_until(lambda: (folder / "lab/video.ts").stat().st_size == 100_000, "it is written")
    wait_until(lambda: host.descriptors() < descriptors, "it is closed")


async def test_what_waits_at_the_end_is_written(record, folder):
    host, relay = record()
    await send(host, relay, ["x" * 2_000] * 200)
    host.stop()
    assert (folder / "lab/video.ts").stat().st_size == 400_000


async def test_what_was_counted_as_recorded_survives_a_kill(record, folder):
    host, relay = record()
    messages = [f"{number:04}" * 250 for number in range(100)]
    assert await send(host, relay, messages) == messages
    wait_recorded(host, 100_000)
    host.kill()
    assert (folder / "lab/video.ts").read_text() == "".join(messages)


async def test_a_recording_that_is_deleted_begins_anew(record, folder):
    host, relay = record()
    await send(host, relay, ["first;"])
    wait_recorded(host, 6)
    (folder / "lab/video.ts").unlink()
    await send(host, relay, ["second;"])
    wait_recorded(host, 13)
    assert (folder / "lab/video.ts").read_text() == "second;"


async def test_a_full_disk_stops_the_recording_and_nothing_else(record, folder):
    host, relay = record()
    before = resource.prlimit(host.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(host.pid, resource.RLIMIT_FSIZE, (100_000, before[1]))
    messages = [f"{number:04}".encode() * 750 for number in range(100)]  # 3,000 bytes each
    assert await send(host, relay, messages) == messages
    wait_until(lambda: recording(host)["error"], "the recording has stopped")
    status = recording(host)
    assert status["recording"] is False and "File too large" in status["error"]
    assert (folder / "lab/video.ts").read_bytes() == b"".join(messages[:33]), "whole messages"
    resource.prlimit(host.pid, resource.RLIMIT_FSIZE, before)
    assert await send(host, relay, ["goes on"]) == ["goes on"]
    assert host.log().count("recording stopped") == 1

    post(host, relay, "lab/video.ts")  # and begins again with the rule
    await send(host, relay, ["again"])
    wait_recorded(host, 5)
    assert (folder / "lab/video.ts").read_bytes().endswith(b"again")


@pytest.mark.parametrize("file", ["../x", "lab/../../x", "/etc/x", "/", "lab/", "a\nb", "x" * 300])
def test_paths_that_lead_out_are_refused(record, file, folder):
    host, relay = record(file="")
    answer = host.call("POST", "/api/destinations", {
        "id": "1", "stream": "video", "destination": "ws://127.0.0.1:1/x", "file": file})
    assert answer.status == 400 and answer.json["message"].startswith("file: "), answer.body
    assert "1" not in host.call("GET", "/status").json["destinations"]
    assert os.listdir(folder) == []
    assert os.listdir(folder.parent) == ["recordings"]


def test_symbolic_links_lead_nowhere(record, folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "lab").symlink_to(outside)
    host, _ = record()
    wait_until(lambda: recording(host)["error"], "it is refused")
    assert list(outside.iterdir()) == []


def test_without_a_folder_there_are_no_recordings(start_host):
    answer = start_host().call("POST", "/api/destinations", {
        "id": "1", "stream": "video", "destination": "ws://127.0.0.1:1/x", "file": "video.ts"})
    assert answer.status == 400
    assert "file: recording is off; start the host with --record-dir" in answer.json["message"]


def test_a_missing_folder_is_a_startup_error(run_command, tmp_path):
    status, out, errors = run_command("session", "host", "--port", "0", "--record-dir",
                                      str(tmp_path / "none"))
    assert status != 0 and out == ""
    assert "record-dir: " in errors and "none: No such file or directory" in errors


def test_the_rule_shows_its_file(record, folder):
    host, _ = record(file=str(folder / "lab" / "video.ts"))
    assert host.call("GET", "/api/destinations/0").json["file"] == "lab/video.ts"


async def test_metrics_agree_with_the_status(record):
    host, relay = record()
    await send(host, relay, ["12345"] * 10)
    wait_recorded(host, 50)
    answer = host.call("GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples = {}
    for line in answer.body.decode().splitlines():
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            assert re.fullmatch(r'[a-z_]+(\{([a-z]+="[^"]*",?)+\})?', name), line
            samples[name] = float(value)
    status = host.call("GET", "/status").json
    link = '{destination="0",stream="video"}'
    assert samples["relay_host_destination_connected" + link] == 1
    assert samples["relay_host_destination_recorded_bytes_total" + link] == 50
    assert samples["relay_host_destination_recording" + link] == 1
    for way in ("sent", "received"):
        for figure in ("messages", "bytes"):
            name = f"relay_host_destination_{way}_{figure}_total{link}"
            assert samples[name] == status["destinations"]["0"][way][figure]
    assert samples['relay_host_feed_bytes_total{feed="video"}'] == 50
    assert status["feeds"]["video"]["sent"]["bits_per_second"] > 0
    assert samples["relay_host_uptime_seconds"] <= status["process"]["uptime_seconds"]
    assert f'relay_host_info{{version="{status["process"]["version"]}"}}' in samples
