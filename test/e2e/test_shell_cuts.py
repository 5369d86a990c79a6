# SPDX-License-Identifier: Apache-2.0
"""Streams of relay.resume.v1 survive: a relay that is killed, lines that are dead for a while.

RELAY_E2E_SHELL_RESTARTS=20 for so many restarts, RELAY_E2E_SHELL_BYTES for longer transfers,
RELAY_E2E_SHELL_OUTAGE=60 for outages of so many seconds.
"""

import contextlib
import hashlib
import os
import pathlib
import subprocess
import time

import pytest

from byte_flow import (Progress, both_ways, exchange, expect_gone, expect_reset, in_parallel,
                       receive, send)
from fronts import ConnectProxy
from relay_process import BINARY, DEADLINE, SANITIZED, environment, free_port, wait_until
from shell_process import QUICK, SOON, amount, shell_token

BYTES = amount("BYTES", 48 << 20)
RESTARTS = int(os.environ.get("RELAY_E2E_SHELL_RESTARTS", 2))
OUTAGE = float(os.environ.get("RELAY_E2E_SHELL_OUTAGE", 0))
# Who is silent for so long is taken for gone, so that an outage need not be longer than that.
WATCHFUL = ("--ping-every", "100ms", "--peer-timeout", "400ms")
PIECE = max(1 << 20, BYTES // 64)
PATIENCE = 2 * DEADLINE + OUTAGE


@pytest.fixture
def tunnel(shell):
    return shell.tunnel()


def restart(relay):
    relay.kill()
    relay.start()


# ---- the relay

def test_a_transfer_both_ways_survives_relays_that_are_killed(tunnel):
    near, far = tunnel.open()
    with near, far:
        carry_with_cuts(near, far, BYTES, RESTARTS, lambda: restart(tunnel.relay))
        near.shutdown(1)
        far.shutdown(1)
        assert expect_gone(near) == expect_gone(far) == "end"


def carry_with_cuts(near, far, count, cuts, cut):
    """`count` bytes each way. Each cut comes when its share of them has passed, and hits some that
    are on their way: a sender is a piece or two ahead of its receiver."""
    there, back = Progress(), Progress()
    near.settimeout(PATIENCE)
    far.settimeout(PATIENCE)

    def cut_at_marks():
        for number in range(1, cuts + 1):
            mark = count * number // (cuts + 1)
            wait_until(lambda: min(there.count, back.count) >= mark, "it goes on", PATIENCE)
            cut()

    in_parallel(lambda: send_ahead(near, count, 0, there), lambda: send_ahead(far, count, 1, back),
                lambda: receive(far, count, 0, progress=there),
                lambda: receive(near, count, 1, progress=back), cut_at_marks)


def send_ahead(connection, count, start, progress):
    """A fast machine shall not be done before the first cut."""
    for position in range(0, count, PIECE):
        wait_until(lambda: progress.count >= position - PIECE, "it goes on", PATIENCE)
        send(connection, min(PIECE, count - position), start + position)


def test_a_stream_that_is_idle_survives_as_well(tunnel):
    near, far = tunnel.open()
    with near, far:
        exchange(near, far, 1000)
        for _ in range(RESTARTS):
            restart(tunnel.relay)
        exchange(far, near, 1000)


def test_what_is_sent_while_there_is_no_relay_arrives_later(tunnel):
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
        tunnel.relay.kill()
        send(near, 300_000)
        send(far, 300_000)
        tunnel.relay.start()
        in_parallel(lambda: receive(near, 300_000), lambda: receive(far, 300_000))


def test_an_end_that_comes_while_there_is_no_relay_arrives_later(tunnel):
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
        tunnel.relay.kill()
        send(near, 1000)
        near.shutdown(1)
        tunnel.relay.start()
        receive(far, 1000)
        assert far.recv(1) == b""
        send(far, 1000)
        receive(near, 1000)


def test_many_streams_survive_together(tunnel):
    pairs = [tunnel.open() for _ in range(20)]
    for near, far in pairs:
        exchange(near, far)
    restart(tunnel.relay)
    in_parallel(*[lambda near=near, far=far: both_ways(near, far, 1 << 20) for near, far in pairs])
    for near, far in pairs:
        near.close()
        far.close()


def test_one_rsync_survives_relays_that_are_killed(shell, ssh_server, tmp_path):
    relay = shell.relay()
    shell.host(relay, "--local-port", str(ssh_server.port))
    ssh_server.add_host("cut", ProxyCommand=shell.proxy_command(relay))
    source, folder = tmp_path / "source", tmp_path / "there"
    folder.mkdir()
    make_file(source)

    def arrived():
        return sum(path.stat().st_size for path in list_files(folder))

    # Slow enough that it is not over before the first cut; one process from begin to end.
    speed = max(BYTES // 1024 // (2 + RESTARTS), 1024)
    command = ssh_server.rsync_command(f"--bwlimit={speed}", str(source), f"cut:{folder}/")
    with ssh_server.start_command(*command) as rsync:
        for number in range(1, RESTARTS + 1):
            mark = BYTES * number // (RESTARTS + 2)
            wait_until(lambda: arrived() >= mark or rsync.poll() is not None, "it goes on", 600)
            assert rsync.poll() is None, rsync.communicate()
            restart(relay)
        assert (*rsync.communicate(timeout=600), rsync.returncode) == (b"", b"", 0)
    assert digest(folder / "source") == digest(source)


def list_files(folder):
    with contextlib.suppress(FileNotFoundError):  # rsync renames
        return [path for path in pathlib.Path(folder).iterdir() if path.is_file()]
    return []


def make_file(path):
    with open(path, "wb") as file:
        for _ in range(BYTES >> 20):
            file.write(os.urandom(1 << 20))


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---- lines

class Lines:
    """A relay with a public name, and a line of its own to it for each of host and client."""

    def __init__(self, shell, stack):
        port = free_port()
        self.relay = shell.relay(*WATCHFUL, access_port=port, relay_port=port, local=False,
                                 names=("http://lab.example", "ws://lab.example"))
        target = shell.listener()
        self.host_line, self.client_line = [
            stack.enter_context(ConnectProxy({"lab.example:80": port})) for _ in range(2)]
        shell.host(self.relay, "--local-port", str(target.port), *WATCHFUL,
                   env={"HTTP_PROXY": f"http://127.0.0.1:{self.host_line.port}"})
        client = shell.client(self.relay, *WATCHFUL,
                              env={"HTTP_PROXY": f"http://127.0.0.1:{self.client_line.port}"})
        self.near, self.far = client.connect(), target.accept()
        exchange(self.near, self.far)

    def of(self, who):
        return {"host": [self.host_line], "client": [self.client_line],
                "both": [self.host_line, self.client_line]}[who]


@pytest.fixture
def lines(shell):
    with contextlib.ExitStack() as stack:
        lines = Lines(shell, stack)
        yield lines
        lines.near.close()
        lines.far.close()


@pytest.mark.parametrize("who", ["host", "client", "both"])
def test_a_transfer_survives_lines_that_are_dead_longer_than_anyone_waits(lines, who):
    def outage():
        for line in lines.of(who):
            line.stall()
        wait_until(lambda: not lines.relay.legs(), "the relay has given up both ends")
        time.sleep(OUTAGE)  # 0 unless asked for
        for line in lines.of(who):
            line.resume()  # and what was held for the lost connections passes, too late

    carry_with_cuts(lines.near, lines.far, BYTES // 4, 1, outage)


@pytest.mark.parametrize("who", ["host", "client"])
def test_a_transfer_survives_connections_that_break(lines, who):
    def cut():
        for line in lines.of(who):
            line.cut()

    carry_with_cuts(lines.near, lines.far, BYTES // 4, 3, cut)


@pytest.fixture
def other_network():
    """The name of a network of its own, its address, and ours there."""
    name, ours, theirs = f"relay{os.getpid()}", "10.213.77.1", "10.213.77.2"

    def ip(*arguments):
        return subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)

    try:
        made = os.getuid() == 0 and ip("netns", "add", name).returncode == 0
    except FileNotFoundError:
        made = False
    if not made:
        pytest.skip("no networks can be made here; the test with dead lines stands in for this")
    try:
        steps = [("link", "add", f"{name}a", "type", "veth", "peer", "name", f"{name}b"),
                 ("link", "set", f"{name}b", "netns", name),
                 ("addr", "add", f"{ours}/30", "dev", f"{name}a"),
                 ("-n", name, "addr", "add", f"{theirs}/30", "dev", f"{name}b"),
                 ("link", "set", f"{name}a", "up"),
                 ("-n", name, "link", "set", f"{name}b", "up"),
                 ("-n", name, "link", "set", "lo", "up")]
        for step in steps:
            if (done := ip(*step)).returncode:
                pytest.skip(f"ip {' '.join(step)}: {done.stderr}")
        yield name, ours, lambda state: ip("link", "set", f"{name}a", state)
    finally:
        ip("link", "del", f"{name}a")
        ip("netns", "del", name)


def test_a_transfer_survives_a_network_that_is_cut(shell, other_network):
    network, address, set_link = other_network
    port = free_port()
    relay = shell.relay(*WATCHFUL, listen="0.0.0.0", access_port=port, relay_port=port,
                        local=False, names=(f"http://{address}:{port}", f"ws://{address}:{port}"))
    target = shell.listener()
    shell.host(relay, "--local-port", str(target.port), *WATCHFUL)
    command = ["ip", "netns", "exec", network, BINARY, "shell", "client", "--stdio", "--session",
               relay.session(), *QUICK, *WATCHFUL]
    with subprocess.Popen(command, env=environment(RELAY_TOKEN=shell_token(relay)), bufsize=0,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        near = Pipes(client.stdin, client.stdout)
        with target.accept() as far:
            def outage():
                set_link("down")
                wait_until(lambda: not relay.legs(), "the relay has given it up")
                time.sleep(OUTAGE)
                set_link("up")

            exchange(near, far)
            carry_with_cuts(near, far, BYTES // 4, 1, outage)
            near.shutdown(1)
            far.shutdown(1)
            assert client.wait(DEADLINE) == 0


class Pipes:
    """Standard input and output of a child, as if they were a socket."""

    def __init__(self, stdin, stdout):
        self.stdin, self.stdout = stdin, stdout

    def send(self, piece):
        return self.stdin.write(piece)

    def recv_into(self, buffer):
        return self.stdout.readinto(buffer)

    def shutdown(self, _):
        self.stdin.close()

    def settimeout(self, _):
        pass


# ---- who does not come back

def test_a_host_that_was_killed_has_forgotten_the_stream(tunnel):
    """The client hears so from the next one, and the user's program gets an error, not an end."""
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
        tunnel.host.kill()
        tunnel.host.start()
        expect_reset(near)


def test_a_host_that_does_not_come_back_is_given_up(shell):
    tunnel = shell.tunnel(client_flags=("--give-up", "1s"))
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
        begin = time.monotonic()
        tunnel.host.kill()
        expect_reset(near)
        assert time.monotonic() - begin < 1 + SOON
    with tunnel.client.connect() as refused:
        expect_reset(refused)


def test_a_client_that_does_not_come_back_is_given_up(shell):
    tunnel = shell.tunnel(host_flags=("--give-up", "1s"))
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
        begin = time.monotonic()
        tunnel.client.kill()
        expect_reset(far)
        assert 0.9 < time.monotonic() - begin < 1 + SOON


def test_a_host_that_is_killed_ends_a_plain_stream_at_once(shell):
    tunnel = shell.tunnel(client_flags=("--resume=false",))
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
        tunnel.host.kill()
        expect_reset(near, SOON)


def test_a_client_that_is_killed_ends_a_plain_stream_at_once(shell):
    tunnel = shell.tunnel(client_flags=("--resume=false",))
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
        tunnel.client.kill()
        expect_reset(far, SOON)


def test_a_relay_that_is_killed_ends_a_plain_stream_at_once(shell):
    tunnel = shell.tunnel(client_flags=("--resume=false",))
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
        tunnel.relay.kill()
        expect_reset(near, SOON)
        expect_reset(far, SOON)
        tunnel.relay.start()


@pytest.mark.parametrize("flags", [(), ("--resume=false",)], ids=["resumable", "plain"])
@pytest.mark.parametrize("who", ["host", "client"])
def test_a_program_that_is_stopped_ends_its_streams_at_once(shell, who, flags):
    """As a failure: the bytes that had not come are no end of file."""
    tunnel = shell.tunnel(client_flags=flags)
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
        getattr(tunnel, who).stop()
        expect_reset(near, SOON)
        expect_reset(far, SOON)


def test_a_token_that_expires_ends_a_stream_that_would_resume(shell):
    """The relay does not let the client come back, who therefore does not try for minutes."""
    relay, target = shell.relay(), shell.listener()
    shell.host(relay, "--local-port", str(target.port))
    enough_to_start = 10 if SANITIZED else 3  # seconds
    client = shell.client(relay, exp=int(time.time()) + enough_to_start)
    near, far = client.connect(), target.accept()
    with near, far:
        exchange(near, far)
        expect_reset(near)
        expect_reset(far)
