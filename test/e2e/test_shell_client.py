# SPDX-License-Identifier: Apache-2.0
"""How a shell client listens, and what it reads anew: Unix sockets, several relays, token files."""

import os
import socket
import stat

import pytest

import tokens
from byte_flow import exchange, expect_reset
from relay_process import DEADLINE, wait_until
from shell_process import TOPIC, Tunnel, shell_token


@pytest.fixture
def path(tmp_path):
    return tmp_path / "machine"


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(DEADLINE)
    connection.connect(str(path))
    return connection


def test_a_unix_socket_is_for_its_user_alone_and_goes_with_the_client(shell, path):
    tunnel = shell.tunnel(client_flags=("--listen", f"unix:{path}"))
    assert tunnel.client.local == f"unix:{path}"
    mode = path.stat().st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600
    with connect(path) as near, tunnel.target.accept() as far:
        exchange(near, far, 100_000)
    tunnel.client.stop()
    assert not path.exists()


def test_a_unix_socket_that_was_left_behind_is_replaced(shell, path):
    flags = ("--listen", f"unix:{path}")
    tunnel = shell.tunnel(client_flags=flags)
    tunnel.client.kill()
    assert path.exists()
    shell.client(tunnel.relay, *flags)
    with connect(path) as near, tunnel.target.accept() as far:
        exchange(near, far)


def test_a_unix_socket_in_use_is_left_to_its_client(shell, path):
    flags = ("--listen", f"unix:{path}")
    tunnel = shell.tunnel(client_flags=flags)
    with pytest.raises(AssertionError, match="did not start"):
        shell.client(tunnel.relay, *flags)
    with connect(path) as near:
        near.sendall(b"me")  # the second client may have looked whether somebody listens
        with tunnel.target.accept_who_says(b"me") as far:
            exchange(near, far)


def test_a_file_that_is_no_socket_is_left_alone(shell, path):
    path.write_text("a letter")
    with pytest.raises(AssertionError, match="did not start"):
        shell.client(shell.relay(), "--listen", f"unix:{path}")
    assert path.read_text() == "a letter"


def test_a_stream_goes_on_through_the_relay_that_stands_in_for_a_lost_one(shell):
    first, second, target = shell.relay(), shell.relay(), shell.listener()
    both = {"session": f"{first.session()} {second.session()}",
            "aud": [first.audience, second.audience]}
    host = shell.host(first, "--local-port", str(target.port), **both)
    tunnel = Tunnel(first, host, shell.client(first, **both), target)
    near, far = tunnel.open()
    with near, far:
        exchange(near, far, 100_000)
        assert len(first.legs()) == 2 and not second.legs()
        first.kill()
        exchange(near, far, 100_000)
        assert len(second.legs()) == 2


@pytest.mark.parametrize("role", ["host", "client"])
def test_a_token_that_is_renewed_in_its_file_is_used_for_the_next_connection(shell, tmp_path, role):
    relay, target = shell.relay(), shell.listener()
    file, env = tmp_path / "token", {"RELAY_TOKEN": ""}

    def renew(booking):
        new = tmp_path / "new"
        new.write_text(shell_token(relay, role, booking_id=booking) + "\n")
        os.replace(new, file)

    renew("old")
    flags = {role: ("--token-file", str(file))}
    host = shell.host(relay, "--local-port", str(target.port), *flags.get("host", ()),
                      env=env if role == "host" else None)
    client = shell.client(relay, *flags.get("client", ()), env=env if role == "client" else None)
    tunnel = Tunnel(relay, host, client, target)
    near, far = tunnel.open()
    exchange(near, far)
    relay.deny("old")
    if role == "client":
        expect_reset(near)
        expect_reset(far)
        with client.connect() as refused:
            expect_reset(refused)
    renew("new")
    if role == "host":
        host.wait_connected_again()
        exchange(near, far)  # what stands needs the client's booking only
    for end in (near, far):
        end.close()
    near, far = tunnel.open()
    with near, far:
        exchange(near, far)


def test_a_client_without_a_good_token_says_so_and_does_not_insist(shell, run_command):
    relay = shell.relay()
    for token, reason in ((shell_token(relay, exp=1), "token invalid"),
                          (shell_token(relay, topic="other"), "ShellID Does Not Match Token")):
        status, output, errors = run_command("shell", "client", "--stdio", "--session",
                                             relay.session(), RELAY_TOKEN=token)
        assert status != 0 and output == ""
        assert reason in errors and token not in errors
    wait_until(lambda: not relay.members(TOPIC), "nobody is left")
    assert tokens.SECRET not in relay.log()
