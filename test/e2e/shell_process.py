# SPDX-License-Identifier: Apache-2.0
"""`relay shell relay`, `host` and `client` as their users run them, and a tunnel of the three."""

import contextlib
import os
import shlex
import socket

import tokens
from byte_flow import Listener
from relay_process import BINARY, DEADLINE, SANITIZED, Process, Relay, scaled, wait_until

TOPIC = "spin30"
RESUME = "relay.resume.v1"
QUICK = ("--retry-min", "20ms", "--retry-max", "100ms")
# What the specification wants within a second; sanitizers are slow, and so are tests side by side.
SOON = 10 if SANITIZED else 3 if "PYTEST_XDIST_WORKER" in os.environ else 1


def amount(name, default):
    """How much of something: RELAY_E2E_SHELL_<name>, or what takes little time."""
    return int(os.environ.get(f"RELAY_E2E_SHELL_{name}", scaled(default)))


def shell_token(relay, role="client", topic=TOPIC, **claims):
    """A token for one role, or several with blanks between them; `relay` may be an audience."""
    audience = getattr(relay, "audience", relay)
    return tokens.token(**{"topic": topic, "prefix": "shell", "scopes": role.split(),
                           "aud": audience, "booking_id": None, **claims})


class ShellRelay(Relay):
    command = ("shell", "relay")

    def session(self, topic=TOPIC, prefix="shell"):
        return f"{self.audience}/{prefix}/{topic}"

    def ask(self, role="client", topic=TOPIC, path=None, query="", **claims):
        """The answer to an access request."""
        return self.call("POST", (path or f"/shell/{topic}") + query,
                         shell_token(self, role, topic, **claims))

    def shell_uri(self, role="client", topic=TOPIC, **options):
        """An address with a fresh code."""
        answer = self.ask(role, topic, **options)
        assert answer.status == 200, answer.body
        return self.local(answer.json["uri"])

    def legs(self, topic=TOPIC):
        """The ends of byte streams, as its status lists them."""
        return [entry for entry in self.status() if entry["topic"].startswith(topic + "/")]

    def wait_legs(self, count, topic=TOPIC, seconds=DEADLINE):
        wait_until(lambda: len(self.legs(topic)) == count, f"{count} ends of streams", seconds)


class _Application(Process):
    """What has the token of one role on a topic of a relay."""

    def __init__(self, folder, relay, *flags, session=None, topic=TOPIC, env=None, **claims):
        super().__init__(folder, ["shell", self.role],
                         ["--session", session or relay.session(topic), *QUICK, *flags],
                         {"RELAY_TOKEN": shell_token(relay, self.role, topic, **claims),
                          **(env or {})})


class ShellHost(_Application):
    role = "host"

    def start(self):
        assert self.launch() == {"event": "connected"}
        return self

    def wait_connected_again(self):
        assert self.next_line() == {"event": "connected"}, self.log()


class ShellClient(_Application):
    role = "client"

    def __init__(self, folder, relay, *flags, **options):
        super().__init__(folder, relay, "--local-port", "0", *flags, **options)

    def start(self):
        told = self.launch()
        assert told["event"] == "listening"
        self.local = told["local"]
        host, _, port = self.local.rpartition(":")
        if host != "unix":
            assert host == "127.0.0.1", told
            self.port = int(port)
        return self

    def connect(self, receive_buffer=None):
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.connect(("127.0.0.1", self.port))  # with a time limit it would tell of a reset
        connection.settimeout(DEADLINE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


class Tunnel:
    """A relay, a host whose target is the test's own listener, and a client."""

    def __init__(self, relay, host, client, target):
        self.relay, self.host, self.client, self.target = relay, host, client, target

    def open(self, near_buffer=None):
        """Both ends of a new stream: the user's socket, and the one that the target has got."""
        near = self.client.connect(near_buffer)
        return near, self.target.accept()

    def processes(self):
        return self.relay, self.host, self.client


class Shell:
    """Starts them; at the end each has to stop well, the last first."""

    def __init__(self, make_folder):
        self.make_folder = make_folder
        self.stack = contextlib.ExitStack()
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        with self.stack:
            for process in reversed(self.running):
                if process.is_running():
                    process.stop() if kind is None else process.kill()

    def _started(self, process):
        process.start()
        self.running.append(process)
        return process

    def relay(self, *flags, **options):
        return self._started(ShellRelay(self.make_folder("relay"), *flags,
                                        **{"local": True, **options}))

    def host(self, relay, *flags, **options):
        return self._started(ShellHost(self.make_folder("host"), relay, *flags, **options))

    def client(self, relay, *flags, **options):
        return self._started(ShellClient(self.make_folder("client"), relay, *flags, **options))

    def listener(self, **options):
        return self.stack.enter_context(Listener(**options))

    def tunnel(self, relay_flags=(), host_flags=(), client_flags=(), **options):
        relay, target = self.relay(*relay_flags), self.listener(**options)
        host = self.host(relay, "--local-port", str(target.port), *host_flags)
        return Tunnel(relay, host, self.client(relay, *client_flags), target)

    def proxy_command(self, relay, *flags, topic=TOPIC, **claims):
        """For ssh's configuration: the client on standard input and output."""
        token_file = self.make_folder("token") / "token"
        token_file.write_text(shell_token(relay, "client", topic, **claims) + "\n")
        return shlex.join([BINARY, "shell", "client", "--stdio", "--session", relay.session(topic),
                           "--token-file", str(token_file), *QUICK, *flags]).replace("%", "%%")
