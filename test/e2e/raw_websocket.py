# SPDX-License-Identifier: Apache-2.0
"""A WebSocket by hand (RFC 6455), for what a proper client would never send."""

import base64
import dataclasses
import os
import socket
import struct
import urllib.parse

from relay_process import DEADLINE

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


@dataclasses.dataclass
class Frame:
    opcode: int
    payload: bytes
    final: bool = True
    reserved: int = 0

    @property
    def close_code(self):
        return struct.unpack("!H", self.payload[:2])[0] if len(self.payload) >= 2 else None


def encode(opcode, payload=b"", final=True, reserved=0, masked=True, length=None, length_form=None):
    """A frame as clients send it; `length` and `length_form` (7, 16, 64 bits) let it lie."""
    size = len(payload) if length is None else length
    form = length_form or (7 if size < 126 else 16 if size < 65536 else 64)
    mark = {7: size, 16: 126, 64: 127}[form]
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode, (0x80 if masked else 0) | mark])
    head += {7: b"", 16: struct.pack("!H", size & 0xFFFF), 64: struct.pack("!Q", size)}[form]
    if not masked:
        return head + payload
    key = os.urandom(4)
    pad = key * (len(payload) // 4 + 1)
    mask = int.from_bytes(payload, "big") ^ int.from_bytes(pad[:len(payload)], "big")
    return head + key + mask.to_bytes(len(payload), "big")


def handshake(uri, **fields):
    """The request that opens the address; a field of None is left out. Text goes out as Latin-1, so
    that a field may hold any byte."""
    parts = urllib.parse.urlsplit(uri)
    lines = {"Host": parts.netloc, "Upgrade": "websocket", "Connection": "Upgrade",
             "Sec-WebSocket-Version": "13",
             "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
             **{name.replace("_", "-"): value for name, value in fields.items()}}
    target = parts.path + ("?" + parts.query if parts.query else "")
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
    return f"GET {target} HTTP/1.1\r\n{text}\r\n".encode("latin-1")


class RawSocket:
    def __init__(self, port, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def read(self, count):
        while len(self.received) < count:
            self.receive()
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    def read_until(self, mark):
        while mark not in self.received:
            self.receive()
        return self.read(self.received.index(mark) + len(mark))

    def receive(self):
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise EOFError(f"the relay hung up; so far {self.received[:200]!r}")
        self.received += piece

    def read_answer(self):
        """Status and body of an HTTP answer."""
        head = self.read_until(b"\r\n\r\n").decode()
        status = int(head.split()[1])
        length = [line.split(":")[1] for line in head.split("\r\n")
                  if line.lower().startswith("content-length:")]
        return status, self.read(int(length[0])) if length else b""

    def expect_end(self):
        """The relay ends the connection in order: no reset, no further byte."""
        rest = self.received
        while piece := self.socket.recv(1 << 16):
            rest += piece
        assert rest == b"", rest[:200]


class RawWebSocket(RawSocket):
    """Connected and upgraded."""

    def __init__(self, uri, receive_buffer=None, **fields):
        super().__init__(urllib.parse.urlsplit(uri).port, receive_buffer)
        self.send(handshake(uri, **fields))
        self.answer = self.read_until(b"\r\n\r\n").decode()
        status = int(self.answer.split()[1])
        if status != 101:
            raise ConnectionRefusedError(status)

    def send_frame(self, opcode, payload=b"", **options):
        self.send(encode(opcode, payload, **options))

    def read_frame(self):
        first, second = self.read(2)
        size = second & 0x7F
        if size == 126:
            size = struct.unpack("!H", self.read(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self.read(8))[0]
        assert not second & 0x80, "a server must not mask"
        return Frame(first & 0xF, self.read(size), bool(first & 0x80), first >> 4 & 7)

    def expect_close(self, code):
        """A close frame with that code, which is answered, and then the end."""
        frame = self.read_frame()
        assert (frame.opcode, frame.close_code) == (CLOSE, code), frame
        self.send_frame(CLOSE, frame.payload[:2])
        self.socket.shutdown(socket.SHUT_WR)
        self.expect_end()
        return frame.payload[2:].decode()
