# SPDX-License-Identifier: Apache-2.0
"""What programs beside an experiment send to a session host, and how costly the host is."""

import contextlib
import pathlib
import re
import struct
import subprocess
import threading
import time

import websockets

import tokens
import transport_stream
from raw_websocket import RawSocket
from relay_process import wait_until

VIDEO_PID = transport_stream.VIDEO_PID
START_OF_PES = b"\x00\x00\x01\xe0"


class Camera:
    """A chunked POST of MPEG-TS to a feed, as ffmpeg makes it."""

    def __init__(self, host, feed="video"):
        self.socket = RawSocket(host.port)
        self.socket.send(f"POST /ts/{feed} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n".encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.send(b"%x\r\n" % len(data) + data + b"\r\n")

    def end(self):
        """The end of the body; the status of the host's answer."""
        self.socket.send(b"0\r\n\r\n")
        return self.socket.read_answer()[0]


class Pictures:
    """Numbered pictures of so many packets (a multiple of 16: counters then go on by themselves),
    made quickly; as encoders do, only the last packet is stuffed."""

    def __init__(self, packets, intra_every=5):
        assert packets % 16 == 0
        self.packets, self.intra_every = packets, intra_every
        self.forms = {intra: self._form(intra) for intra in (True, False)}
        self.number_at = self.forms[True].index(START_OF_PES) + 13

    def _form(self, intra):
        room = transport_stream.PACKET - 4
        first = START_OF_PES + b"\x00\x00\x80\x00\x00" + (
            b"\x00\x00\x01\xb3" if intra else b"\x00\x00\x01\x00") + bytes(8)
        parts = [first.ljust(room, b"\xaa")]
        parts += [b"\xaa" * room] * (self.packets - 2) + [b"\xaa" * (room - 20)]
        return b"".join(transport_stream.packet(VIDEO_PID, part, starts=i == 0, counter=i)
                        for i, part in enumerate(parts))

    def make(self, number):
        form = self.forms[number % self.intra_every == 0]
        return form[:self.number_at] + struct.pack("!Q", number) + form[self.number_at + 8:]


def send_paced(camera, pictures, first, count, interval):
    """So many pictures, one per interval in seconds."""
    begin = time.monotonic()
    for i in range(count):
        camera.send(pictures.make(first + i))
        left = begin + (i + 1) * interval - time.monotonic()
        if left > 0:
            time.sleep(left)  # a camera's pace, not a wait for an event
    return first + count


@contextlib.contextmanager
def repeating(action):
    """Calls the action again and again meanwhile, in a thread; its errors are the test's."""
    ended, errors = threading.Event(), []

    def run():
        try:
            while not ended.is_set():
                action()
        except Exception as error:  # told below
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert not errors, errors[0]


def bring(host, relay, feed="video", topic="lamp", identity="0", port=None, **fields):
    """A rule from a feed or stream to a topic of the relay, by its access address or by a front's
    port, and the wait until it is connected."""
    fields.setdefault("token", tokens.token(topic=topic, aud=relay.audience, booking_id="host"))
    access = f"http://127.0.0.1:{port}" if port else relay.audience
    host.add_destination(f"{access}/session/{topic}", feed, identity, **fields)
    host.wait_connected(identity)


def wait_publishing(host, feed, present=True):
    """Until the feed has, or has not any more, a publisher."""
    wait_until(lambda: host.call("GET", "/status").json["feeds"].get(feed, {}).get("publisher",
               False) == present, f"publisher of {feed}: {present}")


def voluntary_switches(pid):
    """How often the threads of the process have waited for something, so far: each time one wakes
    up and finds nothing more to do."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            status = (task / "status").read_text()
            total += int(re.search(r"\nvoluntary_ctxt_switches:\s+(\d+)", status)[1])
    return total


def switches_per_second(process, seconds):
    """Of the process, over so long."""
    before, begin = voluntary_switches(process.pid), time.monotonic()
    time.sleep(seconds)  # a rate is measured over time
    return (voluntary_switches(process.pid) - before) / (time.monotonic() - begin)


def processor_nanoseconds(pid):
    """Of all its threads, by the scheduler's count: ticks are too coarse for short work."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            total += int((task / "schedstat").read_text().split()[0])
    return total


def start_ffmpeg(*arguments, **options):
    return subprocess.Popen(["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error",
                             *map(str, arguments)],
                            **{"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, **options})


NOWHERE = "ws://127.0.0.1:1/x"  # nobody listens there


def feed_uri(host, feed):
    return f"ws://127.0.0.1:{host.port}/ws/{feed}"


def post(host, what, rule):
    answer = host.call("POST", f"/api/{what}", rule)
    assert answer.status == 200, answer.body


def destination(identity="0", stream="stream/front", target=NOWHERE, **fields):
    return {"id": identity, "stream": stream, "destination": target, **fields}


@contextlib.asynccontextmanager
async def peer_of_hosts(on_connection):
    """A WebSocket server that is no relay; yields its address."""
    async with websockets.serve(on_connection, "127.0.0.1", 0, max_size=None, compression=None,
                                ping_interval=None, close_timeout=0.1) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
