# SPDX-License-Identifier: Apache-2.0
"""MPEG transport streams (ISO/IEC 13818-1): small ones by hand, and a check of what arrives."""

import struct

PACKET = 188
VIDEO_PID = 0x100


def packet(pid, payload, starts=False, counter=0):
    """One packet; a short payload is padded by an adaptation field."""
    head = struct.pack("!BHB", 0x47, (0x4000 if starts else 0) | pid, 0)
    room = PACKET - 4 - len(payload)
    field, control = b"", 0x10
    if room > 0:
        field = bytes([room - 1]) + (b"\x00" + b"\xff" * (room - 2) if room > 1 else b"")
        control = 0x30
    return head[:3] + bytes([control | counter & 0xF]) + field + payload


def picture(number, intra, size=20):
    """A picture of so many packets as one message: MPEG-1 video, which decoding can begin with when
    it is intra coded. Its number stands in it for the tests."""
    start = b"\x00\x00\x01\xb3" if intra else b"\x00\x00\x01\x00"
    pes = b"\x00\x00\x01\xe0\x00\x00\x80\x00\x00" + start + struct.pack("!Q", number)
    packets = [packet(VIDEO_PID, pes, starts=True, counter=0)]
    packets += [packet(VIDEO_PID, b"\xaa" * (PACKET - 4), counter=i) for i in range(1, size)]
    return b"".join(packets)


def number_of(message):
    """The number of the picture that the message is, and whether it is intra coded."""
    at = message.index(b"\x00\x00\x01\xe0") + 9
    return struct.unpack("!Q", message[at + 4:at + 12])[0], message[at + 3] == 0xB3


def assert_whole_packets(message):
    assert message and len(message) % PACKET == 0, len(message)
    assert all(message[at] == 0x47 for at in range(0, len(message), PACKET))
