# SPDX-License-Identifier: Apache-2.0
"""Random bytes that travel between two sockets, and must arrive whole and in order."""

import concurrent.futures
import contextlib
import os
import select
import socket
import time

from relay_process import DEADLINE

PIECE = 256 * 1024


class Contents:
    """Random bytes without end. Their period is prime and longer than any buffer on the way, so
    that bytes which are lost, repeated or exchanged do not pass for others."""

    PERIOD = 15_485_863

    def __init__(self):
        block = os.urandom(self.PERIOD)
        self.block = memoryview(block + block[:PIECE])

    def at(self, position, count):
        begin = position % self.PERIOD
        return self.block[begin:begin + min(count, PIECE)]


RANDOM = Contents()


class Listener:
    """A server on 127.0.0.1 whose connections the test takes one by one."""

    def __init__(self, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:  # inherited by what is accepted
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(1024)
        self.socket.settimeout(DEADLINE)
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        connection, _ = self.socket.accept()
        connection.settimeout(DEADLINE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def accept_who_says(self, greeting):
        """The next one that brings these bytes; others may come before, and end without any."""
        while True:
            connection = self.accept()
            with contextlib.suppress(ConnectionResetError):
                if connection.recv(len(greeting), socket.MSG_WAITALL) == greeting:
                    return connection
            connection.close()

    def is_asked(self):
        """Whether somebody waits to be accepted."""
        return bool(select.select([self.socket], [], [], 0)[0])


class Progress:
    """What has passed of a transfer, for others to see."""

    def __init__(self):
        self.count = 0


def send(connection, count, start=0, contents=RANDOM, progress=None):
    position, end = start, start + count
    while position < end:
        position += connection.send(contents.at(position, end - position))
        if progress:
            progress.count = position - start


def receive(connection, count, start=0, contents=RANDOM, progress=None):
    """Reads so many bytes, each of which has to be the one that was sent there."""
    buffer = memoryview(bytearray(PIECE))
    position, end = start, start + count
    while position < end:
        got = connection.recv_into(buffer[:min(PIECE, end - position)])
        assert got, f"the stream ended after {position - start} of {count} bytes"
        same = buffer[:got].tobytes() == contents.at(position, got).tobytes()  # faster than views
        assert same, f"altered near byte {position}"
        position += got
        if progress:
            progress.count = position - start


def send_until_blocked(connection, most, quiet=0.3):
    """Sends until nothing has been taken for a moment, or `most` bytes were; how many were."""
    sent = 0
    while sent < most and select.select([], [connection], [], quiet)[1]:
        connection.setblocking(False)
        try:
            sent += connection.send(RANDOM.at(sent, most - sent))
        finally:
            connection.settimeout(DEADLINE)
    return sent


def both_ways(near, far, count):
    """So many bytes each way at once."""
    in_parallel(lambda: send(near, count), lambda: receive(far, count),
                lambda: send(far, count, start=1), lambda: receive(near, count, start=1))


def exchange(near, far, count=1):
    """A few bytes there and back."""
    for source, sink in ((near, far), (far, near)):
        send(source, count)
        receive(sink, count)


def throughput(near, far, count):
    """Bytes per second of a transfer."""
    begin = time.monotonic()
    in_parallel(lambda: send(near, count), lambda: receive(far, count))
    return count / (time.monotonic() - begin)


def in_parallel(*calls):
    """Their results; the first error of any of them."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as threads:
        return [pending.result() for pending in [threads.submit(call) for call in calls]]


def expect_end(connection, seconds=DEADLINE):
    """The other side has ended in order."""
    connection.settimeout(seconds)
    assert (rest := connection.recv(PIECE)) == b"", f"{len(rest)} bytes more"


def expect_gone(connection, seconds=DEADLINE):
    """The other side has gone: in order or by a reset; tells which."""
    connection.settimeout(seconds)
    try:
        while connection.recv(PIECE):
            pass
    except ConnectionResetError:
        return "reset"
    return "end"


def expect_reset(connection, seconds=DEADLINE):
    assert expect_gone(connection, seconds) == "reset", "an end says that all bytes have come"


def reset(connection):
    """Ends it as a program that crashes does, or one that is killed."""
    linger = b"\x01\0\0\0\0\0\0\0"  # on, 0 seconds
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()
