# SPDX-License-Identifier: Apache-2.0
"""The way from a host to its relay: by a proxy, by TLS, to the next relay, with a new token."""

import os
import subprocess
import time

import pytest

import tokens
from fronts import ConnectProxy, TlsFront
from raw_websocket import PING, RawWebSocket
from relay_process import Host, free_port, wait_until

ACCESS = f"{tokens.AUDIENCE}/session/lamp"
QUICK = ("--retry-min", "20ms", "--retry-max", "100ms")


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority of the laboratory's own, and what it has signed: file names by name."""
    folder = tmp_path_factory.mktemp("certificates")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    files = {}
    for name, subject in (("authority", "Laboratory"), ("server", "lab.example"),
                          ("client", "experiment")):
        files[name] = str(folder / f"{name}.pem")
        files[f"{name}_key"] = str(folder / f"{name}.key")
        signer = () if name == "authority" else (
            "-CA", files["authority"], "-CAkey", files["authority_key"],
            "-addext", f"subjectAltName=DNS:{subject}",
            "-addext", "basicConstraints=critical,CA:FALSE")
        openssl("req", "-x509", *key, "-keyout", files[f"{name}_key"], "-out", files[name],
                "-days", "2", "-subj", f"/CN={subject}", *signer)
    return files


@pytest.fixture
def start_host_with(tmp_path_factory):
    """Starts hosts with variables of the environment."""
    running = []

    def start(*flags, **variables):
        host = Host(tmp_path_factory.mktemp("host"), *QUICK, *flags)
        host.env.update(variables)
        running.append(host.start())
        return host

    yield start
    for host in running:
        host.stop()


@pytest.fixture
def public_relay(start_relay):
    """A relay whose name is lab.example, which nobody on this machine can find; one port."""
    port = free_port()
    return start_relay(access_port=port, relay_port=port)


def wait_for_error(host, text):
    return wait_until(lambda: text in (error := host.destination()["last_error"]) and error,
                      f"the host says {text}")


async def test_a_host_behind_a_proxy_reaches_a_relay_with_a_certificate_of_the_laboratory(
        public_relay, certificates, start_host_with):
    with (TlsFront(public_relay.relay_port, certificates["server"], certificates["server_key"])
          as front,
          ConnectProxy({"lab.example:443": front.port}, user="user", password="pass word")
          as proxy):
        host = start_host_with("--relay-ca", certificates["authority"], "--log-level", "trace",
                               HTTPS_PROXY=f"http://user:pass%20word@127.0.0.1:{proxy.port}")
        host.add_destination(ACCESS, "data", token=tokens.token())
        host.wait_connected()
        assert proxy.asked == ["CONNECT lab.example:443"] * 2, "the access request, the WebSocket"
        async with (public_relay.join() as viewer,
                    public_relay.connect(f"ws://127.0.0.1:{host.port}/ws/data") as instrument):
            for size in (1, 300_000):
                await instrument.send(b"x" * size)
                assert await viewer.recv() == b"x" * size
            await viewer.send("back")
            assert await instrument.recv() == "back"
        for text in (host.log(), host.call("GET", "/status").body.decode()):
            assert "pass word" not in text and "pass%20word" not in text


def test_what_a_proxy_refuses_is_reported_without_credentials(start_host_with):
    with ConnectProxy({}, user="user", password="right") as proxy:
        host = start_host_with(https_proxy=f"user:wrong@127.0.0.1:{proxy.port}")
        host.add_destination(ACCESS, "data", token=tokens.token())
        error = wait_for_error(host, "407")
        assert f"proxy 127.0.0.1:{proxy.port}: " in error and "lab.example" in error
        assert "wrong" not in error + host.log()


def test_no_proxy_is_used_for_this_machine_and_for_who_is_listed(start_relay, start_host_with):
    relay = start_relay(local=True)
    with ConnectProxy({}) as proxy:
        host = start_host_with(ALL_PROXY=f"http://127.0.0.1:{proxy.port}",
                               NO_PROXY="other.example, nowhere.invalid:443")
        host.add_destination(f"{relay.audience}/session/lamp", "data",
                             token=tokens.token(aud=relay.audience))
        host.wait_connected()
        host.add_destination("https://nowhere.invalid/x", "data", identity="1",
                             token=tokens.token())
        wait_until(lambda: "finding nowhere.invalid" in host.destination("1")["last_error"],
                   "it looks for the host itself")
        assert proxy.accepted == 0


def test_an_unknown_authority_is_refused_and_named(public_relay, certificates, start_host_with):
    with (TlsFront(public_relay.relay_port, certificates["server"], certificates["server_key"])
          as front, ConnectProxy({"lab.example:443": front.port}) as proxy):
        host = start_host_with(HTTPS_PROXY=f"127.0.0.1:{proxy.port}")
        host.add_destination(ACCESS, "data", token=tokens.token())
        wait_for_error(host, "certificate not accepted")
        assert not public_relay.members("lamp")


def test_a_relay_that_asks_for_a_certificate_gets_it(public_relay, certificates, start_host_with):
    with (TlsFront(public_relay.relay_port, certificates["server"], certificates["server_key"],
                   authority=certificates["authority"]) as front,
          ConnectProxy({"lab.example:443": front.port}) as proxy):
        trust = ("--relay-ca", certificates["authority"])
        without = start_host_with(*trust, HTTPS_PROXY=f"127.0.0.1:{proxy.port}")
        without.add_destination(ACCESS, "data", token=tokens.token())
        wait_until(lambda: without.destination()["tries"] >= 2, "it tries in vain")
        assert without.destination()["connections"] == 0
        showing = start_host_with(*trust, "--client-certificate", certificates["client"],
                                  "--client-key", certificates["client_key"],
                                  HTTPS_PROXY=f"127.0.0.1:{proxy.port}")
        showing.add_destination(ACCESS, "data", token=tokens.token())
        showing.wait_connected()


@pytest.mark.parametrize("flags, variables, named", [
    (("--relay-ca", "/nowhere/ca.pem"), {}, "relay-ca: /nowhere/ca.pem: "),
    (("--client-certificate", "/nowhere/c.pem", "--client-key", "/nowhere/c.key"), {},
     "client-certificate: /nowhere/c.pem: "),
    (("--client-key", "/nowhere/c.key"), {}, "client-certificate: "),
    ((), {"HTTPS_PROXY": "socks5://user:hush@p.example"}, "https-proxy: ")])
def test_what_cannot_be_used_is_said_at_the_start(run_command, flags, variables, named):
    status, out, errors = run_command("session", "host", "--port", "0", *flags, **variables)
    assert (status, out) == (3, "")
    assert named in errors and "hush" not in errors


def test_the_proxy_of_a_cgi_request_does_not_count(run_command):
    _, out, _ = run_command("session", "host", "--check", HTTP_PROXY="http://evil.example",
                            REQUEST_METHOD="GET")
    assert "http-proxy" in out and "HTTP_PROXY" not in out
    _, out, _ = run_command("session", "host", "--check", HTTP_PROXY="http://proxy.example")
    assert "HTTP_PROXY" in out


async def test_the_next_relay_stands_in_for_one_that_is_gone(start_relay, start_host_with):
    first, second = start_relay(local=True), start_relay(local=True)
    urls = [f"{relay.audience}/session/lamp" for relay in (first, second)]
    token = tokens.token(aud=[first.audience, second.audience])
    host = start_host_with()
    host.add_destination(" ".join(urls), "data", token=token)
    host.wait_connected()
    assert first.members("lamp") and not second.members("lamp")
    begin = time.monotonic()
    first.kill()
    wait_until(lambda: second.members("lamp"), "the second relay has it")
    assert time.monotonic() - begin < 3
    async with (second.join() as viewer,
                second.connect(f"ws://127.0.0.1:{host.port}/ws/data") as instrument):
        await instrument.send("by the second")
        assert await viewer.recv() == "by the second"
    assert host.destination()["destination"] == urls[1]


async def test_a_token_that_is_renewed_while_connected_is_used_for_the_next_connection(
        start_relay, start_host_with, tmp_path):
    relay, host = start_relay(local=True), start_host_with("--token-dir", str(tmp_path))

    def renew(booking):
        new = tmp_path / "new"
        new.write_text(tokens.token(aud=relay.audience, booking_id=booking) + "\n")
        os.replace(new, tmp_path / "token")

    renew("old")
    host.add_destination(f"{relay.audience}/session/lamp", "data",
                         token_file=str(tmp_path / "token"))
    host.wait_connected()
    renew("new")
    async with (relay.join(scopes=["read"]) as viewer,
                relay.connect(f"ws://127.0.0.1:{host.port}/ws/data") as instrument):
        await instrument.send("undisturbed")
        assert await viewer.recv() == "undisturbed"
        assert host.destination()["connections"] == 1
        relay.deny("old")  # closes its connections; the new booking is welcome
        wait_until(lambda: host.destination()["connections"] == 2, "it comes back")
        host.wait_connected()
        await instrument.send("again")
        assert await viewer.recv() == "again"


# ---- the audience (docs/protocol.md#audience)

def readers(socket):
    frame = socket.read_frame()
    assert frame.opcode == PING, frame
    return frame.payload


async def test_who_asks_for_the_audience_is_told_by_pings(relay):
    with RawWebSocket(relay.uri(scopes=["write"]), Relay_Audience="1") as camera:
        assert readers(camera) == b"readers=0"
        async with relay.join(scopes=["read"]):
            assert readers(camera) == b"readers=1"
            async with relay.join():  # some stay some
                pass
        assert readers(camera) == b"readers=0"
        async with relay.join(scopes=["write"]) as other:  # no audience
            await other.ping()
        async with relay.join(scopes=["read"]):
            assert readers(camera) == b"readers=1"


async def test_nobody_else_is_bothered_with_the_audience(relay):
    with (RawWebSocket(relay.uri(scopes=["write"])) as silent,
          RawWebSocket(relay.uri(), Relay_Audience="0") as other,
          RawWebSocket(relay.uri(scopes=["read"]), Relay_Audience="1") as reader,
          RawWebSocket(relay.uri(topic="stats"), Relay_Audience="1") as stats):
        async with relay.join() as member:
            await member.send("first")
        for socket in (other, reader):
            assert socket.read_frame().payload == b"first"
        silent.send_frame(PING, b"answer me")
        assert silent.read_frame().payload == b"answer me"
        stats.send_frame(PING, b"answer me")
        assert stats.read_frame().payload == b"answer me"
