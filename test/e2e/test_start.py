# SPDX-License-Identifier: Apache-2.0
"""How the relay starts, what it refuses to start with, and how it ends."""

import concurrent.futures
import http.client
import json
import os
import signal
import subprocess
import threading

import pytest

import tokens
from raw_websocket import TEXT, RawWebSocket
from relay_process import BINARY, DEADLINE, RELAY_FQDN, environment, free_port, scaled, wait_until

REQUIRED = ["--access-fqdn", tokens.AUDIENCE, "--relay-fqdn", RELAY_FQDN]
LOCAL = {"RELAY_SECRET": tokens.SECRET, "RELAY_LISTEN": "127.0.0.1", "RELAY_ACCESS_PORT": "0",
         "RELAY_RELAY_PORT": "0"}


def test_it_prints_one_line_of_json_when_it_listens(start_relay):
    relay = start_relay()
    assert relay.call("GET", "/healthz").status == 200
    relay.process.send_signal(signal.SIGTERM)
    assert relay.process.stdout.read() == b"", "and nothing else"
    assert relay.process.wait(DEADLINE) == 0


@pytest.mark.parametrize("flags, status, reason", [
    (["--no-such-flag"], 2, "no-such-flag"),
    (["--access-port", "65536"], 3, "access-port"),
    (["--stats-every", "soon"], 3, "stats-every"),
    (["--state-dir", "/dev/null/x"], 5, "state-dir"),
    (["--listen", "192.0.2.1"], 4, "192.0.2.1"),
    (["--config", "/no/such/file"], 3, "/no/such/file"),
])
def test_it_refuses_to_start_with_what_is_wrong_and_names_it(run_command, flags, status, reason):
    got, output, log = run_command("session", "relay", *REQUIRED, *flags, **LOCAL)
    assert (got, output) == (status, ""), log
    assert reason in log


@pytest.mark.parametrize("taken", ["access_port", "relay_port"])
def test_a_port_that_is_taken_is_status_4(start_relay, run_command, taken):
    port = str(getattr(start_relay(), taken))
    got, output, log = run_command("session", "relay", *REQUIRED, "--relay-port", port, **LOCAL)
    assert (got, output) == (4, "")
    assert port in log


def test_check_prints_the_settings_without_secrets_and_ends(run_command):
    status, output, log = run_command("session", "relay", *REQUIRED, "--check", **LOCAL)
    assert status == 0
    assert tokens.AUDIENCE in output
    assert tokens.SECRET not in output + log and "Xq7v" not in output + log


@pytest.mark.parametrize("words", [["session", "relay"], ["serve"]])
def test_it_has_its_older_names(tmp_path, words):
    program = tmp_path / ("session" if words[0] == "session" else "relay")
    program.symlink_to(BINARY)
    arguments = words[1:] if words[0] == "session" else words
    done = subprocess.run([program, *arguments, *REQUIRED, "--check"], env=environment(**LOCAL),
                          capture_output=True, timeout=DEADLINE, check=False)
    assert done.returncode == 0, done.stderr


def test_the_original_names_of_its_settings_work(run_command):
    status, _, log = run_command(
        "session", "relay", "--check", RELAY_ACCESSPORT="3000", RELAY_RELAYPORT="3001",
        RELAY_ACCESSFQDN=tokens.AUDIENCE, RELAY_RELAYFQDN=RELAY_FQDN, RELAY_SECRET=tokens.SECRET,
        RELAY_PRUNEEVERY="5m", RELAY_DEVELOPMENT="true")
    assert status == 0, log
    status, _, log = run_command(
        "serve", "--check", RELAY_PORT_ACCESS="3000", RELAY_PORT_RELAY="3001",
        RELAY_AUDIENCE=tokens.AUDIENCE, RELAY_URL=RELAY_FQDN, RELAY_SECRET=tokens.SECRET,
        RELAY_TIDY_EVERY="5m", RELAY_LOG_LEVEL="warn", RELAY_BUFFER_SIZE="128")
    assert status == 0, log


def test_a_short_secret_warns(start_relay):
    relay = start_relay(secret="short-Ab3")
    assert "32 bytes" in relay.log()
    assert "short-Ab3" not in relay.log()


def test_a_misspelt_setting_is_reported_with_the_nearest_name(start_relay):
    relay = start_relay(env={"RELAY_STATE_DIRR": "/x"})
    assert "RELAY_STATE_DIRR" in relay.log() and "RELAY_STATE_DIR" in relay.log()


def test_a_second_signal_does_no_harm(start_relay):
    relay = start_relay()
    with RawWebSocket(relay.uri()) as mute:  # it keeps the relay waiting
        relay.process.send_signal(signal.SIGTERM)
        assert mute.read_frame().close_code == 1001
        for _ in range(3):
            os.kill(relay.pid, signal.SIGINT)
            os.kill(relay.pid, signal.SIGTERM)
        assert relay.process.wait(DEADLINE) == 0


@pytest.mark.parametrize("round_", range(3))
def test_it_ends_well_in_the_middle_of_connects(start_relay, round_):
    relay = start_relay("--io-threads", "3", "--log-level", "info")
    over = threading.Event()

    def connect(worker):
        while not over.is_set():
            try:
                with RawWebSocket(relay.uri(f"topic-{worker % 3}")) as client:
                    client.send_frame(TEXT, b"x")
            except (OSError, EOFError, http.client.HTTPException):
                pass  # the relay ends: that is what happens here

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        connecting = [pool.submit(connect, worker) for worker in range(8)]
        wait_until(lambda: relay.log().count("new connection") > scaled(50) * (round_ + 1),
                   "they connect")
        relay.stop()
        over.set()
        for each in connecting:
            each.result()


def test_it_starts_again_at_once_on_the_same_ports(start_relay):
    relay = start_relay(access_port=free_port(), relay_port=free_port())
    ports = {"access_port": relay.access_port, "relay_port": relay.relay_port}
    for _ in range(3):
        with RawWebSocket(relay.uri()):
            relay.stop()
        relay = start_relay(**ports)
        assert json.loads(relay.call("GET", "/healthz").body) == {"status": "ok"}
