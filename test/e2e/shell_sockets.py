# SPDX-License-Identifier: Apache-2.0
"""The WebSockets of byte streams by hand."""

import json

from raw_websocket import TEXT, RawSocket, RawWebSocket, handshake
from shell_process import RESUME

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
OFFER = {"Sec_WebSocket_Protocol": RESUME}


def manager(relay, topic, **fields):
    """A host's connection on which it is told of clients."""
    return RawWebSocket(relay.shell_uri("host", topic), **fields)


def next_alert(socket):
    frame = socket.read_frame()
    assert frame.opcode == TEXT, frame
    return json.loads(frame.payload)


def stream(relay, topic, host, client_uri=None):
    """Both ends of a stream, plain, whose host has been alerted."""
    client = RawWebSocket(client_uri or relay.shell_uri("client", topic))
    return client, RawWebSocket(relay.local(next_alert(host)["uri"]))


def refusal(relay, uri, **fields):
    """The status with which a WebSocket is refused."""
    with RawSocket(relay.relay_port) as client:
        client.send(handshake(uri, **fields))
        return client.read_answer()[0]
