# SPDX-License-Identifier: Apache-2.0
"""Byte streams (ssh) that are booked."""

import tokens
from book_catalogue import Manifest, stream
from byte_flow import expect_gone
from relay_process import wait_until
from shell_process import TOPIC


def test_a_booked_byte_stream_opens_and_ends_with_its_session(shell, start_book):
    relay, target = shell.relay(), shell.listener()
    shell.host(relay, "--local-port", str(target.port))
    book = start_book(env={"BOOK_RELAY_SECRET": tokens.SECRET})
    rig = stream(TOPIC, relay.audience, ct="shell", scopes=["client"], url=relay.session())
    book.replace(Manifest().activity("rig", rig).pool("rigs", "rig").group("everyone", "rigs"))
    user = book.user()
    session = user.take()
    client = shell.client(relay, env={"RELAY_TOKEN": session["streams"][0]["token"]})
    with client.connect() as near, target.accept() as far:
        near.sendall(b"hello")
        assert far.recv(5) == b"hello"
        assert user.cancel(session["session"]).status in (202, 204)
        wait_until(lambda: user.state(session["session"]).json["state"] == "cancelled", "it ends")
        expect_gone(far)
        expect_gone(near)
