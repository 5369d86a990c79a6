# SPDX-License-Identifier: Apache-2.0
"""Real OpenSSH, rsync and dropbear through client, relay and host.

RELAY_E2E_SHELL_BYTES=1073741824 for files of 1 GiB, RELAY_E2E_SHELL_COMMANDS=200 for so many short
commands with a connection each.
"""

import contextlib
import fcntl
import hashlib
import http.server
import os
import select
import struct
import subprocess
import termios
import threading
import time

import pytest

from byte_flow import in_parallel
from openssh import ALIAS, USER
from pseudo_terminal import open_pair
from relay_process import BINARY, DEADLINE, environment, free_port, scaled, wait_until
from shell_process import QUICK, TOPIC, amount, shell_token

BYTES = amount("BYTES", 24 << 20)
COMMANDS = amount("COMMANDS", 20)
WAYS = {"proxy command": "lab", "listener": "lab-port"}


@pytest.fixture(scope="module")
def laboratory(shared_shell, ssh_server):
    """sshd behind a host; `ssh lab` goes by ProxyCommand, `ssh lab-port` by a client's port."""
    relay = shared_shell.relay()
    shared_shell.host(relay, "--local-port", str(ssh_server.port))
    client = shared_shell.client(relay)
    ssh_server.add_host("lab", ProxyCommand=shared_shell.proxy_command(relay))
    ssh_server.add_host("lab-port", Port=client.port)
    ssh_server.port_of_client = client.port
    yield ssh_server
    wait_until(lambda: not ssh_server.sessions(), "sshd has seen the ends of all sessions")


@pytest.fixture(params=WAYS)
def name(request):
    return WAYS[request.param]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.fixture(scope="module")
def big_file(tmp_path_factory):
    """Random contents."""
    path = tmp_path_factory.mktemp("files") / "big"
    with open(path, "wb") as file:
        for _ in range(BYTES >> 20):
            file.write(os.urandom(1 << 20))
        file.write(b"and no whole MiB")
    return path


def test_a_command_runs_and_its_streams_and_status_come_back(laboratory, name):
    assert laboratory.ssh(name, "cat; echo done", stdin="typed\n") == "typed\ndone\n"
    with laboratory.start_ssh(name, "echo out; echo err >&2; exit 37") as process:
        assert process.communicate(timeout=DEADLINE) == (b"out\n", b"err\n")
        assert process.returncode == 37


def test_a_large_output_and_a_large_input_pass(laboratory, name):
    count = scaled(20_000)
    assert laboratory.ssh(name, f"seq {count}") == "".join(f"{n + 1}\n" for n in range(count))
    text = "line\n" * count
    assert laboratory.ssh(name, "wc -c", stdin=text).strip() == str(len(text))


# ---- interactive

class Terminal:
    """What a user sees and types."""

    def __init__(self, server, *arguments, rows, columns):
        self.screen, user_side = open_pair()
        self.resize(rows, columns)
        self.seen = b""
        self.process = server.start_ssh(
            *arguments, stdin=user_side, stdout=user_side, stderr=user_side,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(user_side)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.screen)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def resize(self, rows, columns):
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.screen, text.encode())

    def wait_for(self, text):
        end = time.monotonic() + DEADLINE
        while text.encode() not in self.seen:
            assert time.monotonic() < end, f"no {text!r} in {self.seen[-1000:]!r}"
            if select.select([self.screen], [], [], 1)[0]:
                self.seen += os.read(self.screen, 4096)
        self.seen = self.seen.partition(text.encode())[2]


def test_an_interactive_login_with_its_window(laboratory, name):
    with Terminal(laboratory, "-tt", name, "exec sh", rows=30, columns=100) as terminal:
        terminal.type("PS1='ready> '; stty size; echo answer $((6*7))\n")
        terminal.wait_for("30 100")
        terminal.wait_for("answer 42")
        # The shell says by itself that it was told of the new size.
        terminal.type("trap 'echo size is $(stty size)' WINCH; echo trap''ped\n")
        terminal.wait_for("trapped")
        terminal.resize(41, 123)
        terminal.type("\n")
        terminal.wait_for("size is 41 123")
        terminal.type("cat\n")
        terminal.type("marker\n")
        terminal.wait_for("marker")  # typed
        terminal.wait_for("marker")  # by cat
        terminal.type("\x03")  # interrupts cat, not ssh
        terminal.wait_for("ready> ")
        terminal.type("echo still $((7*6))\n")
        terminal.wait_for("still 42")
        terminal.type("exit 5\n")
        assert terminal.process.wait(DEADLINE) == 5


# ---- files

def test_scp_both_ways(laboratory, name, big_file, tmp_path):
    there, back = tmp_path / "there", tmp_path / "back"
    laboratory.scp(str(big_file), f"{name}:{there}")
    assert digest(there) == digest(big_file)
    laboratory.scp(f"{name}:{there}", str(back))
    assert digest(back) == digest(big_file)


def test_the_older_protocol_of_scp(laboratory, big_file, tmp_path):
    laboratory.scp("-O", str(big_file), f"lab:{tmp_path}/there")
    assert digest(tmp_path / "there") == digest(big_file)


def test_rsync_both_ways(laboratory, name, big_file, tmp_path):
    there, back = tmp_path / "there", tmp_path / "back"
    laboratory.rsync(str(big_file), f"{name}:{there}")
    assert digest(there) == digest(big_file)
    laboratory.rsync(f"{name}:{there}", str(back))
    assert digest(back) == digest(big_file)


def test_rsync_of_a_tree_of_small_files(laboratory, tmp_path):
    source, copy = tmp_path / "source", tmp_path / "copy"
    for number in range(scaled(300)):
        folder = source / str(number % 10)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / str(number)).write_bytes(os.urandom(number * 7))
    laboratory.rsync("--delete", f"{source}/", f"lab:{copy}")
    assert laboratory.run("diff", "-r", str(source), str(copy)) == ""


def test_sftp(laboratory, name, big_file, tmp_path):
    laboratory.sftp(name, f"mkdir {tmp_path}/new\nput {big_file} {tmp_path}/new/there\n"
                          f"get {tmp_path}/new/there {tmp_path}/back\n"
                          f"rename {tmp_path}/new/there {tmp_path}/new/moved\n")
    assert digest(tmp_path / "back") == digest(big_file) == digest(tmp_path / "new/moved")


# ---- forwardings

@pytest.fixture
def master(laboratory, tmp_path):
    """A connection in the background to which requests are made."""
    path = tmp_path / "master"

    def ask(*arguments):
        return laboratory.ssh("-S", str(path), *arguments, "lab")

    # It has logged in when it goes to the background; it would keep pipes open from there.
    with laboratory.start_ssh("-M", "-S", str(path), "-fN", "lab", stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as start:
        assert start.wait(DEADLINE) == 0
    yield ask
    ask("-O", "exit")


@pytest.fixture(scope="module")
def web_server():
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"page " * 100_000)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize("kind", ["-L", "-R", "-D"])
def test_forwardings(laboratory, master, web_server, kind):
    port, curl = free_port(), ["curl", "-sS", "--fail", "--max-time", str(DEADLINE)]
    if kind == "-D":
        master("-O", "forward", "-D", f"127.0.0.1:{port}")
        curl += ["--socks5-hostname", f"127.0.0.1:{port}", f"http://127.0.0.1:{web_server}/"]
    else:
        master("-O", "forward", kind, f"127.0.0.1:{port}:127.0.0.1:{web_server}")
        curl += [f"http://127.0.0.1:{port}/"]
    for _ in range(3):
        assert laboratory.run(*curl) == "page " * 100_000


# ---- many

@pytest.mark.parametrize("name, count", [("lab-port", scaled(50)), ("lab", scaled(20))])
def test_many_connections_at_once(laboratory, name, count):
    """All are there at the same time: each ends only after the last one has begun."""
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(laboratory.start_ssh(name, "echo here; exec cat"))
                     for _ in range(count)]
        for process in processes:
            assert process.stdout.readline() == b"here\n", process.stderr.read()
        for number, process in enumerate(processes):
            process.stdin.write(f"number {number}\n".encode())
            process.stdin.close()
        for number, process in enumerate(processes):
            assert process.stdout.read() == f"number {number}\n".encode()
            assert process.wait(DEADLINE) == 0


def test_short_commands_with_a_connection_each(laboratory):
    """As ansible does without ControlMaster: five at a time."""
    def run(first):
        for number in range(first, COMMANDS, 5):
            assert laboratory.ssh("lab", f"echo {number}") == f"{number}\n"

    in_parallel(*[lambda first=first: run(first) for first in range(5)])


def test_short_commands_by_one_connection(laboratory, tmp_path):
    """As ansible does with ControlMaster."""
    path = str(tmp_path / "master")
    options = ("-o", "ControlMaster=auto", "-S", path, "-o", "ControlPersist=60")
    laboratory.run("sh", "-c", 'exec "$@" 2>/dev/null', "-", "ssh", "-F", str(laboratory.config),
                   *options, "lab", "true")
    for number in range(max(COMMANDS, scaled(40))):
        assert laboratory.ssh(*options, "lab", f"echo {number}") == f"{number}\n"
    laboratory.ssh("-S", path, "-O", "exit", "lab")


# ---- others' clients, and what users type

def test_dropbears_client_by_a_port_and_by_a_proxy_command(laboratory, shared_shell):
    port = str(laboratory.port_of_client)
    output = laboratory.dbclient("-p", port, "127.0.0.1", "cat; echo done", stdin="x\n")
    assert output == "x\ndone\n"
    command = shared_shell.proxy_command(shared_shell.running[0])  # the relay
    assert laboratory.dbclient("-J", command, ALIAS, "echo by proxy") == "by proxy\n"


def test_what_ssh_config_prints_is_all_that_ssh_needs(shell, ssh_server, run_command, tmp_path):
    relay = shell.relay()
    shell.host(relay, "--local-port", str(ssh_server.port))
    (tmp_path / f"{TOPIC}.token").write_text(shell_token(relay))
    status, blocks, errors = run_command(
        "shell", "ssh-config", "--session", relay.session("{machine}"), "--token-file",
        f"{tmp_path}/{{machine}}.token", "--machine", TOPIC, "--user", USER, "--prefix", "lab-")
    assert status == 0, errors
    keys = (f"Host *\n    IdentityFile {ssh_server.folder}/user_key\n"
            "    StrictHostKeyChecking accept-new\n"
            f"    UserKnownHostsFile {tmp_path}/known_hosts\n    BatchMode yes\n")
    (tmp_path / "config").write_text(blocks + keys)
    for _ in range(2):  # the second time it knows the machine
        output = ssh_server.run("ssh", "-F", str(tmp_path / "config"), f"lab-{TOPIC}", "echo hello")
        assert output == "hello\n"


def test_ssh_says_why_it_cannot_connect(shell, ssh_server):
    relay = shell.relay()
    ssh_server.add_host("nobody", ProxyCommand=shell.proxy_command(relay))
    begin = time.monotonic()
    with ssh_server.start_ssh("nobody", "true") as process:
        _, errors = process.communicate(timeout=DEADLINE)
    assert process.returncode == 255
    assert b"no host is connected" in errors, errors
    assert time.monotonic() - begin < DEADLINE / 2


def test_a_stream_on_standard_input_and_output_prints_nothing_else(shell, ssh_server):
    relay = shell.relay()
    target = shell.listener()
    shell.host(relay, "--local-port", str(target.port))
    command = [BINARY, "shell", "client", "--stdio", "--session", relay.session(), *QUICK]
    for stdin, answer in ((b"question", b"answer"), (b"", b""), (b"x" * 300_000, b"y" * 300_000)):
        with subprocess.Popen(command, env=environment(RELAY_TOKEN=shell_token(relay)),
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            with target.accept() as far:
                def serve(far=far, stdin=stdin, answer=answer):
                    heard = b""
                    while piece := far.recv(1 << 16):
                        heard += piece
                    assert heard == stdin
                    far.sendall(answer)
                    far.close()

                (out, errors), _ = in_parallel(
                    lambda p=process, s=stdin: p.communicate(s, timeout=DEADLINE), serve)
            assert (out, errors, process.returncode) == (answer, b"", 0)
