# SPDX-License-Identifier: Apache-2.0
"""When one end of a stream ends the other one does, within a second; and nothing is left over.

RELAY_E2E_SHELL_CONNECTIONS=10000 for so many.
"""

import os
import signal

import pytest

from byte_flow import exchange, expect_end, expect_gone, expect_reset, in_parallel, reset
from openssh import seconds_to_end
from relay_process import DEADLINE, SANITIZED, wait_until
from shell_process import SOON, amount

CONNECTIONS = amount("CONNECTIONS", 500)
FORMS = {"resumable": (), "plain": ("--resume=false",)}
MIB = 1 << 20


@pytest.fixture(params=FORMS)
def tunnel(request, shell):
    return shell.tunnel(client_flags=FORMS[request.param])


@pytest.mark.parametrize("who", ["near", "far"])
def test_an_end_reaches_the_other_end(tunnel, who):
    near, far = tunnel.open()
    ending, other = (near, far) if who == "near" else (far, near)
    exchange(near, far)
    ending.close()
    expect_end(other, SOON)
    other.close()
    tunnel.relay.wait_legs(0, seconds=SOON)


@pytest.mark.parametrize("who", ["near", "far"])
def test_a_reset_reaches_the_other_end(tunnel, who):
    near, far = tunnel.open()
    ending, other = (near, far) if who == "near" else (far, near)
    exchange(near, far)
    reset(ending)
    expect_gone(other, SOON)  # the plain form knows only one kind of end
    other.close()
    tunnel.relay.wait_legs(0, seconds=SOON)


def test_users_who_go_before_the_host_came_leave_nothing(tunnel):
    before = [process.descriptors() for process in tunnel.processes()]
    for _ in range(20):
        reset(tunnel.client.connect())
    with tunnel.client.connect() as near:
        near.sendall(b"I stay")
        tunnel.target.accept_who_says(b"I stay").close()  # the host may have dialled for others
    assert_left_over(tunnel, before)


def assert_left_over(tunnel, before):
    tunnel.relay.wait_legs(0)
    for process, count in zip(tunnel.processes(), before):
        wait_until(lambda: process.descriptors() <= count,
                   f"{process.arguments[2]} has its {count} descriptors again")


# ---- ssh

@pytest.fixture(params=["proxy command", "listener"])
def lab(request, shell, ssh_server):
    relay = shell.relay()
    shell.host(relay, "--local-port", str(ssh_server.port))
    name = f"ending-{relay.access_port}"
    if request.param == "listener":
        ssh_server.add_host(name, Port=shell.client(relay).port)
    else:
        ssh_server.add_host(name, ProxyCommand=shell.proxy_command(relay))
    return ssh_server, name, relay


def start_session(server, name):
    process = server.start_ssh(name, "echo here; exec cat")
    assert process.stdout.readline() == b"here\n", process.stderr.read()
    return process


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_when_ssh_ends_the_side_of_sshd_ends(lab, how):
    server, name, relay = lab
    with start_session(server, name) as process:
        assert server.sessions()
        process.send_signal(how)
        process.wait(DEADLINE)
        wait_until(lambda: not server.sessions(), "sshd's side is closed", SOON)
        relay.wait_legs(0, seconds=SOON)


def test_when_a_command_is_done_everything_is(lab):
    server, name, relay = lab
    assert server.ssh(name, "echo done") == "done\n"
    wait_until(lambda: not server.sessions(), "sshd's side is closed", SOON)
    relay.wait_legs(0, seconds=SOON)


def test_when_the_side_of_sshd_ends_ssh_ends(lab):
    server, name, relay = lab
    with start_session(server, name) as process:
        child, = server.sessions()
        os.kill(child, signal.SIGKILL)  # sshd itself misses a SIGTERM now and then
        assert seconds_to_end(process, DEADLINE) < SOON
        relay.wait_legs(0, seconds=SOON)


# ---- many

def one(tunnel, number):
    """A connection that ends in one of four ways."""
    near, far = tunnel.open()
    with near, far:
        near.sendall(b"question")
        assert far.recv(8, 0x100) == b"question"  # MSG_WAITALL
        far.sendall(b"answer")
        assert near.recv(6, 0x100) == b"answer"
        if number % 4 == 0:
            near.close()
            expect_end(far)
        elif number % 4 == 1:
            far.close()
            expect_end(near)
        elif number % 4 == 2:
            reset(near)
            expect_gone(far)
        else:
            reset(far)
            expect_gone(near)


def test_many_connections_leave_neither_descriptors_nor_memory(tunnel):
    before = [process.descriptors() for process in tunnel.processes()]
    warm, rest = CONNECTIONS // 2, CONNECTIONS // 2
    for number in range(warm):
        one(tunnel, number)
    assert_left_over(tunnel, before)
    resident = [process.resident() for process in tunnel.processes()]
    for number in range(rest):
        one(tunnel, number)
    assert_left_over(tunnel, before)
    for process, memory in zip(tunnel.processes(), resident):
        growth = process.resident() - memory
        print(f"{process.arguments[2]}: {growth} bytes more after {rest} connections")
        assert SANITIZED or growth < MIB, process.arguments[2]


def test_many_connections_at_once_leave_nothing(tunnel):
    before = [process.descriptors() for process in tunnel.processes()]
    for _ in range(max(1, CONNECTIONS // 250)):
        pairs = [tunnel.open() for _ in range(min(100, CONNECTIONS))]
        tunnel.relay.wait_legs(2 * len(pairs))
        in_parallel(*[near.close for near, _ in pairs])
        for _, far in pairs:
            expect_end(far)
            far.close()
    assert_left_over(tunnel, before)


def test_a_client_takes_no_more_than_its_limit_at_once(shell):
    tunnel = shell.tunnel(client_flags=("--connections", "2"))
    first, second = tunnel.open(), tunnel.open()
    third = tunnel.client.connect()  # accepted by the kernel, not by the client
    exchange(*second)
    assert not tunnel.target.is_asked()
    first[0].close()
    first[1].close()
    with third, tunnel.target.accept() as far:
        exchange(third, far)
    for connection in second:
        connection.close()


@pytest.mark.parametrize("form", FORMS)
def test_a_host_refuses_more_than_its_limit_at_once(shell, form):
    tunnel = shell.tunnel(host_flags=("--connections", "2"), client_flags=FORMS[form])
    ends = [tunnel.open() for _ in range(2)]
    with tunnel.client.connect() as third:
        expect_reset(third)
    for near, far in ends:
        exchange(near, far)
        near.close()
        far.close()
    tunnel.relay.wait_legs(0)
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)
