# SPDX-License-Identifier: Apache-2.0
"""`relay session host` between ffmpeg, local programs, a real relay and its viewers."""

import asyncio
import socket
import subprocess
import threading
import time

import pytest
import websockets

import tokens
import transport_stream
from raw_websocket import RawSocket
from relay_process import DEADLINE, wait_until

CAMERA = ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=25"]
ENCODER = ["-c:v", "mpeg1video", "-b:v", "1000k", "-bf", "0", "-g", "12", "-f", "mpegts"]


def ffmpeg(*arguments, **options):
    return subprocess.run(["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", *arguments],
                          capture_output=True, text=True, timeout=4 * DEADLINE, **options)


def bring(host, relay, feed="video", topic="lamp", **fields):
    """A rule from a feed to a topic of the relay, and the wait until it is connected."""
    fields = fields or {"token": tokens.token(topic=topic, aud=relay.audience, booking_id="host")}
    host.add_destination(f"{relay.audience}/session/{topic}", feed, **fields)
    host.wait_connected()


@pytest.fixture
def chain(start_relay, start_host):
    """A host that brings its feed `video` to topic `lamp` of a relay."""
    relay, host = start_relay(local=True), start_host()
    bring(host, relay)
    return host, relay


async def collect_until(viewer, end):
    """What arrives until the event, and what was on its way by then."""
    received = []
    while not end.is_set() or viewer.messages:
        try:
            received.append(await asyncio.wait_for(viewer.recv(), 0.5))
        except asyncio.TimeoutError:
            continue
    return received


async def test_ffmpeg_to_host_to_relay_to_viewer_decodes_without_an_error(chain, tmp_path):
    host, relay = chain
    async with relay.join(scopes=["read"]) as viewer:
        ended = asyncio.Event()
        collecting = asyncio.create_task(collect_until(viewer, ended))
        camera = await asyncio.to_thread(ffmpeg, "-re", *CAMERA, "-t", "4", *ENCODER,
                                         f"http://127.0.0.1:{host.port}/ts/video")
        assert (camera.returncode, camera.stderr) == (0, ""), "its POST is answered at its end"
        ended.set()
        messages = await asyncio.wait_for(collecting, DEADLINE)
    assert all(isinstance(message, bytes) for message in messages)
    for message in messages:
        transport_stream.assert_whole_packets(message)
    assert 90 <= len(messages) <= 140, "about one message per picture"
    file = tmp_path / "received.ts"
    file.write_bytes(b"".join(messages))
    decoded = ffmpeg("-i", str(file), "-f", "null", "-")
    assert (decoded.returncode, decoded.stderr) == (0, "")
    frames = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v",
                             "-of",
                             "csv=p=0", "-show_entries", "stream=nb_read_frames", str(file)],
                            capture_output=True, text=True, check=True).stdout
    assert frames.split()[0] == "100"


async def test_what_a_camera_sends_arrives_byte_by_byte(chain):
    host, relay = chain
    stream = b"".join(transport_stream.picture(i, intra=i % 12 == 0) for i in range(100))
    async with relay.join(scopes=["read"]) as viewer:
        def publish():
            with RawSocket(host.port) as camera:
                camera.send(b"POST /ts/video HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                            b"Transfer-Encoding: chunked\r\n\r\n")
                for at in range(0, len(stream), 1000):  # torn anywhere
                    piece = stream[at:at + 1000]
                    camera.send(b"%x\r\n%s\r\n" % (len(piece), piece))
                camera.send(b"0\r\n\r\n")
                return camera.read_answer()[0]

        publishing = asyncio.create_task(asyncio.to_thread(publish))
        received = b""
        while len(received) < len(stream):
            message = await asyncio.wait_for(viewer.recv(), DEADLINE)
            transport_stream.assert_whole_packets(message)
            received += message
        assert received == stream
        assert await publishing == 200


def test_a_camera_that_sends_no_transport_stream_is_told(chain):
    host, _ = chain
    answer = host.call("POST", "/ts/video", "this is no video")
    assert answer.status == 415


async def test_data_go_both_ways_by_ws_data(start_relay, start_host):
    relay, host = start_relay(local=True), start_host()
    bring(host, relay, feed="data")
    uri = f"ws://127.0.0.1:{host.port}/ws/data"
    async with (relay.join() as viewer, relay.connect(uri) as instrument,
                relay.connect(uri) as logger):
        for message in ('{"angle": 1}', b"\x00\xff"):
            await instrument.send(message)
            assert await viewer.recv() == message
            assert await logger.recv() == message
        await viewer.send('{"set": "drive", "to": 30}')
        assert await instrument.recv() == '{"set": "drive", "to": 30}'
        assert await logger.recv() == '{"set": "drive", "to": 30}'


async def test_a_stream_joins_feeds_and_changes_at_once(start_relay, start_host):
    relay, host = start_relay(local=True), start_host()
    token = tokens.token(aud=relay.audience)
    host.add(f"{relay.audience}/session/lamp", "stream/front", ["video", "audio"], token=token)
    host.wait_connected()
    base = f"ws://127.0.0.1:{host.port}/ws/"
    async with (relay.join() as viewer, relay.connect(base + "video") as video,
                relay.connect(base + "audio") as audio):
        await video.send("v1")
        assert await viewer.recv() == "v1"
        await audio.send("a1")
        assert await viewer.recv() == "a1"
        host.call("PUT", "/api/streams", {"stream": "stream/front", "feeds": ["video"]})
        await audio.send("muted")
        await video.send("v2")
        assert await viewer.recv() == "v2"


# ---- the HTTP API of the specification, §2

RULE = {"id": "0", "stream": "stream/front", "destination": "http://127.0.0.1:1/session/x",
        "token": "the.secret.token", "file": ""}
SHOWN = {**RULE, "token": "***"}


@pytest.mark.parametrize("method", ["POST", "PUT", "UPDATE"])
def test_rules_come_back(start_host, method):
    host = start_host()
    stream = {"stream": "/stream/front/large", "feeds": ["video0", "audio0"]}
    answer = host.call(method, "/api/streams", stream)
    assert (answer.status, answer.json) == (200, {**stream, "stream": "stream/front/large"})
    answer = host.call(method, "/api/destinations", RULE)
    assert (answer.status, answer.json) == (200, SHOWN)
    assert host.call("GET", "/api/streams/all").json == {"stream/front/large": ["video0", "audio0"]}
    assert host.call("GET", "/api/streams/stream/front/large").json == ["video0", "audio0"]
    assert host.call("GET", "/api/destinations/all").json == {"0": SHOWN}
    assert host.call("GET", "/api/destinations/0").json == SHOWN


def test_rules_are_deleted(start_host):
    host = start_host()
    for name in ("a", "b", "c"):
        host.call("POST", "/api/streams", {"stream": f"stream/{name}", "feeds": ["video"]})
        host.call("POST", "/api/destinations", {**RULE, "id": name, "stream": f"stream/{name}"})
    assert host.call("DELETE", "/api/streams/stream/a").json == "stream/a"
    assert host.call("DELETE", "/api/destinations/a").json == "a"
    assert sorted(host.call("GET", "/api/streams/all").json) == ["stream/b", "stream/c"]
    assert sorted(host.call("GET", "/api/destinations/all").json) == ["b", "c"]
    for what in ("streams", "destinations"):
        assert host.call("DELETE", f"/api/{what}/all").json == "deleteAll"
        assert host.call("GET", f"/api/{what}/all").json == {}


@pytest.mark.parametrize("request_line, body, status", [
    ("GET /api/streams/none", None, 404), ("GET /api/destinations/none", None, 404),
    ("POST /api/destinations", {}, 400), ("POST /api/destinations", [], 400),
    ("POST /api/streams", {}, 400), ("POST /api/streams", {"stream": 1, "feeds": []}, 400),
    ("POST /api/destinations", {**RULE, "file": "x"}, 400),
    ("POST /api/destinations", {**RULE, "surprise": 1}, 400), ("GET /debug/pprof/", None, 404),
    ("GET /nothing", None, 404), ("PATCH /api/streams", {}, 405)])
def test_what_is_wrong_is_refused(start_host, request_line, body, status):
    answer = start_host().call(*request_line.split(), body)
    assert (answer.status, answer.json["code"]) == (status, str(status))


def test_bad_json_is_400_and_does_not_repeat_what_was_sent(start_host):
    with RawSocket(start_host().port) as client:
        body = b'{"token":"the.secret.token'
        client.send(b"POST /api/destinations HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        status, answer = client.read_answer()
        assert status == 400 and b"secret" not in answer


def test_health_and_the_empty_answer(start_host):
    host = start_host()
    assert host.call("GET", "/healthcheck").body == b'"ok"\n'
    assert host.call("GET", "/healthz").status == 200
    answer = host.call("GET", "/api")
    assert (answer.status, answer.body) == (200, b"")


def test_pages_from_elsewhere_may_not_command_the_host(start_host):
    host = start_host()
    answer = host.call("POST", "/api/destinations", RULE,
                       headers={"Origin": "https://evil.example"})
    assert answer.status == 403
    assert host.call("GET", "/api/destinations/all").json == {}


def test_deleting_in_any_order_does_not_end_it(start_host):
    host = start_host()
    for _ in range(3):
        host.call("POST", "/api/streams", {"stream": "stream/front", "feeds": ["video"]})
        host.call("POST", "/api/destinations", RULE)
        host.call("DELETE", "/api/streams/stream/front")
        host.call("DELETE", "/api/streams/stream/front")
        host.call("POST", "/api/destinations", RULE)
        host.call("DELETE", "/api/destinations/0")
        host.call("DELETE", "/api/destinations/0")
    assert host.call("GET", "/healthz").status == 200


# ---- connections

async def test_host_and_viewer_are_back_within_3_s_after_the_relay_was_killed(start_relay,
                                                                              start_host):
    relay, host = start_relay(local=True), start_host()
    bring(host, relay, feed="data")
    ports = {"access_port": relay.access_port, "relay_port": relay.relay_port}
    async with host_client(relay, host) as instrument:
        async with relay.join(scopes=["read"]) as viewer:
            await instrument.send("before")
            assert await viewer.recv() == "before"
            relay.kill()
            with pytest.raises(websockets.ConnectionClosed):
                await viewer.recv()
        again = start_relay(folder=relay.folder, local=True, **ports)
        begin = time.monotonic()
        async with again.join(scopes=["read"]) as viewer:
            first = asyncio.create_task(viewer.recv())
            while not first.done():  # as an instrument does, which knows of nothing
                await instrument.send("after")
                await asyncio.wait([first], timeout=0.02)
            assert await first == "after"
            assert time.monotonic() - begin < 3


def host_client(relay, host, feed="data"):
    return relay.connect(f"ws://127.0.0.1:{host.port}/ws/{feed}")


async def test_a_token_file_is_read_again_at_each_connect(start_relay, start_host, tmp_path):
    relay = start_relay(local=True)
    host = start_host("--retry-min", "20ms", "--retry-max", "100ms", "--token-dir", str(tmp_path))
    file = tmp_path / "token"
    file.write_text(tokens.token(aud=relay.audience, exp=1))
    host.add_destination(f"{relay.audience}/session/lamp", "data", token_file=str(file))
    wait_until(lambda: host.destination()["tries"] >= 3, "it tries again")
    assert "401" in host.destination()["last_error"]
    assert not relay.members("lamp")
    file.write_text(tokens.token(aud=relay.audience) + "\n")
    host.wait_connected()
    wait_until(lambda: relay.members("lamp"), "the relay has it")


async def test_an_expired_connection_is_made_again_with_a_new_token(start_relay, start_host,
                                                                    tmp_path):
    relay = start_relay(local=True)
    host = start_host("--retry-min", "20ms", "--retry-max", "100ms", "--token-dir", str(tmp_path))
    file = tmp_path / "token"
    file.write_text(tokens.token(aud=relay.audience, exp=int(time.time()) + 3))
    host.add_destination(f"{relay.audience}/session/lamp", "data", token_file=str(file))
    host.wait_connected()
    file.write_text(tokens.token(aud=relay.audience))
    wait_until(lambda: host.destination()["connections"] >= 2, "it connects again")
    host.wait_connected()


def test_a_peer_that_accepts_and_closes_is_not_hammered(start_host):
    connections = 0
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            nonlocal connections
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                connections += 1
                peer.close()

        threading.Thread(target=serve, daemon=True).start()
        host = start_host()
        host.add_destination(f"ws://127.0.0.1:{listener.getsockname()[1]}/x", "data")
        time.sleep(3)  # a rate is measured over time
        assert 2 <= connections <= 12
        listener.shutdown(socket.SHUT_RDWR)


def test_no_token_in_answers_or_logs(start_relay, start_host):
    relay, host = start_relay(local=True), start_host("--log-level", "trace")
    token = tokens.token(aud=relay.audience)
    bring(host, relay, feed="data", token=token)
    texts = [host.call("GET", path).body.decode() for path in
             ("/status", "/api/destinations/all", "/api/destinations/0")] + [host.log()]
    for text in texts:
        assert all(part not in text for part in token.split(".")[1:])
        assert "code=" not in text or "code=***" in text


def test_it_ends_with_status_0_and_tells_its_peers(start_relay, start_host):
    relay, host = start_relay(local=True), start_host()
    bring(host, relay, feed="data")
    host.stop()
    wait_until(lambda: not relay.members("lamp"), "the relay has noticed")
