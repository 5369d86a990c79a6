# SPDX-License-Identifier: Apache-2.0
"""A relay as its users have it: the program, its addresses, and the calls that clients make."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time
import urllib.parse

import websockets

import tokens

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.path.abspath(os.environ.get("RELAY_BIN", ROOT / "build/bin/relay"))
RELAY_FQDN = "wss://lab.example/ed0/relay"
# Everything waits for an event, and no longer than this; sanitizers and busy machines are slow.
DEADLINE = 30
SCALE = float(os.environ.get("RELAY_E2E_SCALE", "1"))
SANITIZED = any(mark in pathlib.Path(BINARY).read_bytes()
                for mark in (b"__asan_init", b"__tsan_init"))

_REPORTS = ("ERROR: AddressSanitizer", "WARNING: ThreadSanitizer", "runtime error:",
            "ERROR: LeakSanitizer", "Assertion")


def scaled(count):
    """A number of repetitions, fewer when RELAY_E2E_SCALE says so."""
    return max(1, int(count * SCALE))


def environment(**settings):
    """Nothing of the caller's but what programs and sanitizers need."""
    kept = {name: value for name, value in os.environ.items()
            if name in ("PATH", "HOME", "TMPDIR") or name.endswith("SAN_OPTIONS")}
    return {**kept, **settings}


def free_port():
    """A port below those that the kernel gives out by itself, which is kept from other tests that
    run at the same time: bound for good, but nobody listens there. A server may, since servers
    allow the reuse of addresses."""
    for port in range(20000 + os.getpid() * 997 % 10000, 32000):
        reservation = socket.socket()
        try:
            reservation.bind(("127.0.0.1", port))
        except OSError:
            reservation.close()
            continue
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _reservations.append(reservation)
        return port
    raise RuntimeError("no free port")


_reservations = []


def wait_until(condition, what, seconds=DEADLINE):
    """For what cannot be awaited: /proc, and answers to questions."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.01)
    return value


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


def call(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


class Process:
    """A command of the relay that runs until it is stopped."""

    def __init__(self, folder, command, flags, env):
        self.folder = pathlib.Path(folder)
        self.arguments = [BINARY, *command, *flags]
        self.env = environment(**env)
        self.process = None
        self.log_path = self.folder / f"log-{len(list(self.folder.iterdir()))}"

    def launch(self):
        """Starts it; the one line of JSON that it prints when it listens."""
        self.log_file = open(self.log_path, "ab")
        self.process = subprocess.Popen(self.arguments, env=self.env, stdout=subprocess.PIPE,
                                        stderr=self.log_file, cwd=self.folder, bufsize=0)
        told = self.next_line()
        if told is None:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.arguments} did not start: {self.log()}")
        return told

    def next_line(self):
        """The next line of JSON that it prints; None when there is none in time."""
        ready, _, _ = select.select([self.process.stdout], [], [], DEADLINE)
        line = self.process.stdout.readline() if ready else b""
        return json.loads(line) if line else None

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, with_signal=signal.SIGTERM):
        """Ends it as an operator does; it has to end well."""
        if not self.is_running():
            raise AssertionError(f"it has ended by itself: {self.log()}")
        self.process.send_signal(with_signal)
        try:
            status = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it did not stop: {self.log()[-4000:]}") from None
        self.close_files()
        log = self.log()
        assert status == 0, f"status {status}: {log[-4000:]}"
        assert not any(mark in log for mark in _REPORTS), log[-8000:]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.close_files()

    def close_files(self):
        self.process.stdout.close()
        self.log_file.close()

    def log(self):
        return self.log_path.read_text(errors="replace")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def resident(self):
        """Bytes of memory."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Relay(Process):
    """By default it has a public name, behind which the tests find it at this machine; a local one
    (`local=True`) is named after its ports, so that other programs find it as well; `names`: its
    access and relay FQDN are these."""

    command = ("session", "relay")

    def __init__(self, folder, *flags, access_port=0, relay_port=0, local=False, names=None,
                 listen="127.0.0.1", secret=tokens.SECRET, env=None):
        self.audience, self.relay_fqdn = names or (tokens.AUDIENCE, RELAY_FQDN)
        if local:
            access_port, relay_port = access_port or free_port(), relay_port or free_port()
            self.audience = f"http://127.0.0.1:{access_port}"
            self.relay_fqdn = f"ws://127.0.0.1:{relay_port}"
        settings = ["--listen", listen, "--state-dir", str(pathlib.Path(folder) / "state"),
                    "--access-fqdn", self.audience, "--access-port", str(access_port),
                    "--relay-fqdn", self.relay_fqdn, "--relay-port", str(relay_port)]
        super().__init__(folder, self.command, settings + list(flags),
                         {"RELAY_SECRET": secret, **(env or {})})

    def start(self):
        ports = self.launch()
        assert ports["event"] == "listening"
        self.access_port = int(ports["access"].rpartition(":")[2])
        self.relay_port = int(ports["relay"].rpartition(":")[2])
        return self

    # ---- the access API

    def call(self, method, path, token=None, body=None, headers=None):
        fields = {} if token is None else {"Authorization": token}
        return call(self.access_port, method, path, body, {**fields, **(headers or {})})

    def deny(self, booking, expires=4_000_000_000):
        query = urllib.parse.urlencode({"bid": booking, "exp": expires})
        answer = self.call("POST", f"/bids/deny?{query}", tokens.admin_token(self.audience))
        assert answer.status == 204, answer.body

    def allow(self, booking, expires=4_000_000_000):
        query = urllib.parse.urlencode({"bid": booking, "exp": expires})
        answer = self.call("POST", f"/bids/allow?{query}", tokens.admin_token(self.audience))
        assert answer.status == 204, answer.body

    def bookings(self, which):
        answer = self.call("GET", f"/bids/{which}", tokens.admin_token(self.audience))
        return answer.json["booking_ids"]

    def status(self):
        return self.call("GET", "/status", tokens.stats_token(self.audience)).json

    def members(self, topic):
        return [entry for entry in self.status() if entry["topic"] == topic
                and entry["remote_addr"] != "internal"]

    # ---- WebSockets

    def uri(self, topic="lamp", token=None, **claims):
        """An address with a fresh code, at this machine instead of the public name."""
        token = token or tokens.token(**{"topic": topic, "aud": self.audience, **claims})
        answer = self.call("POST", f"/session/{urllib.parse.quote(topic, safe='')}", token)
        assert answer.status == 200, answer.body
        return self.local(answer.json["uri"])

    def local(self, uri):
        assert uri.startswith(self.relay_fqdn + "/"), uri
        here = urllib.parse.urlsplit(uri)._replace(scheme="ws",
                                                   netloc=f"127.0.0.1:{self.relay_port}")
        return here.geturl()

    def connect(self, uri, **options):
        """A foreign client, python3-websockets; to be awaited or used as a context."""
        settings = {"max_size": 64 << 20, "max_queue": None, "ping_interval": None,
                    "compression": None,
                    "open_timeout": DEADLINE, "close_timeout": DEADLINE, **options}
        return websockets.connect(uri, **settings)

    def join(self, topic="lamp", **claims):
        return self.connect(self.uri(topic, **claims))

    @contextlib.asynccontextmanager
    async def crowd(self, count, topic="lamp", **claims):
        """So many members of one topic."""
        async with contextlib.AsyncExitStack() as stack:
            yield [await stack.enter_async_context(self.join(topic, **claims))
                   for _ in range(count)]


class Host(Process):
    """`relay session host`, which brings feeds to relays."""

    def __init__(self, folder, *flags):
        super().__init__(folder, ["session", "host"], ["--port", "0", *flags], {})

    def start(self):
        told = self.launch()
        self.port = int(told["host"].rpartition(":")[2])
        self.ts = told.get("ts", [])  # the addresses of --ts-listen
        return self

    def call(self, method, path, body=None, headers=None):
        return call(self.port, method, path, body if body is None else json.dumps(body), headers)

    def add(self, destination, stream, feeds, identity="0", **fields):
        """A rule that brings the feeds to a destination."""
        answer = self.call("POST", "/api/streams", {"stream": stream, "feeds": feeds})
        assert answer.status == 200, answer.body
        self.add_destination(destination, stream, identity, **fields)

    def add_destination(self, destination, stream, identity="0", **fields):
        answer = self.call("POST", "/api/destinations",
                           {"id": identity, "stream": stream, "destination": destination, **fields})
        assert answer.status == 200, answer.body

    def destination(self, identity="0"):
        return self.call("GET", "/status").json["destinations"][identity]

    def wait_connected(self, identity="0"):
        wait_until(lambda: self.destination(identity)["state"] == "connected", "the host connects")
