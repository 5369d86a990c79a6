// SPDX-License-Identifier: Apache-2.0
#include "media/ts_packet.hpp"

#include "media/random_access.hpp"
#include "media/ts_packet_builder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace relay::media {
namespace {

using test::Bytes;
using test::TsBuilder;
using test::operator+;

std::optional<TsPacket> parse(const Bytes& bytes) {
    return parse_packet(std::span(bytes).first<packet_size>());
}

TEST(TsPacket, HeaderFieldsAreRead) {
    TsBuilder build;
    build.packet(0x1ABC, false, Bytes(184, 1));
    const Bytes bytes = build.packet(0x1ABC, true, Bytes(184, 7));
    const auto packet = parse(bytes);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->pid, 0x1ABC);
    EXPECT_EQ(packet->continuity_counter, 1);
    EXPECT_TRUE(packet->payload_unit_start);
    EXPECT_TRUE(packet->has_payload);
    EXPECT_FALSE(packet->stuffed);
    EXPECT_EQ(packet->payload.size(), 184U);
    EXPECT_EQ(packet->payload[0], 7);
}

TEST(TsPacket, AdaptationFieldIsReadAndSkipped) {
    TsBuilder build;
    const auto packet = parse(build.packet(
        0x100, true, Bytes(176, 9), {.random_access = true, .discontinuity = true, .clock = true}));
    ASSERT_TRUE(packet);
    EXPECT_TRUE(packet->random_access);
    EXPECT_TRUE(packet->discontinuity);
    EXPECT_FALSE(packet->stuffed);
    EXPECT_EQ(packet->payload.size(), 176U);
}

TEST(TsPacket, StuffingOfAnyLengthIsSeen) {
    TsBuilder build;
    for (std::size_t size = 1; size < 184; ++size) {
        const Bytes bytes = build.packet(0x100, false, Bytes(size, 9));
        ASSERT_EQ(bytes.size(), packet_size);
        const auto packet = parse(bytes);
        ASSERT_TRUE(packet) << size;
        EXPECT_TRUE(packet->stuffed) << size;
        EXPECT_EQ(packet->payload.size(), size);
    }
}

TEST(TsPacket, FieldsBeforeStuffingAreNotTakenForStuffing) {
    Bytes bytes(packet_size, 0xAA);
    const Bytes header{sync_byte, 0x01, 0x00, 0x30, 26, 0x1F};  // PCR, OPCR, splice, private, ext.
    std::copy(header.begin(), header.end(), bytes.begin());
    bytes[5 + 14] = 4;      // private data: 4 bytes
    bytes[5 + 14 + 5] = 6;  // extension: 6 bytes, ending at 5 + 26
    ASSERT_TRUE(parse(bytes));
    EXPECT_FALSE(parse(bytes)->stuffed);
    bytes[5 + 14 + 5] = 5;
    EXPECT_TRUE(parse(bytes)->stuffed);
    bytes[5 + 14] = 0xFF;  // more than the field holds
    EXPECT_FALSE(parse(bytes)->stuffed);
}

TEST(TsPacket, PacketsThatAreNoneAreRefused) {
    TsBuilder build;
    Bytes no_sync = build.packet(0x100, false, Bytes(184, 1));
    no_sync[0] = 0x48;
    EXPECT_FALSE(parse(no_sync));
    Bytes damaged = build.packet(0x100, false, Bytes(184, 1));
    damaged[1] |= 0x80;
    EXPECT_FALSE(parse(damaged));
    Bytes too_long = build.packet(0x100, false, Bytes(100, 1));
    too_long[4] = 184;
    EXPECT_FALSE(parse(too_long));
    too_long[4] = 183;
    ASSERT_TRUE(parse(too_long));
    EXPECT_TRUE(parse(too_long)->payload.empty());
}

TEST(TsPacket, PesStartsTellKindLengthAndStream) {
    TsBuilder build;
    const Bytes video = build.video({1, 2, 3});
    const auto start = parse_pes_start(*parse(video));
    ASSERT_TRUE(start);
    EXPECT_EQ(start->kind, StreamKind::video);
    EXPECT_EQ(start->total_size, 0U);
    EXPECT_EQ(Bytes(start->stream.begin(), start->stream.end()), (Bytes{1, 2, 3}));

    const Bytes audio = build.audio(50);
    EXPECT_EQ(parse_pes_start(*parse(audio))->kind, StreamKind::audio);
    EXPECT_EQ(parse_pes_start(*parse(audio))->total_size, 59U);
    const Bytes padding = build.pes(0x102, 0xBE, Bytes(9, 0), true);
    EXPECT_EQ(parse_pes_start(*parse(padding))->kind, StreamKind::other);
}

TEST(TsPacket, NoPesStartWithoutStartCodeOrUnitStart) {
    TsBuilder build;
    EXPECT_FALSE(parse_pes_start(*parse(build.packet(0x100, false, Bytes{0, 0, 1, 0xE0, 0, 0}))));
    EXPECT_FALSE(parse_pes_start(*parse(build.packet(0x100, true, Bytes{0, 0, 2, 0xE0, 0, 0}))));
    EXPECT_FALSE(parse_pes_start(*parse(build.packet(0x100, true, Bytes{0, 0, 1, 0xE0}))));
    EXPECT_FALSE(parse_pes_start(*parse(build.association())));
}

TEST(TsPacket, TablesAreKnownByPidOrTableId) {
    TsBuilder build;
    EXPECT_TRUE(is_table(*parse(build.association())));
    EXPECT_TRUE(is_table(*parse(build.section(0x11, {0x42, 0xF0, 0x25}))));
    EXPECT_TRUE(is_table(*parse(build.map({0x01}, 0x0ABC))));
    EXPECT_FALSE(is_table(*parse(build.picture(true, 100))));
    EXPECT_FALSE(is_table(*parse(build.packet(0x0ABC, true, Bytes{200, 0x02, 0xB0}))));
}

TEST(TsPacket, MapWithoutVideoIsRecognised) {
    TsBuilder build;
    EXPECT_TRUE(is_map_without_video(*parse(build.map({0x03}))));
    EXPECT_TRUE(is_map_without_video(*parse(build.map({0x0F, 0x06}))));
    EXPECT_FALSE(is_map_without_video(*parse(build.map({0x03, 0x1B}))));
    EXPECT_FALSE(is_map_without_video(*parse(build.map({0x7E}))));  // unknown: may be video
    EXPECT_FALSE(is_map_without_video(*parse(build.map({}))));
    EXPECT_FALSE(is_map_without_video(*parse(build.association())));
}

TEST(TsPacket, MalformedMapsAreHarmless) {
    TsBuilder build;
    const Bytes good = build.map({0x03, 0x04});
    for (std::size_t at = 4; at < 40; ++at)
        for (const int value : {0, 1, 0x7F, 0xFF}) {
            Bytes bad = good;
            bad[at] = static_cast<std::uint8_t>(value);
            (void)is_map_without_video(*parse(bad));  // sanitizers judge
        }
    Bytes empty = good;
    empty[6] = 0xB0;
    empty[7] = 0;  // section_length
    EXPECT_FALSE(is_map_without_video(*parse(empty)));
}

TEST(RandomAccess, IsToldByTheStartCodesOfEachCodec) {
    const struct {
        std::string name;
        Bytes stream;
        bool expected;
    } cases[] = {
        {"MPEG sequence header", {0, 0, 1, 0xB3, 1, 2, 3}, true},
        {"MPEG picture", {0, 0, 1, 0x00, 1, 2, 3}, false},
        {"MPEG group without sequence header", {0, 0, 1, 0xB8, 0, 0, 1, 0x00}, false},
        {"MPEG picture with slices 37 and 39",
         {0, 0, 1, 0, 9, 0, 0, 1, 0x25, 0, 0, 1, 0x27},
         false},
        {"MPEG picture with slice 103", {0, 0, 1, 0, 9, 0, 0, 1, 0x67, 0}, false},
        {"H.264 delimiter and SPS", {0, 0, 0, 1, 0x09, 0xF0, 0, 0, 0, 1, 0x67, 0x42}, true},
        {"H.264 delimiter and IDR", {0, 0, 0, 1, 0x09, 0x10, 0, 0, 1, 0x65, 0x88}, true},
        {"H.264 SPS of low importance", {0, 0, 1, 0x27, 0x42}, true},
        {"H.264 delimiter and P slice", {0, 0, 0, 1, 0x09, 0x30, 0, 0, 1, 0x41, 0x9A}, false},
        {"H.264 PPS and P slice", {0, 0, 1, 0x28, 0xEE, 0, 0, 1, 0x21, 0x9A}, false},
        {"H.265 delimiter and VPS", {0, 0, 0, 1, 0x46, 1, 0x50, 0, 0, 0, 1, 0x40, 1}, true},
        {"H.265 delimiter and IDR", {0, 0, 0, 1, 0x46, 1, 0x10, 0, 0, 1, 0x26, 1}, true},
        {"H.265 CRA first", {0, 0, 1, 0x2A, 1}, true},
        {"H.265 delimiter and P slice", {0, 0, 0, 1, 0x46, 1, 0x50, 0, 0, 1, 0x02, 1}, false},
        {"nothing", {}, false},
        {"no start code", {1, 2, 3, 4, 5}, false},
        {"start code without its byte", {0, 0, 1}, false},
    };
    for (const auto& item : cases)
        EXPECT_EQ(shows_random_access(item.stream), item.expected) << item.name;
}

}  // namespace
}  // namespace relay::media
