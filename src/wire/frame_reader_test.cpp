// SPDX-License-Identifier: Apache-2.0
#include "wire/frame_reader.hpp"

#include "wire/frame_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace relay::wire {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Kind = FrameEvent::Kind;
using namespace std::string_literals;

struct Seen {
    Kind kind;
    std::string text;  // payload, or reason
    int detail = 0;    // message type or close code
    bool operator==(const Seen&) const = default;
};

std::string as_text(std::span<const std::uint8_t> bytes) {
    return {bytes.begin(), bytes.end()};
}

Seen seen(const FrameEvent& event) {
    switch (event.kind) {
        case Kind::message:
            return {event.kind, as_text(event.message->payload()),
                    static_cast<int>(event.message->type())};
        case Kind::ping:
        case Kind::pong:
            return {event.kind, as_text(event.payload)};
        default:
            return {event.kind, std::string(event.reason), static_cast<int>(event.code)};
    }
}

// Feeds the bytes in pieces of the given size and collects events up to the first error or close.
std::vector<Seen> read_all(const Bytes& bytes, std::size_t piece_size, std::size_t max = 1 << 20,
                           FrameReader::Role role = FrameReader::Role::server) {
    FrameReader reader(role, max);
    std::vector<Seen> events;
    Bytes copy = bytes;
    for (std::size_t at = 0; at < copy.size(); at += piece_size) {
        std::span<std::uint8_t> piece(copy.data() + at, std::min(piece_size, copy.size() - at));
        for (;;) {
            const FrameEvent event = reader.next(piece);
            if (event.kind == Kind::need_more) break;
            events.push_back(seen(event));
            if (event.kind == Kind::error || event.kind == Kind::close) return events;
        }
        EXPECT_TRUE(piece.empty());
    }
    return events;
}

// One frame, masked unless told otherwise, with every header bit in the caller's hand.
Bytes frame(int first_byte, const std::string& payload, bool mask = true) {
    Bytes bytes{static_cast<std::uint8_t>(first_byte)};
    const std::size_t size = payload.size();
    const int mask_bit = mask ? 0x80 : 0;
    if (size < 126) {
        bytes.push_back(static_cast<std::uint8_t>(mask_bit | static_cast<int>(size)));
    } else if (size < 65536) {
        bytes.push_back(static_cast<std::uint8_t>(mask_bit | 126));
        bytes.push_back(static_cast<std::uint8_t>(size >> 8));
        bytes.push_back(static_cast<std::uint8_t>(size));
    } else {
        bytes.push_back(static_cast<std::uint8_t>(mask_bit | 127));
        for (int i = 7; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
    }
    const MaskKey key{0x12, 0x34, 0xFE, 0xDC};
    if (mask) bytes.insert(bytes.end(), key.begin(), key.end());
    for (std::size_t i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::uint8_t>(payload[i] ^ (mask ? key[i % 4] : 0)));
    return bytes;
}

Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

std::string close_payload(int code, const std::string& reason = "") {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + reason;
}

struct Row {
    std::string name;
    Bytes bytes;
    std::vector<Seen> expected;
};

Seen text(const std::string& payload) {
    return {Kind::message, payload, 1};
}
Seen binary(const std::string& payload) {
    return {Kind::message, payload, 2};
}
Seen error(int code, const std::string& reason) {
    return {Kind::error, reason, code};
}

std::vector<Row> rows() {
    const std::string big(70'000, 'x');
    const std::string medium(126, 'm');
    return {
        {"5.6 text", frame(0x81, "hello"), {text("hello")}},
        {"5.6 binary", frame(0x82, "\xff\x00\x01"s), {binary("\xff\x00\x01"s)}},
        {"empty message", frame(0x81, ""), {text("")}},
        {"16-bit length", frame(0x82, medium), {binary(medium)}},
        {"64-bit length", frame(0x82, big), {binary(big)}},
        {"two messages", frame(0x81, "a") + frame(0x82, "b"), {text("a"), binary("b")}},
        {"5.4 fragments joined",
         frame(0x01, "Hel") + frame(0x00, "lo ") + frame(0x80, "you"),
         {text("Hello you")}},
        {"5.4 empty fragments", frame(0x02, "") + frame(0x00, "") + frame(0x80, ""), {binary("")}},
        {"5.4 control between fragments",
         frame(0x01, "a") + frame(0x89, "p") + frame(0x8A, "q") + frame(0x80, "b"),
         {{Kind::ping, "p"}, {Kind::pong, "q"}, text("ab")}},
        {"5.4 continuation without a start",
         frame(0x80, "x"),
         {error(1002, "continuation without a message")}},
        {"5.4 continuation after a whole message",
         frame(0x81, "a") + frame(0x80, "x"),
         {text("a"), error(1002, "continuation without a message")}},
        {"5.4 message inside a message",
         frame(0x01, "a") + frame(0x81, "b"),
         {error(1002, "message begins inside another")}},
        {"5.2 RSV1", frame(0xC1, "x"), {error(1002, "reserved bits are set")}},
        {"5.2 RSV2", frame(0xA1, "x"), {error(1002, "reserved bits are set")}},
        {"5.2 RSV3", frame(0x91, "x"), {error(1002, "reserved bits are set")}},
        {"5.2 opcode 3", frame(0x83, "x"), {error(1002, "unknown opcode")}},
        {"5.2 opcode 7", frame(0x87, "x"), {error(1002, "unknown opcode")}},
        {"5.2 opcode 11", frame(0x8B, "x"), {error(1002, "unknown opcode")}},
        {"5.2 opcode 15", frame(0x8F, "x"), {error(1002, "unknown opcode")}},
        {"5.1 client frame unmasked",
         frame(0x81, "x", false),
         {error(1002, "frame is not masked")}},
        {"5.2 length not minimal, 16 bits",
         {0x81, 0xFE, 0, 5, 0, 0, 0, 0},
         {error(1002, "length is not in its shortest form")}},
        {"5.2 length not minimal, 64 bits",
         {0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0},
         {error(1002, "length is not in its shortest form")}},
        {"5.2 highest length bit",
         {0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
         {error(1002, "length has its highest bit set")}},
        {"5.5 empty ping", frame(0x89, ""), {{Kind::ping, ""}}},
        {"5.5 longest ping",
         frame(0x89, std::string(125, 'p')),
         {{Kind::ping, std::string(125, 'p')}}},
        {"5.5 ping too long",
         frame(0x89, std::string(126, 'p')),
         {error(1002, "control frame is too long")}},
        {"5.5 ping fragmented", frame(0x09, "p"), {error(1002, "control frame is fragmented")}},
        {"5.5.1 close without code", frame(0x88, ""), {{Kind::close, "", 1005}}},
        {"5.5.1 close with code", frame(0x88, close_payload(1000)), {{Kind::close, "", 1000}}},
        {"5.5.1 close with reason",
         frame(0x88, close_payload(4401, "expired")),
         {{Kind::close, "expired", 4401}}},
        {"5.5.1 close of one byte", frame(0x88, "\x03"), {error(1002, "close code is cut")}},
        {"5.5.1 close reason not UTF-8",
         frame(0x88, close_payload(1000, "\xff")),
         {error(1007, "close reason is not UTF-8")}},
        {"8.1 text not UTF-8", frame(0x81, "ab\xc0\xaf"), {error(1007, "text is not UTF-8")}},
        {"8.1 text cut in a character",
         frame(0x81, "\xe2\x82"),
         {error(1007, "text ends inside a character")}},
        {"8.1 character split over fragments",
         frame(0x01, "\xe2") + frame(0x00, "\x82") + frame(0x80, "\xac"),
         {text("\xe2\x82\xac")}},
        {"8.1 fragment cut in a character",
         frame(0x01, "\xe2") + frame(0x80, "x"),
         {error(1007, "text is not UTF-8")}},
        {"8.1 binary is not checked", frame(0x82, "\xc0\xaf"), {binary("\xc0\xaf")}},
        {"8.1 state is fresh after a text",
         frame(0x81, "\xc3\xa9") + frame(0x81, "\xc3\xa9"),
         {text("\xc3\xa9"), text("\xc3\xa9")}},
    };
}

TEST(FrameReader, FollowsTheRulesOfRfc6455WhateverTheSplit) {
    for (const Row& row : rows()) {
        for (const std::size_t piece : {1u, 2u, 3u, 7u, 64u, 1'000'000u}) {
            SCOPED_TRACE(row.name + ", pieces of " + std::to_string(piece));
            EXPECT_EQ(read_all(row.bytes, piece), row.expected);
        }
    }
}

TEST(FrameReader, AcceptsExactlyTheCloseCodesThatMayBeSent) {
    for (int code = 0; code < 5100; ++code) {
        const bool allowed = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                             (code >= 3000 && code <= 4999);
        const auto events = read_all(frame(0x88, close_payload(code)), 1'000);
        ASSERT_EQ(events.size(), 1u);
        EXPECT_EQ(events[0].kind, allowed ? Kind::close : Kind::error) << code;
    }
}

TEST(FrameReader, RefusesAMessageOneByteOverTheLimitFromItsHeaderOn) {
    const std::string limit(1000, 'x');
    EXPECT_EQ(read_all(frame(0x82, limit), 4000, 1000), std::vector<Seen>{binary(limit)});
    const Bytes header_only{0x82, 0xFE, 0x03, 0xE9, 0, 0, 0, 0};
    EXPECT_EQ(read_all(header_only, 8, 1000), std::vector<Seen>{error(1009, "message is too big")});
}

TEST(FrameReader, CountsFragmentsTogetherAgainstTheLimit) {
    const Bytes bytes = frame(0x02, std::string(600, 'x')) + frame(0x80, std::string(401, 'x'));
    EXPECT_EQ(read_all(bytes, 4000, 1000), std::vector<Seen>{error(1009, "message is too big")});
}

TEST(FrameReader, ClientSideRefusesMaskedFrames) {
    EXPECT_EQ(read_all(frame(0x81, "x", false), 10, 100, FrameReader::Role::client),
              std::vector<Seen>{text("x")});
    EXPECT_EQ(read_all(frame(0x81, "x"), 10, 100, FrameReader::Role::client),
              std::vector<Seen>{error(1002, "frame is masked")});
}

TEST(FrameReader, TakesLargePayloadsDirectly) {
    const std::string payload(100'000, 'z');
    Bytes bytes = frame(0x82, payload);
    FrameReader reader(FrameReader::Role::server, 1 << 20);
    EXPECT_TRUE(reader.direct_room().empty());
    std::span<std::uint8_t> first(bytes.data(), 5000);
    EXPECT_EQ(reader.next(first).kind, Kind::need_more);
    std::size_t at = 5000;
    FrameEvent event;
    while (event.kind == Kind::need_more) {
        const auto room = reader.direct_room();
        const std::size_t count = std::min<std::size_t>({room.size(), 30'001, bytes.size() - at});
        ASSERT_GT(count, 0u);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, room.begin());
        at += count;
        event = reader.direct_received(count);
    }
    EXPECT_EQ(seen(event), binary(payload));
    EXPECT_EQ(at, bytes.size());
    EXPECT_TRUE(reader.direct_room().empty());
}

TEST(FrameReader, ReadsWhatTheWriterWrites) {
    std::mt19937 random(20261122);
    for (int round = 0; round < 300; ++round) {
        Bytes stream;
        std::vector<Seen> expected;
        for (int i = 0; i < 5; ++i) {
            std::string payload(random() % (round % 10 == 0 ? 200'000 : 300), '\0');
            for (char& c : payload) c = static_cast<char>(random() % 128);
            const MessageType type = random() % 2 ? MessageType::text : MessageType::binary;
            const MaskKey key{static_cast<std::uint8_t>(random()), 2, 3, 4};
            append_client_frame(
                stream, type,
                std::span(reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()),
                key);
            expected.push_back({Kind::message, payload, static_cast<int>(type)});
        }
        EXPECT_EQ(read_all(stream, 1 + random() % 5000), expected) << "round " << round;
    }
}

}  // namespace
}  // namespace relay::wire
