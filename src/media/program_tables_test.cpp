// SPDX-License-Identifier: Apache-2.0
#include "media/program_tables.hpp"

#include "media/ts_packet_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace relay::media {
namespace {

using test::Bytes;
using Packet = std::array<std::uint8_t, packet_size>;

// As ffmpeg 5.1 wrote them for one MPEG-1 video (programme 1, PMT at 0x1000, video at 0x100).
Packet padded(const Bytes& begin) {
    Packet packet;
    packet.fill(0xFF);
    std::ranges::copy(begin, packet.begin());
    return packet;
}
const Packet ffmpeg_association =
    padded({0x47, 0x40, 0x00, 0x10, 0x00, 0x00, 0xB0, 0x0D, 0x00, 0x01, 0xC1,
            0x00, 0x00, 0x00, 0x01, 0xF0, 0x00, 0x2A, 0xB1, 0x04, 0xB2});
const Packet ffmpeg_map =
    padded({0x47, 0x50, 0x00, 0x10, 0x00, 0x02, 0xB0, 0x12, 0x00, 0x01, 0xC1, 0x00, 0x00,
            0xE1, 0x00, 0xF0, 0x00, 0x02, 0xE1, 0x00, 0xF0, 0x00, 0x9E, 0x8B, 0x23, 0xD1});

ProgramMap a_map() {
    return {.version = 31,
            .clock_pid = 0x100,
            .descriptors = {0x05, 0x01, 0x41},
            .tracks = {{.stream_type = 0x01, .pid = 0x100, .descriptors = {}},
                       {.stream_type = 0x03, .pid = 0x101, .descriptors = {0x0A, 0x01, 0x65}}}};
}

TEST(ProgramTables, TablesOfAnEncoderAreReadAndWrittenByteByByte) {
    const auto association = parse_association(*parse_packet(ffmpeg_association));
    ASSERT_TRUE(association);
    EXPECT_EQ(*association, (Association{.stream_id = 1, .program = 1, .map_pid = 0x1000}));
    const auto map = parse_program_map(*parse_packet(ffmpeg_map));
    ASSERT_TRUE(map);
    EXPECT_EQ(map->clock_pid, 0x100);
    ASSERT_EQ(map->tracks.size(), 1U);
    EXPECT_EQ(map->tracks[0].pid, 0x100);

    Packet written{};
    write_association(*association, written);
    EXPECT_EQ(written, ffmpeg_association);
    ASSERT_TRUE(write_program_map(*map, *association, written));
    EXPECT_EQ(written, ffmpeg_map);
}

TEST(ProgramTables, MapComesBackAsItWasWritten) {
    Packet packet{};
    const Association association{.stream_id = 7, .program = 3, .map_pid = 0x20};
    ASSERT_TRUE(write_program_map(a_map(), association, packet));
    const auto parsed = parse_packet(packet);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->pid, 0x20);
    EXPECT_EQ(parse_program_map(*parsed), a_map());
    EXPECT_FALSE(parse_association(*parsed));
}

TEST(ProgramTables, MapThatFillsAPacketFitsAndALargerOneDoesNot) {
    ProgramMap map = a_map();
    const std::size_t used = 5 + 12 + 3 + 2 * 5 + 3 + 4;
    map.tracks[0].descriptors.assign(packet_size - used, 0x11);
    Packet packet{};
    EXPECT_TRUE(write_program_map(map, {.map_pid = 0x1000}, packet));
    EXPECT_EQ(parse_program_map(*parse_packet(packet)), map);
    map.tracks[0].descriptors.push_back(0x11);
    const Packet before = packet;
    EXPECT_FALSE(write_program_map(map, {.map_pid = 0x1000}, packet));
    EXPECT_EQ(packet, before);
}

TEST(ProgramTables, OneChangedBitIsNoticed) {
    for (std::size_t bit = 0; bit < 21 * 8; ++bit) {
        Packet changed = ffmpeg_map;
        const std::size_t at = 5 + bit / 8;
        changed[at] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_FALSE(parse_program_map(*parse_packet(changed))) << "bit " << bit;
    }
}

TEST(ProgramTables, NetworkIsNoProgramme) {
    Packet packet{};
    write_association({.stream_id = 1, .program = 0, .map_pid = 0x10}, packet);
    EXPECT_FALSE(parse_association(*parse_packet(packet)));
}

TEST(ProgramTables, AnotherTableOrNoneIsNothing) {
    test::TsBuilder build;
    for (const Bytes& bytes : {build.null_packet(), build.picture(true, 20), build.audio(20)}) {
        const auto packet = parse_packet(std::span(bytes).first<packet_size>());
        EXPECT_FALSE(parse_association(*packet));
        EXPECT_FALSE(parse_program_map(*packet));
    }
}

}  // namespace
}  // namespace relay::media
