# SPDX-License-Identifier: Apache-2.0
"""The session host over a long life: rules that come and go, relays that restart.

RELAY_E2E_RESTARTS (5) is the number of restarts of the relay; RELAY_E2E_SEED makes their times
those of an earlier run.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import time

import pytest

import tokens
import transport_stream
from feeding import Camera, bring, repeating
from relay_process import DEADLINE, SANITIZED, Relay, scaled, wait_until
from tcp_front import TcpFront

CYCLES = 1000
RESTARTS = int(os.environ.get("RELAY_E2E_RESTARTS", "5"))
SEED = int(os.environ.get("RELAY_E2E_SEED", str(random.randrange(1 << 32))))
DESTINATIONS = 20
BACK_WITHIN = 3  # seconds after the relay listens again
LEAST_PAUSE = 0.25  # seconds between two attempts of one destination


class Caller:
    """Rules over one connection, as quickly as the host answers."""

    def __init__(self, host):
        self.connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=DEADLINE)

    def call(self, method, path, body=None):
        self.connection.request(method, path, body=json.dumps(body) if body else None)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == 200, f"{method} {path}: {answer.status} {text}"
        return text


def one_cycle(caller, host, relay, number):
    """A stream and a destination are added, replaced and deleted; the order changes."""
    name, identity = f"stream/{number % 7}", str(number % 5)
    token = tokens.token(topic="churn", aud=relay.audience, booking_id="host")
    rule = {"id": identity, "stream": name, "token": token,
            "destination": f"{relay.audience}/session/churn"}
    caller.call("POST", "/api/streams", {"stream": name, "feeds": ["video", "audio"]})
    caller.call("POST", "/api/destinations", rule)
    caller.call("POST", "/api/streams", {"stream": name, "feeds": ["video"]})
    caller.call("POST", "/api/destinations", {**rule, "stream": "audio"})
    if number % 5 == 0:  # now and then it has the time to connect
        wait_until(lambda: host.destination(identity)["state"] == "connected", "it connects")
    removals = [f"/api/destinations/{identity}", f"/api/streams/{name}"]
    for path in removals if number % 2 else reversed(removals):
        caller.call("DELETE", path)


def test_1000_cycles_of_rules_under_traffic_leave_nothing_behind(start_relay, start_host):
    relay, host = start_relay(local=True), start_host()
    bring(host, relay, "video", topic="steady", identity="steady")
    caller, picture = Caller(host), transport_stream.picture(0, True, 96)
    settled = []

    def settle():
        """Descriptors and memory when what was removed has closed."""
        wait_until(lambda: not relay.members("churn"), "the relay has no member left")
        wait_until(lambda: host.descriptors() <= settled[0][0] if settled else True,
                   f"descriptors flat, {host.descriptors()} open")
        settled.append((host.descriptors(), host.threads(), host.resident()))

    with contextlib.ExitStack() as stack:
        for feed in ("video", "audio"):
            camera = stack.enter_context(Camera(host, feed))
            stack.enter_context(repeating(lambda camera=camera: (camera.send(picture),
                                                                 time.sleep(0.01))))
        for number in range(scaled(CYCLES)):
            if number == scaled(CYCLES) // 5:
                settle()
            one_cycle(caller, host, relay, number)
        settle()
        steady = host.destination("steady")
        assert (steady["state"], steady["connections"]) == ("connected", 1), "undisturbed"
    warm, end = settled
    assert end[1] == warm[1], "threads"
    grown = end[2] - warm[2]
    assert SANITIZED or grown < 3 << 20, f"memory grew by {grown} bytes, from {warm[2]}"


# ---- restarts

def figures(host):
    """What /status says of each destination."""
    return host.call("GET", "/status").json["destinations"]


def connected(host, since=None):
    """How many are connected; by a connection that was made after those figures."""
    return sum(now["state"] == "connected" and
               (since is None or now["connections"] > since[identity]["connections"])
               for identity, now in figures(host).items())


def end_relay(relay, chance):
    """As an operator, or as a power cut."""
    if chance.random() < 0.5:
        relay.kill()
    else:
        relay.stop(signal.SIGTERM)


def test_20_destinations_are_back_3_s_after_each_restart_of_the_relay(start_relay, start_host,
                                                                      tmp_path):
    """Half of them reach the relay themselves, the others through a front that says 502 meanwhile
    and counts their attempts."""
    print(f"RELAY_E2E_SEED={SEED}")
    chance = random.Random(SEED)
    relay, host = start_relay(local=True, folder=tmp_path), start_host()
    ports = {"access_port": relay.access_port, "relay_port": relay.relay_port}
    with contextlib.ExitStack() as stack:
        fronts = {}
        for i in range(DESTINATIONS):
            identity = f"d{i}"
            if i % 2:
                fronts[identity] = stack.enter_context(TcpFront(relay.access_port))
            bring(host, relay, f"feed{i}", topic=f"topic{i}", identity=identity,
                  port=fronts[identity].port if i % 2 else None)
        for restart in range(RESTARTS):
            time.sleep(chance.uniform(0, 1))  # restarts come at any time
            before, went = figures(host), time.monotonic()
            end_relay(relay, chance)
            time.sleep(chance.uniform(0, 2.5))
            relay = Relay(tmp_path, local=True, **ports).start()
            try:
                expect_all_back(host, before, restart)
                check_attempts(before, figures(host), time.monotonic() - went)
            except BaseException:
                relay.kill()
                raise
        relay.stop()
        for identity, front in fronts.items():
            gap = front.shortest_gap()
            assert gap >= LEAST_PAUSE - 0.02, f"{identity} tried again after {gap:.3f} s"


def expect_all_back(host, before, restart):
    started = time.monotonic()
    wait_until(lambda: connected(host, before) == DESTINATIONS,
               f"restart {restart} with seed {SEED}: all connected")
    took = time.monotonic() - started
    assert took <= BACK_WITHIN, f"restart {restart}, seed {SEED}: {took:.2f} s; {figures(host)}"


def check_attempts(before, after, seconds):
    most = 1 + seconds / LEAST_PAUSE
    for identity in before:
        made = after[identity]["tries"] - before[identity]["tries"]
        assert made <= most, f"{identity}: {made} attempts in {seconds:.1f} s"


@pytest.mark.parametrize("answer", ["refused", "502"])
def test_while_the_relay_is_down_nobody_tries_more_often_than_each_quarter_second(
        start_relay, start_host, answer):
    """20 destinations over 4 s, by their own counts and, with a front, by its count."""
    relay, host = start_relay(local=True), start_host()
    with TcpFront(relay.access_port) as front:
        port = front.port if answer == "502" else relay.access_port
        for i in range(DESTINATIONS):
            bring(host, relay, f"feed{i}", topic=f"topic{i}", identity=f"d{i}", port=port)
        relay.kill()
        wait_until(lambda: connected(host) == 0, "all notice")
        before, arrived, begin = figures(host), len(front.attempts), time.monotonic()
        time.sleep(4)  # a rate is measured over time
        after, passed = figures(host), time.monotonic() - begin
        arrived = len(front.attempts) - arrived
    check_attempts(before, after, passed)
    made = {identity: after[identity]["tries"] - before[identity]["tries"] for identity in before}
    assert min(made.values()) >= 1, f"all go on trying: {made}"
    assert arrived <= DESTINATIONS * (1 + passed / LEAST_PAUSE)
    assert (arrived > 0) == (answer == "502")
