# SPDX-License-Identifier: Apache-2.0
"""What a session host does for the equipment beside it: cameras that it runs, bridges to serial
devices, TCP servers and programs, and MPEG-TS that comes by TCP and UDP."""

import asyncio
import json
import os
import pathlib
import socket
import subprocess
import termios
import time
import tty

import pytest
import websockets

import pseudo_terminal
import tokens
import transport_stream
from relay_process import DEADLINE, Host, wait_until

CAMERA = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-re", "-f", "lavfi", "-i",
          "testsrc=size=320x240:rate=25", "-c:v", "mpeg1video", "-b:v", "1000k", "-bf", "0", "-g",
          "12", "-flush_packets", "1", "-f", "mpegts"]


@pytest.fixture
def start_with_rules(start_host, tmp_path):
    """Starts a host with a rules file. JSON is YAML."""
    def start(*flags, **rules):
        path = tmp_path / "rules.yaml"
        path.write_text(json.dumps(rules))
        return start_host("--rules", str(path), *flags)

    return start


def equipment(host, kind, feed):
    entries = host.call("GET", "/status").json[kind]
    return next(entry for entry in entries if entry["feed"] == feed)


def wait_for_state(host, kind, feed, state):
    wait_until(lambda: equipment(host, kind, feed)["state"] == state, f"{feed} is {state}")


def join(host, feed):
    return websockets.connect(f"ws://127.0.0.1:{host.port}/ws/{feed}", max_size=64 << 20,
                              max_queue=None, ping_interval=None, compression=None)


async def receive(socket_):
    return await asyncio.wait_for(socket_.recv(), DEADLINE)


class SerialLine:
    """A serial line of which the host gets one end, at `path`, as if it were a USB adapter."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.master = None
        self.plug()

    def plug(self):
        self.master, slave = pseudo_terminal.open_pair()
        tty.setraw(slave)
        self.path.symlink_to(os.ttyname(slave))
        os.close(slave)
        os.set_blocking(self.master, False)

    def unplug(self):
        os.close(self.master)
        self.path.unlink()

    def write(self, data):
        os.write(self.master, data)

    def read_until(self, end):
        got = b""
        def read():
            nonlocal got
            try:
                got += os.read(self.master, 65536)
            except (BlockingIOError, OSError):
                pass
            return got.endswith(end)
        wait_until(read, f"{end!r} on the serial line")
        return got


# ---- bridges

async def test_a_serial_device_speaks_lines_with_a_foreign_websocket(start_with_rules, tmp_path):
    line = SerialLine(tmp_path / "ttyACM0")
    host = start_with_rules(bridges=[
        {"feed": "data", "serial": str(line.path), "baud": 57600, "framing": "line"}])
    wait_for_state(host, "bridges", "data", "running")
    assert termios.tcgetattr(line.master)[4] == termios.B57600
    async with join(host, "data") as client:
        line.write(b"angle 12.5\r\nangle ")
        line.write("13° ü\n".encode() + b"\xff\xfe\n")
        assert await receive(client) == "angle 12.5"
        assert await receive(client) == "angle 13° ü"
        assert await receive(client) == b"\xff\xfe", "what is no text is sent as binary"
        await client.send("motor on")
        await client.send(b"\x01\x02")
        assert line.read_until(b"\x02\n") == b"motor on\n\x01\x02\n"


async def test_a_serial_device_that_is_unplugged_and_comes_back_works_again(start_with_rules,
                                                                            tmp_path):
    line = SerialLine(tmp_path / "ttyACM0")
    host = start_with_rules(bridges=[{"feed": "data", "serial": str(line.path)}])
    wait_for_state(host, "bridges", "data", "running")
    async with join(host, "data") as client:
        line.unplug()
        wait_for_state(host, "bridges", "data", "waiting")
        await client.send("nobody is there")
        wait_until(lambda: equipment(host, "bridges", "data")["dropped_messages"] == 1, "a drop")
        line.plug()
        wait_for_state(host, "bridges", "data", "running")
        line.write(b"back\n")
        assert await receive(client) == "back"
        await client.send("go")
        assert line.read_until(b"\n") == b"go\n"
    status = equipment(host, "bridges", "data")
    assert status["starts"] == 2 and status["last_error"]


async def test_a_tcp_server_is_bridged_raw_and_found_again(start_with_rules):
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(DEADLINE)
    host = start_with_rules(bridges=[
        {"feed": "data", "tcp": f"127.0.0.1:{server.getsockname()[1]}", "framing": "raw"}])
    connection, _ = server.accept()
    connection.settimeout(DEADLINE)
    async with join(host, "data") as client:
        connection.sendall(b"\x00\x01\n\xff")
        assert await receive(client) == b"\x00\x01\n\xff"
        await client.send(b"ab")
        await client.send("cd")
        got = b""
        while len(got) < 4:
            got += connection.recv(10)
        assert got == b"abcd"
        connection.close()
        connection, _ = server.accept()
        connection.sendall(b"again")
        assert await receive(client) == b"again"
    connection.close()
    server.close()


async def test_a_program_is_bridged_and_its_end_is_seen(start_with_rules, start_relay):
    relay = start_relay(local=True)
    host = start_with_rules(
        bridges=[{"feed": "data", "command": "while read line; do echo \"did $line\"; "
                                             "[ \"$line\" != quit ] || exit 3; done"}],
        destinations=[{"id": "data", "stream": "data",
                       "destination": f"{relay.audience}/session/lamp",
                       "token": tokens.token(topic="lamp", aud=relay.audience)}])
    host.wait_connected("data")
    wait_for_state(host, "bridges", "data", "running")
    async with relay.join() as user:
        await user.send("this")
        assert await receive(user) == "did this"
        await user.send("quit")
        assert await receive(user) == "did quit"
        wait_until(lambda: equipment(host, "bridges", "data")["starts"] == 2, "its restart")
        assert equipment(host, "bridges", "data")["last_error"] == "it ended with exit status 3"
        await user.send("more")
        assert await receive(user) == "did more"


# ---- cameras

def processes(mark):
    """The ids of programs in whose command line the mark stands."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


async def test_a_camera_on_demand_runs_while_a_viewer_watches_by_a_relay(start_with_rules,
                                                                         start_relay, tmp_path):
    relay = start_relay(local=True)
    mark = f"camera-{os.getpid()}"
    host = start_with_rules(
        "--camera-linger", "300ms",
        cameras=[{"feed": "video", "on_demand": True,
                  "command": [*CAMERA[:-2], "-metadata", f"title={mark}", "-f", "mpegts", "-"]}],
        destinations=[{"id": "video", "stream": "video",
                       "destination": f"{relay.audience}/session/lamp",
                       "token": tokens.token(topic="lamp", aud=relay.audience)}])
    host.wait_connected("video")
    wait_until(lambda: relay.members("lamp"), "the host is on the topic")
    assert equipment(host, "cameras", "video")["starts"] == 0, "a relay tells that nobody is there"
    async with relay.join(scopes=["read"]) as viewer:
        wait_for_state(host, "cameras", "video", "running")
        received = [await receive(viewer) for _ in range(50)]
        assert len(processes(mark)) == 1
    for message in received:
        transport_stream.assert_whole_packets(message)
    file = tmp_path / "received.ts"
    file.write_bytes(b"".join(received))
    decoded = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", file, "-f", "null", "-"],
                             capture_output=True, text=True, timeout=DEADLINE)
    assert (decoded.returncode, decoded.stderr) == (0, "")
    wait_for_state(host, "cameras", "video", "idle")
    assert not processes(mark)
    status = host.call("GET", "/status").json
    assert status["feeds"]["video"]["mpegts"]["pictures"] >= 50
    assert status["feeds"]["video"]["mpegts"]["random_access_points"] >= 4
    assert status["feeds"]["video"]["continuity_errors"] == 0
    camera = equipment(host, "cameras", "video")
    assert camera["last_error"] == "", "its end was wanted"
    starts = camera["starts"]
    async with relay.join(scopes=["read"]) as viewer:
        transport_stream.assert_whole_packets(await receive(viewer))
        assert equipment(host, "cameras", "video")["starts"] == starts + 1


async def test_a_far_side_that_tells_no_audience_is_taken_for_one(start_with_rules):
    async def far_side(connection):
        await connection.wait_closed()

    async with websockets.serve(far_side, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        host = start_with_rules(
            "--camera-linger", "0",
            cameras=[{"feed": "video", "on_demand": True, "command": ["sleep", "86400"]}],
            destinations=[{"id": "video", "stream": "video",
                           "destination": f"ws://127.0.0.1:{port}/"}])
        await asyncio.to_thread(wait_for_state, host, "cameras", "video", "running")
    await asyncio.to_thread(wait_for_state, host, "cameras", "video", "idle")


async def test_a_camera_may_post_its_video_itself(start_with_rules):
    command = " ".join(CAMERA) + " $RELAY_TS_URL"
    host = start_with_rules(cameras=[{"feed": "video", "command": "exec " + command}])
    async with join(host, "video") as viewer:
        for _ in range(10):
            transport_stream.assert_whole_packets(await receive(viewer))
    assert equipment(host, "cameras", "video")["state"] == "running"


def test_programs_do_not_get_the_hosts_secrets(tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text(json.dumps({"cameras": [
        {"feed": "video", "command": f"env >{tmp_path}/env.new; mv {tmp_path}/env.new {tmp_path}/env"}
    ]}))
    host = Host(tmp_path, "--rules", str(rules))
    host.env["RELAY_CONTROL_TOKEN"] = "very-secret-token"
    host.start()
    try:
        wait_until((tmp_path / "env").exists, "the program's environment")
    finally:
        host.stop()
    environment = (tmp_path / "env").read_text()
    assert "RELAY_FEED=video\n" in environment and "PATH=" in environment
    assert "secret" not in environment


def test_a_camera_that_fails_is_tried_again_and_tells_why(start_with_rules):
    host = start_with_rules(cameras=[
        {"feed": "video", "command": "echo /dev/video9: no such device >&2; exit 1"}])
    wait_until(lambda: equipment(host, "cameras", "video")["starts"] >= 2, "its restart")
    camera = equipment(host, "cameras", "video")
    assert camera["last_error"] == "it ended with exit status 1"
    assert "/dev/video9: no such device" in camera["last_lines"]


def test_programs_do_not_outlive_a_host_that_is_killed(start_with_rules):
    seconds = str(86400 + os.getpid())
    host = start_with_rules(cameras=[{"feed": "video", "command": ["sleep", seconds]}],
                            bridges=[{"feed": "data", "command": f"exec sleep {seconds}"}])
    mark = f"sleep\0{seconds}\0"
    wait_until(lambda: len(processes(mark)) == 2, "both programs")
    host.kill()
    wait_until(lambda: not processes(mark), "the end of both programs")


def test_programs_end_with_their_host(start_with_rules):
    seconds = str(172800 + os.getpid())
    host = start_with_rules(cameras=[{"feed": "video", "command": f"sleep {seconds}; true"}],
                            bridges=[{"feed": "data", "command": ["sleep", seconds]}])
    mark = f"sleep\0{seconds}\0"
    wait_until(lambda: len(processes(mark)) == 2, "both programs")
    began = time.monotonic()
    host.stop()
    assert not processes(mark), "a shell's own children, too"
    assert time.monotonic() - began < 2


def test_an_edit_of_the_rules_touches_only_what_changed(start_with_rules, tmp_path):
    kept = {"feed": "kept", "command": ["sleep", "86400"]}
    host = start_with_rules(cameras=[kept], bridges=[{"feed": "data", "command": "cat"}])
    wait_for_state(host, "cameras", "kept", "running")
    since = equipment(host, "cameras", "kept")["since"]
    (tmp_path / "rules.yaml").write_text(json.dumps(
        {"cameras": [kept, {"feed": "new", "command": ["sleep", "86400"]}]}))
    wait_until(lambda: len(host.call("GET", "/status").json["cameras"]) == 2, "the new camera")
    wait_for_state(host, "cameras", "new", "running")
    wait_until(lambda: host.call("GET", "/status").json["bridges"] == [], "the bridge has ended")
    camera = equipment(host, "cameras", "kept")
    assert (camera["since"], camera["starts"]) == (since, 1)


# ---- MPEG-TS without HTTP

@pytest.mark.parametrize("protocol", ["tcp", "udp"])
async def test_ffmpeg_sends_by_tcp_and_udp(start_host, protocol, tmp_path):
    host = start_host("--ts-listen", f"{protocol}://127.0.0.1:0/video")
    assert [text.partition("/video")[0].rpartition(":")[0] for text in host.ts] == \
        [f"{protocol}://127.0.0.1"]
    place = host.ts[0].removesuffix("/video")
    target = place if protocol == "tcp" else place + "?pkt_size=1316"
    async with join(host, "video") as viewer:
        camera = await asyncio.create_subprocess_exec(*CAMERA, "-t", "2", target,
                                                      stderr=asyncio.subprocess.PIPE)
        received = [await receive(viewer) for _ in range(48)]
        errors = (await asyncio.wait_for(camera.communicate(), DEADLINE))[1]
    assert (camera.returncode, errors) == (0, b"")
    for message in received:
        transport_stream.assert_whole_packets(message)
    file = tmp_path / "received.ts"
    file.write_bytes(b"".join(received))
    decoded = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", file, "-f", "null", "-"],
                             capture_output=True, text=True, timeout=DEADLINE)
    assert (decoded.returncode, decoded.stderr) == (0, "")
    feed = host.call("GET", "/status").json["feeds"]["video"]
    assert (feed["discarded_bytes"], feed["continuity_errors"]) == (0, 0)


def test_a_second_publisher_by_tcp_is_closed_and_logged_once(start_host):
    host = start_host("--ts-listen", "tcp://127.0.0.1:0/video")
    place = ("127.0.0.1", int(host.ts[0].removesuffix("/video").rpartition(":")[2]))
    with socket.create_connection(place) as first:
        first.sendall(transport_stream.picture(0, intra=True))
        wait_until(lambda: host.call("GET", "/status").json["feeds"]["video"]["publisher"],
                   "the publisher")
        for _ in range(5):
            with socket.create_connection(place, timeout=DEADLINE) as second:
                assert second.recv(1) == b""
        first.sendall(transport_stream.picture(1, intra=False))
        wait_until(lambda: host.call("GET", "/status").json["feeds"]["video"]["mpegts"]["pictures"]
                   == 2, "the second picture")
    assert host.log().count("second publisher is refused") == 1


@pytest.mark.parametrize("text, reason", [
    ("http://127.0.0.1:0/video", "neither tcp:// nor udp://"),
    ("tcp://127.0.0.1:0", "no /FEED"),
    ("tcp://camera.lan:0/video", "no IPv4 address"),
    ("udp://192.0.2.1:0/video", "cannot listen there")])
def test_a_mistake_in_ts_listen_is_told_at_the_start(run_command, text, reason):
    status, _, errors = run_command("session", "host", "--port", "0", "--ts-listen", text)
    assert status in (3, 4)
    assert f"ts-listen: {text}: " in errors and reason in errors


def stream_of(megabytes):
    """Pictures of 20 packets with good continuity counters."""
    size, counter, pictures = 0, 0, []
    while size < megabytes * 1_000_000:
        picture = bytearray(transport_stream.picture(len(pictures), len(pictures) % 12 == 0, 100))
        for at in range(0, len(picture), transport_stream.PACKET):
            picture[at + 3] = picture[at + 3] & 0xF0 | counter & 0xF
            counter += 1
        pictures.append(bytes(picture))
        size += len(picture)
    return b"".join(pictures)


async def test_50_megabits_per_second_by_tcp_arrive_without_loss(start_host):
    host = start_host("--ts-listen", "tcp://127.0.0.1:0/video")
    place = ("127.0.0.1", int(host.ts[0].removesuffix("/video").rpartition(":")[2]))
    stream, seconds = stream_of(12.5), 2

    def send():
        began = time.monotonic()
        with socket.create_connection(place) as camera:
            step = len(stream) // (seconds * 100) + 1
            for number, at in enumerate(range(0, len(stream), step)):
                # Paced as an encoder is: the rate is what is tested.
                time.sleep(max(0, began + number / 100 - time.monotonic()))
                camera.sendall(stream[at:at + step])
        return time.monotonic() - began

    async with join(host, "video") as viewer:
        sending = asyncio.create_task(asyncio.to_thread(send))
        received = bytearray()
        while len(received) < len(stream):
            received += await receive(viewer)
        assert await sending < 1.5 * seconds
    assert bytes(received) == stream
    feed = host.call("GET", "/status").json["feeds"]["video"]
    assert (feed["discarded_bytes"], feed["continuity_errors"]) == (0, 0)
    assert feed["mpegts"]["packets"] == len(stream) // transport_stream.PACKET
