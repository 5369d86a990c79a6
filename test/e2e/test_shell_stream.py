# SPDX-License-Identifier: Apache-2.0
"""Byte streams through client, relay and host, in both forms: whole, in order, with back-pressure.

RELAY_E2E_SHELL_BYTES=10000000000 for the transfer of 10 GB, RELAY_E2E_SHELL_STALL=60 for a reader
that stops for so many seconds.
"""

import http.server
import os
import statistics
import threading
import time
import urllib.request

import pytest

from byte_flow import (both_ways, exchange, expect_end, expect_reset, in_parallel, receive, reset,
                       send, send_until_blocked, throughput)
from relay_process import SANITIZED, free_port, scaled, wait_until
from shell_process import amount

BYTES = amount("BYTES", 64 << 20)
STALL = float(os.environ.get("RELAY_E2E_SHELL_STALL", 0))  # seconds
MIB = 1 << 20
FORMS = {"resumable": (), "plain": ("--resume=false",)}


@pytest.fixture(scope="module", params=FORMS)
def tunnel(request, shared_shell):
    """One of each form for all tests of this file."""
    return shared_shell.tunnel(client_flags=FORMS[request.param])


@pytest.fixture(scope="module")
def resumable(shared_shell):
    return shared_shell.tunnel()


def test_random_bytes_pass_both_ways_at_once(tunnel):
    near, far = tunnel.open()
    with near, far:
        both_ways(near, far, BYTES)


@pytest.mark.parametrize("size", [1, 2, 125, 126, 65_535, 65_536, 65_537, 1_000_003])
def test_what_is_sent_arrives_without_waiting_for_more(tunnel, size):
    near, far = tunnel.open()
    with near, far:
        for _ in range(3):
            exchange(near, far, size)


def test_a_thousand_small_writes_keep_their_order(tunnel):
    near, far = tunnel.open()
    with near, far:
        def write():
            for position in range(1000):
                send(near, 1 + position % 7, start=sum(1 + p % 7 for p in range(position)))

        in_parallel(write, lambda: receive(far, sum(1 + p % 7 for p in range(1000))))


def test_many_streams_of_one_client_do_not_mix(tunnel):
    pairs = [tunnel.open() for _ in range(20)]
    starts = range(0, 20_000_000, 1_000_000)
    in_parallel(*[lambda near=near, start=start: send(near, MIB, start)
                  for (near, _), start in zip(pairs, starts)],
                *[lambda far=far, start=start: receive(far, MIB, start)
                  for (_, far), start in zip(pairs, starts)])
    for near, far in pairs:
        near.close()
        far.close()


# ---- protocols in which the client speaks first, and the server

class Greeting(http.server.BaseHTTPRequestHandler):
    body = os.urandom(300_000)

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def web_server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Greeting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize("form", FORMS)
def test_http_passes_where_the_client_speaks_first(shell, web_server, form):
    relay = shell.relay()
    shell.host(relay, "--local-port", str(web_server))
    client = shell.client(relay, *FORMS[form])
    for _ in range(3):
        with urllib.request.urlopen(f"http://127.0.0.1:{client.port}/", timeout=30) as answer:
            assert answer.read() == Greeting.body


def test_a_server_that_speaks_first_is_heard(tunnel):
    near, far = tunnel.open()
    with near, far:
        send(far, 21)
        receive(near, 21)


# ---- targets

def test_a_client_reaches_a_target_by_the_name_that_the_host_lists(shell):
    camera = shell.listener()
    tunnel = shell.tunnel(host_flags=("--target", f"camera=127.0.0.1:{camera.port}"),
                          client_flags=("--target", "camera"))
    with tunnel.client.connect() as near, camera.accept() as far:
        exchange(near, far, 100)
    assert not tunnel.target.is_asked()


@pytest.mark.parametrize("form", FORMS)
def test_a_target_that_the_host_does_not_list_is_refused(shell, form):
    tunnel = shell.tunnel(client_flags=("--target", "camera", *FORMS[form]))
    with tunnel.client.connect() as near:
        expect_reset(near)
    assert not tunnel.target.is_asked()


@pytest.mark.parametrize("form", FORMS)
def test_a_target_where_nobody_listens_ends_the_stream(shell, form):
    relay = shell.relay()
    host = shell.host(relay, "--local-port", str(free_port()), "--log-level", "info")
    client = shell.client(relay, *FORMS[form])
    with client.connect() as near:
        expect_reset(near)
    wait_until(lambda: "refused" in host.log().lower(), "the host says why")


# ---- one direction ends before the other

@pytest.mark.parametrize("size", [0, 1, 3 * MIB])
def test_a_client_that_has_ended_its_direction_still_gets_the_answer(resumable, size):
    near, far = resumable.open()
    with near, far:
        half_close(near, far, size)


@pytest.mark.parametrize("size", [0, 1, 3 * MIB])
def test_a_target_that_has_ended_its_direction_still_gets_the_rest(resumable, size):
    near, far = resumable.open()
    with near, far:
        half_close(far, near, size)


def half_close(first, second, size):
    """`first` ends its direction; only then does the other one speak."""
    def begin():
        send(first, size)
        first.shutdown(1)

    def read_to_the_end():
        receive(second, size)
        expect_end(second)

    in_parallel(begin, read_to_the_end)
    in_parallel(lambda: send(second, 3 * MIB), lambda: receive(first, 3 * MIB))
    second.shutdown(1)
    expect_end(first)


def test_the_plain_form_delivers_everything_before_the_end(tunnel):
    """Also the other form, of course: whoever sends and closes has sent."""
    for _ in range(5):
        near, far = tunnel.open()
        with near, far:
            def send_and_close():
                send(near, MIB)
                near.close()

            in_parallel(send_and_close, lambda: receive(far, MIB))
            expect_end(far)


def test_a_reset_is_not_taken_for_an_end(resumable):
    for first, second in ((0, 1), (1, 0)):
        ends = resumable.open()
        exchange(*ends, 1000)
        reset(ends[first])
        expect_reset(ends[second])
        ends[second].close()


# ---- a reader that stops

@pytest.mark.parametrize("form", FORMS)
def test_a_reader_that_stops_stops_the_sender_and_nobody_else(shell, form):
    tunnel = shell.tunnel(client_flags=FORMS[form])
    other = tunnel.open()
    exchange(*other, MIB)
    for first, second in ((0, 1), (1, 0)):
        ratio = stall(tunnel, other, first, second)
        print(f"{form}: another stream had {ratio:.2f} of its throughput")
        # Of a short while it would tell what else the machine does.
        assert ratio > 0.2 or not STALL
    for end in other:
        end.close()


def stall(tunnel, other, first, second):
    """One end of a new stream does not read for a while, in which the other stream carries on;
    what becomes of its throughput."""
    share = scaled(16 * MIB)
    total = max(BYTES, 64 * MIB)  # more than all buffers on the way together
    alone = [throughput(*other, share) for _ in range(3)]
    ends = tunnel.open()
    sender, reader = ends[first], ends[second]
    with sender, reader:
        exchange(sender, reader)
        before = tunnel.relay.resident()
        sent = send_until_blocked(sender, total)
        assert sent < total, "the sender is stopped"
        begin, beside = time.monotonic(), [throughput(*other, share) for _ in range(3)]
        while time.monotonic() < begin + STALL:
            beside.append(throughput(*other, share))
        if not SANITIZED:
            assert tunnel.relay.resident() - before < 8 * MIB, "the relay holds what is in flight"
        in_parallel(lambda: send(sender, total - sent, start=sent), lambda: receive(reader, total))
    return statistics.median(beside) / statistics.median(alone)
