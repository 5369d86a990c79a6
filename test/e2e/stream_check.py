# SPDX-License-Identifier: Apache-2.0
"""What an MPEG transport stream (ISO/IEC 13818-1) must be, checked as it arrives, however long."""

import collections
import hashlib

from transport_stream import PACKET

NULL_PID = 0x1FFF


class StreamCheck:
    """Sync bytes and the continuity of each PID (§2.4.3.3); a digest of all bytes. Messages must
    hold whole packets. Bounded memory."""

    def __init__(self):
        self.bytes = 0
        self.digest = hashlib.sha256()
        self.packets = collections.Counter()  # by PID
        self.violations = collections.Counter()  # by PID
        self.first_violations = []
        self._last = {}

    def feed(self, message):
        assert message and len(message) % PACKET == 0, f"a message of {len(message)} bytes is torn"
        assert message[::PACKET].count(0x47) == len(message) // PACKET, "a sync byte is missing"
        self.digest.update(message)
        for at in range(0, len(message), PACKET):
            self._packet(message, at)
        self.bytes += len(message)

    def _packet(self, message, at):
        pid = (message[at + 1] & 0x1F) << 8 | message[at + 2]
        if pid == NULL_PID:
            return
        self.packets[pid] += 1
        control = message[at + 3]
        counter, has_payload, has_field = control & 0xF, control & 0x10, control & 0x20
        announced = has_field and message[at + 4] > 0 and message[at + 5] & 0x80
        last = self._last.get(pid)
        self._last[pid] = counter
        expected = None if last is None else (last + 1) & 0xF if has_payload else last
        if expected is None or counter == expected or announced:
            return
        self.violations[pid] += 1
        if len(self.first_violations) < 10:
            self.first_violations.append(
                f"PID {pid:#x} at byte {self.bytes + at}: {counter} instead of {expected}")

    def assert_continuous(self):
        assert not self.violations, (f"continuity broken, times by PID: "
                                     f"{ {hex(p): n for p, n in self.violations.items()} }; first: "
                                     f"{self.first_violations}; packets: {dict(self.packets)}")


class NumberedPictures:
    """Pictures of `transport_stream.picture`, each of the same number of packets, read back from a
    run of bytes: which arrived, that each is whole, in order and there once."""

    def __init__(self, size, pid):
        self.size, self.pid = size, pid
        self.numbers = []
        self.intra = []
        self._packets = 0

    def feed(self, message):
        for at in range(0, len(message), PACKET):
            assert (message[at + 1] & 0x1F) << 8 | message[at + 2] == self.pid
            if message[at + 1] & 0x40:
                self._begin(message, at)
            counter = message[at + 3] & 0xF
            assert counter == self._packets & 0xF, (f"picture {self.numbers[-1]} is torn at packet "
                                                    f"{self._packets}")
            self._packets += 1

    def _begin(self, message, at):
        self.assert_whole()
        start = message.index(b"\x00\x00\x01\xe0", at) + 9
        number = int.from_bytes(message[start + 4:start + 12], "big")
        assert not self.numbers or number > self.numbers[-1], (
            f"picture {number} after {self.numbers[-1]}")
        self.numbers.append(number)
        self.intra.append(message[start + 3] == 0xB3)
        self._packets = 0

    def complete(self, number):
        """Whether this picture has arrived to its end."""
        return bool(self.numbers) and self.numbers[-1] >= number and self._packets == self.size

    def assert_whole(self):
        assert not self.numbers or self._packets == self.size, (
            f"picture {self.numbers[-1]} has {self._packets} packets instead of {self.size}")

    def missing(self):
        """The numbers that are missing between the first and the last, in runs (first, last)."""
        return [(a + 1, b - 1) for a, b in zip(self.numbers, self.numbers[1:]) if b > a + 1]
