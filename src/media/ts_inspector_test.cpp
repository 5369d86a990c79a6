// SPDX-License-Identifier: Apache-2.0
#include "media/ts_inspector.hpp"

#include "media/ts_packet_builder.hpp"

#include <gtest/gtest.h>

#include <random>

namespace relay::media {
namespace {

using test::Bytes;
using test::TsBuilder;
using test::operator+;

constexpr std::uint32_t none = TsSummary::none;

struct TsInspectorTest : testing::Test {
    TsBuilder build;

    void expect(const Bytes& message, std::uint32_t first, std::uint32_t random_access) {
        const TsSummary summary = inspect_message(message);
        EXPECT_TRUE(summary.is_transport_stream);
        EXPECT_EQ(summary.first_picture_start, first);
        EXPECT_EQ(summary.random_access, random_access);
    }
};

TEST_F(TsInspectorTest, OtherMessagesAreNoTransportStream) {
    const Bytes text{'{', '}'};
    EXPECT_FALSE(inspect_message({}).is_transport_stream);
    EXPECT_FALSE(inspect_message(text).is_transport_stream);
    EXPECT_FALSE(inspect_message(Bytes(188, 0)).is_transport_stream);
    Bytes short_by_one = build.picture(true, 500);
    short_by_one.pop_back();
    EXPECT_FALSE(inspect_message(short_by_one).is_transport_stream);
    Bytes broken = build.picture(true, 500);
    broken[188] = 0;
    const TsSummary summary = inspect_message(broken);
    EXPECT_FALSE(summary.is_transport_stream);
    EXPECT_EQ(summary.random_access, none);
}

TEST_F(TsInspectorTest, KeyPictureIsARandomAccessPoint) {
    expect(build.picture(true, 1000), 0, 0);
}

TEST_F(TsInspectorTest, OtherPictureIsAPictureOnly) {
    expect(build.picture(false, 1000), 0, none);
}

TEST_F(TsInspectorTest, MiddleOfAPictureStartsNothing) {
    Bytes message = build.picture(true, 1000);
    message.erase(message.begin(), message.begin() + 188);
    expect(message, none, none);
}

TEST_F(TsInspectorTest, TablesBeforeAPictureBelongToIt) {
    expect(build.tables() + build.picture(true, 300), 0, 0);
    const Bytes service = build.section(0x11, {0x42, 0xF0, 0x25});
    expect(service + build.tables() + build.picture(true, 300), 0, 0);
}

TEST_F(TsInspectorTest, TablesFurtherBeforeDoNot) {
    expect(build.tables() + build.audio(100) + build.picture(true, 300), 3 * 188, 3 * 188);
}

TEST_F(TsInspectorTest, NullAndClockPacketsDoNotSeparateTablesFromTheirPicture) {
    const Bytes clock = build.packet(TsBuilder::video_pid, false, {}, {.clock = true});
    expect(build.tables() + build.null_packet() + clock + build.picture(true, 300), 0, 0);
    expect(build.null_packet() + build.picture(true, 300), 188, 188);
}

TEST_F(TsInspectorTest, SecondPacketOfATableBelongsToIt) {
    const Bytes rest = build.packet(TsBuilder::map_pid, false, Bytes(184, 0xFF));
    expect(build.tables() + rest + build.picture(true, 300), 0, 0);
}

TEST_F(TsInspectorTest, FirstPictureAndLastRandomAccessPointAreReported) {
    const Bytes tail = build.picture(false, 100);
    const Bytes first = build.picture(true, 700);
    const Bytes second = build.tables() + build.picture(true, 700);
    const Bytes third = build.picture(false, 700);
    const auto at = static_cast<std::uint32_t>(tail.size() + first.size());
    expect(tail + first + second + third, 0, at);
    EXPECT_EQ(inspect_message(first + second + third).random_access, first.size());
}

TEST_F(TsInspectorTest, RandomAccessIndicatorCounts) {
    expect(build.video({0, 0, 1, 0x00, 5}, {.random_access = true}), 0, 0);
}

TEST_F(TsInspectorTest, AudioBetweenPicturesIsNoPicture) {
    expect(build.audio(), none, none);
    expect(build.tables() + build.audio(), none, none);
    expect(build.audio(100) + build.picture(false, 300), 188, none);
}

TEST_F(TsInspectorTest, AudioIsThePictureOfAStreamWithoutVideo) {
    const Bytes tables = build.association() + build.map({0x03});
    expect(tables + build.audio(100) + build.audio(100), 0, 3 * 188);
}

TEST_F(TsInspectorTest, DamagedPacketsAreNoPictures) {
    Bytes damaged = build.picture(true, 100);
    damaged[1] |= 0x80;
    expect(damaged + build.picture(false, 100), 188, none);
}

TEST_F(TsInspectorTest, AnyBytesAreSafeAndOffsetsLieOnPackets) {
    std::mt19937 random(20261122);
    for (int round = 0; round < 3000; ++round) {
        Bytes message = build.tables() + build.picture(round % 2 == 0, 600) + build.audio();
        for (unsigned change = random() % 40; change > 0; --change) {
            const std::size_t at = random() % message.size();
            if (at % 188 != 0) message[at] = static_cast<std::uint8_t>(random());
        }
        const TsSummary summary = inspect_message(message);
        ASSERT_TRUE(summary.is_transport_stream);
        for (const std::uint32_t offset : {summary.first_picture_start, summary.random_access})
            if (offset != none) {
                ASSERT_LT(offset, message.size());
                ASSERT_EQ(offset % 188, 0U);
            }
        if (summary.random_access != none) {
            ASSERT_LE(summary.first_picture_start, summary.random_access);
        }
    }
}

}  // namespace
}  // namespace relay::media
