# SPDX-License-Identifier: Apache-2.0
"""Conformance to RFC 6455 over a raw socket, after the cases of the Autobahn test suite.

What one member sends arrives at the other as the relay understood it; a fault closes the sender.
"""

import os

import pytest

from raw_websocket import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Frame, RawSocket,
                           RawWebSocket, encode, handshake)

LIMIT = 1 << 20  # of shared_relay


@pytest.fixture
def pair(shared_relay):
    topic = "t" + os.urandom(6).hex()
    with RawWebSocket(shared_relay.uri(topic)) as sender:
        with RawWebSocket(shared_relay.uri(topic)) as receiver:
            yield sender, receiver


def assert_arrives(receiver, opcode, payload):
    frame = receiver.read_frame()
    assert (frame.opcode, frame.final, frame.reserved) == (opcode, True, 0)
    assert frame.payload == payload


# ---- 1, framing

@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 128, 65535, 65536, 65537, LIMIT])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_sizes(pair, opcode, size):
    sender, receiver = pair
    payload = b"*" * size if opcode == TEXT else os.urandom(size)
    sender.send_frame(opcode, payload)
    assert_arrives(receiver, opcode, payload)


def test_frames_that_come_byte_by_byte(pair):
    sender, receiver = pair
    payload = os.urandom(200)
    for byte in encode(BINARY, payload) + encode(TEXT, b"next"):
        sender.send(bytes([byte]))
    assert_arrives(receiver, BINARY, payload)
    assert_arrives(receiver, TEXT, b"next")


@pytest.mark.parametrize("chop", [997, 4096, 65536])
def test_large_frames_that_come_in_pieces(pair, chop):
    sender, receiver = pair
    payload = os.urandom(300_000)
    data = encode(BINARY, payload)
    for at in range(0, len(data), chop):
        sender.send(data[at:at + chop])
    assert_arrives(receiver, BINARY, payload)


# ---- 2, pings and pongs

@pytest.mark.parametrize("payload", [b"", b"Hello", bytes(range(125)), b"\x00\xff\xfe\xfd"])
def test_pings_are_answered_with_their_payload(pair, payload):
    sender, _ = pair
    sender.send_frame(PING, payload)
    assert_arrives(sender, PONG, payload)


def test_ten_pings_in_one_packet(pair):
    sender, _ = pair
    sender.send(b"".join(encode(PING, b"payload-%d" % i) for i in range(10)))
    for i in range(10):
        assert_arrives(sender, PONG, b"payload-%d" % i)


def test_unasked_pongs_are_ignored(pair):
    sender, receiver = pair
    sender.send_frame(PONG, b"unasked")
    sender.send_frame(TEXT, b"after")
    assert_arrives(receiver, TEXT, b"after")


# ---- 3, 4: reserved bits and opcodes

@pytest.mark.parametrize("reserved", range(1, 8))
@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, CLOSE])
def test_reserved_bits_are_a_protocol_error(pair, opcode, reserved):
    sender, _ = pair
    sender.send_frame(opcode, b"", reserved=reserved)
    assert sender.expect_close(1002)


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_reserved_opcodes_are_a_protocol_error_after_what_came_before(pair, opcode):
    sender, receiver = pair
    sender.send_frame(TEXT, b"before")
    sender.send_frame(opcode, b"")
    assert_arrives(receiver, TEXT, b"before")
    assert sender.expect_close(1002)


# ---- 5, fragmentation

@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_fragments_are_joined(pair, opcode):
    sender, receiver = pair
    sender.send_frame(opcode, b"one ", final=False)
    sender.send_frame(CONTINUATION, b"two ", final=False)
    sender.send_frame(CONTINUATION, b"", final=False)
    sender.send_frame(CONTINUATION, b"three")
    assert_arrives(receiver, opcode, b"one two three")


def test_control_frames_may_come_between_fragments(pair):
    sender, receiver = pair
    sender.send_frame(TEXT, b"one ", final=False)
    sender.send_frame(PING, b"now")
    assert_arrives(sender, PONG, b"now")
    sender.send_frame(PONG, b"")
    sender.send_frame(CONTINUATION, b"two")
    assert_arrives(receiver, TEXT, b"one two")


def test_fragments_of_nothing_are_an_empty_message(pair):
    sender, receiver = pair
    sender.send_frame(TEXT, b"", final=False)
    sender.send_frame(CONTINUATION, b"", final=False)
    sender.send_frame(CONTINUATION, b"")
    assert_arrives(receiver, TEXT, b"")


def test_a_thousand_fragments(pair):
    sender, receiver = pair
    payload = os.urandom(1000)
    frames = [encode(CONTINUATION if i else BINARY, payload[i:i + 1], final=i == 999)
              for i in range(1000)]
    sender.send(b"".join(frames))
    assert_arrives(receiver, BINARY, payload)


@pytest.mark.parametrize("frames", [
    [encode(CONTINUATION, b"x")],
    [encode(CONTINUATION, b"x", final=False)],
    [encode(TEXT, b"x", final=False), encode(TEXT, b"y")],
    [encode(TEXT, b"x", final=False), encode(BINARY, b"y", final=False)],
    [encode(TEXT, b"x", final=False), encode(CONTINUATION, b"y"), encode(CONTINUATION, b"z")],
    [encode(PING, b"x", final=False)],
    [encode(CLOSE, b"", final=False)],
    [encode(PING, b"x" * 126)],
    [encode(CLOSE, b"\x03\xe8" + b"x" * 124)],
    [encode(TEXT, b"x", masked=False)],
    [encode(PING, b"", masked=False)],
    [encode(BINARY, b"x", length_form=16)],
    [encode(BINARY, b"x", length_form=64)],
    [encode(BINARY, b"x" * 65535, length_form=64)],
    [encode(BINARY, b"", length=1 << 63, length_form=64)],
])
def test_faults_of_framing_are_a_protocol_error(pair, frames):
    sender, _ = pair
    sender.send(b"".join(frames))
    assert sender.expect_close(1002)


# ---- 6, UTF-8

GOOD = ["Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "日本語", "😀", "\u0000", "\u007f", "\u0080", "\u07ff",
        "\u0800", "\ud7ff", "\ue000", "\ufffd", "\uffff", "\U00010000", "\U0010ffff"]

BAD = [b"\x80", b"\xbf", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf",
       b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xfe",
       b"\xff", b"\xc3(", b"\xe2\x82(", b"\xce\xba\xe1\xbd\xb9\xcf\x83\xed\xa0\x80edited"]

CUT = [b"\xc2", b"\xe1\xbd", b"\xf0\x9f\x98", b"whole \xce\xba, cut \xe1"]


@pytest.mark.parametrize("text", GOOD)
def test_text_arrives_whole_and_in_fragments_cut_anywhere(pair, text):
    sender, receiver = pair
    payload = text.encode()
    sender.send_frame(TEXT, payload)
    assert_arrives(receiver, TEXT, payload)
    for i in range(len(payload)):
        last = i == len(payload) - 1
        sender.send_frame(CONTINUATION if i else TEXT, payload[i:i + 1], final=last)
    assert_arrives(receiver, TEXT, payload)


@pytest.mark.parametrize("payload", BAD + CUT)
def test_text_that_is_no_utf8_is_refused(pair, payload):
    sender, _ = pair
    sender.send_frame(TEXT, payload)
    assert sender.expect_close(1007)


@pytest.mark.parametrize("payload", BAD)
def test_text_that_is_no_utf8_is_refused_at_once_not_at_its_end(pair, payload):
    sender, _ = pair
    sender.send_frame(TEXT, b"fine " + payload, final=False)
    assert sender.expect_close(1007)


@pytest.mark.parametrize("payload", BAD + CUT)
def test_binary_may_be_anything(pair, payload):
    sender, receiver = pair
    sender.send_frame(BINARY, payload)
    assert_arrives(receiver, BINARY, payload)


# ---- 7, closing

@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999,
                                  4000, 4999])
def test_valid_close_codes_are_echoed(pair, code):
    sender, _ = pair
    sender.send_frame(CLOSE, code.to_bytes(2, "big") + b"reason")
    frame = sender.read_frame()
    assert (frame.opcode, frame.close_code) == (CLOSE, code)
    sender.expect_end()


def test_a_close_without_a_code_is_answered_without_one(pair):
    sender, _ = pair
    sender.send_frame(CLOSE)
    assert sender.read_frame() == Frame(CLOSE, b"")
    sender.expect_end()


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000,
                                  65535])
def test_invalid_close_codes_are_a_protocol_error(pair, code):
    sender, _ = pair
    sender.send_frame(CLOSE, code.to_bytes(2, "big"))
    assert sender.expect_close(1002)


def test_a_close_payload_of_one_byte_is_a_protocol_error(pair):
    sender, _ = pair
    sender.send_frame(CLOSE, b"\x03")
    assert sender.expect_close(1002)


def test_a_close_reason_that_is_no_utf8_is_refused(pair):
    sender, _ = pair
    sender.send_frame(CLOSE, b"\x03\xe8\xff\xfe")
    assert sender.expect_close(1007)


def test_a_close_reason_may_fill_its_frame(pair):
    sender, _ = pair
    sender.send_frame(CLOSE, b"\x03\xe8" + b"x" * 123)
    assert sender.read_frame().close_code == 1000


def test_nothing_that_follows_a_close_is_passed_on(pair):
    sender, receiver = pair
    sender.send(encode(CLOSE, b"\x03\xe8") + encode(TEXT, b"too late") + encode(PING, b"too late"))
    assert sender.read_frame().opcode == CLOSE
    sender.expect_end()
    receiver.send_frame(PING, b"still here")
    assert_arrives(receiver, PONG, b"still here")


# ---- 9, limits

@pytest.mark.parametrize("frames", [
    [encode(BINARY, b"", length=LIMIT + 1, length_form=64)],
    [encode(BINARY, b"", length=(1 << 63) - 1, length_form=64)],
    [encode(BINARY, b"x" * LIMIT, final=False), encode(CONTINUATION, b"x")],
])
def test_a_message_beyond_the_limit_closes_with_1009(pair, frames):
    sender, receiver = pair
    sender.send(b"".join(frames))
    assert sender.expect_close(1009)
    receiver.send_frame(PING, b"")
    assert_arrives(receiver, PONG, b"")


# ---- the handshake

def test_the_accept_key_is_that_of_the_rfc(shared_relay):
    with RawWebSocket(shared_relay.uri(), Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==") as client:
        assert "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in client.answer


def test_fields_compare_without_case_and_in_lists(shared_relay):
    with RawWebSocket(shared_relay.uri(), Upgrade="WebSocket", Connection="keep-alive, upgrade"):
        pass


def test_extensions_are_not_agreed_to(shared_relay):
    with RawWebSocket(shared_relay.uri(), Sec_WebSocket_Extensions="permessage-deflate") as client:
        assert "Sec-WebSocket-Extensions" not in client.answer


def test_frames_that_come_with_the_handshake_are_served(shared_relay):
    uri = shared_relay.uri()
    with RawSocket(shared_relay.relay_port) as client:
        client.send(handshake(uri) + encode(PING, b"early"))
        assert client.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 101")
        assert client.read(7) == b"\x8a\x05early"
