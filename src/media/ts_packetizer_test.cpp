// SPDX-License-Identifier: Apache-2.0
#include "media/ts_packetizer.hpp"

#include "media/ts_packet_builder.hpp"

#include <gtest/gtest.h>

#include <random>

namespace relay::media {
namespace {

using test::Bytes;
using test::TsBuilder;
using test::operator+;

Bytes joined(const std::vector<Bytes>& parts) {
    Bytes all;
    for (const Bytes& part : parts) all = std::move(all) + part;
    return all;
}

struct TsPacketizerTest : testing::Test {
    TsBuilder build;
    TsPacketizer packetizer;

    // The stream's first packets are known as such by five sync bytes or a flush.
    void SetUp() override { begin(packetizer); }
    void begin(TsPacketizer& started) {
        started.push(build.null_packet());
        started.flush();
        EXPECT_TRUE(started.next());
    }

    std::vector<Bytes> drain(TsPacketizer& from) {
        std::vector<Bytes> messages;
        while (auto message = from.next()) messages.push_back(std::move(*message));
        return messages;
    }
    std::vector<Bytes> push(const Bytes& bytes) {
        packetizer.push(bytes);
        return drain(packetizer);
    }
    std::vector<Bytes> flush() {
        packetizer.flush();
        return drain(packetizer);
    }
};

TEST_F(TsPacketizerTest, PictureLeavesWithItsLastPacket) {
    const Bytes picture = build.tables() + build.picture(true, 5000);
    EXPECT_EQ(push(picture), std::vector<Bytes>{picture});
    EXPECT_FALSE(packetizer.holds_packets());
}

TEST_F(TsPacketizerTest, CountsWhatTheStreamConsistsOf) {
    StreamCounts before = packetizer.counts();
    const Bytes stream = build.tables() + build.picture(true, 2000) + build.audio() +
                         build.picture(false, 2000) + build.tables() +
                         build.video({0, 0, 1, 0, 1, 2, 3}, {.random_access = true});
    push(stream);
    flush();
    StreamCounts counts = packetizer.counts();
    counts -= before;
    EXPECT_EQ(counts.packets, stream.size() / packet_size);
    EXPECT_EQ(counts.damaged_packets, 0U);
    EXPECT_EQ(counts.association_tables, 2U);
    EXPECT_EQ(counts.map_tables, 2U);
    EXPECT_EQ(counts.pictures, 3U);
    EXPECT_EQ(counts.random_access_points, 2U);
}

TEST_F(TsPacketizerTest, CountsDamagedPackets) {
    Bytes marked = build.audio(100);
    marked[1] |= 0x80;  // transport_error_indicator
    push(marked);
    flush();
    EXPECT_EQ(packetizer.counts().damaged_packets, 1U);
    StreamCounts twice = packetizer.counts();
    twice += packetizer.counts();
    EXPECT_EQ(twice.damaged_packets, 2U);
    twice -= packetizer.counts();
    EXPECT_EQ(twice, packetizer.counts());
}

TEST_F(TsPacketizerTest, PictureOfOnePacketLeavesAtOnce) {
    const Bytes picture = build.picture(false, 20);
    ASSERT_EQ(picture.size(), packet_size);
    EXPECT_EQ(push(picture), std::vector<Bytes>{picture});
}

TEST_F(TsPacketizerTest, PictureOfKnownLengthLeavesWithItsLastByte) {
    const std::size_t unstuffed = 5 * 184 - 9;  // fills its packets exactly
    const Bytes picture = build.pes(0x100, 0xE0, Bytes(unstuffed, 1), true);
    ASSERT_EQ(picture.size(), 5 * packet_size);
    EXPECT_EQ(push(picture), std::vector<Bytes>{picture});
}

TEST_F(TsPacketizerTest, PictureOfUnknownEndLeavesBeforeTheNextOne) {
    const Bytes stream(5 * 184 - 9, 1);  // neither length nor stuffing tells its end
    const Bytes first = build.tables() + build.video(stream);
    const Bytes second = build.tables() + build.video(stream);
    EXPECT_TRUE(push(first).empty());
    EXPECT_EQ(push(second), std::vector<Bytes>{first});
    EXPECT_EQ(flush(), std::vector<Bytes>{second});
}

TEST_F(TsPacketizerTest, StuffingBeforeTheKnownEndDoesNotCut) {
    Bytes stream = Bytes(9, 0) + Bytes(700, 3);
    Bytes whole = build.pes(0x100, 0xE0, stream, true);
    // The same PES packet with a stuffed packet in its middle.
    Bytes data{0, 0, 1, 0xE0, 0, 203, 0x80, 0, 0};
    data = data + Bytes(200, 3);
    TsBuilder other;
    const Bytes first = other.packet(0x100, true, std::span(data).first(100));
    const Bytes rest = other.packet(0x100, false, std::span(data).subspan(100));
    EXPECT_EQ(push(whole), std::vector<Bytes>{whole});
    EXPECT_TRUE(push(first).empty());
    EXPECT_EQ(push(rest), std::vector<Bytes>{first + rest});
}

TEST_F(TsPacketizerTest, AudioStaysInOrder) {
    const std::vector<Bytes> expected{build.picture(true, 900), build.audio(),
                                      build.tables() + build.picture(false, 900)};
    std::vector<Bytes> messages = push(joined(expected));
    EXPECT_EQ(messages, expected);
}

TEST_F(TsPacketizerTest, AudioInsideAPictureStaysThere) {
    const Bytes picture = build.picture(true, 900);
    const Bytes head(picture.begin(), picture.begin() + 376);
    const Bytes tail(picture.begin() + 376, picture.end());
    const Bytes mixed = head + build.audio() + tail;
    EXPECT_EQ(push(mixed), std::vector<Bytes>{mixed});
}

TEST_F(TsPacketizerTest, AudioLeavesAtTheFlush) {
    const Bytes audio = build.audio();
    EXPECT_TRUE(push(audio).empty());
    EXPECT_TRUE(packetizer.holds_packets());
    EXPECT_EQ(flush(), std::vector<Bytes>{audio});
    EXPECT_FALSE(packetizer.holds_packets());
    EXPECT_TRUE(flush().empty());
}

TEST_F(TsPacketizerTest, FlushKeepsTheIncompletePacket) {
    const Bytes audio = build.audio(1000);
    const Bytes start(audio.begin(), audio.begin() + 400);
    const Bytes rest(audio.begin() + 400, audio.end());
    EXPECT_TRUE(push(start).empty());
    EXPECT_EQ(flush(), (std::vector<Bytes>{Bytes(audio.begin(), audio.begin() + 376)}));
    EXPECT_TRUE(push(rest).empty());
    EXPECT_EQ(flush(), (std::vector<Bytes>{Bytes(audio.begin() + 376, audio.end())}));
    EXPECT_EQ(packetizer.discarded_bytes(), 0U);
}

TEST_F(TsPacketizerTest, FinishDiscardsTheIncompletePacket) {
    const Bytes audio = build.audio(1000);
    EXPECT_TRUE(push(Bytes(audio.begin(), audio.begin() + 400)).empty());
    packetizer.finish();
    EXPECT_EQ(drain(packetizer), (std::vector<Bytes>{Bytes(audio.begin(), audio.begin() + 376)}));
    EXPECT_EQ(packetizer.discarded_bytes(), 24U);
}

TEST_F(TsPacketizerTest, LimitCutsLargePicturesInOrder) {
    TsPacketizer small(1000);
    begin(small);
    const Bytes picture = build.picture(true, 5000);
    small.push(picture);
    const std::vector<Bytes> messages = drain(small);
    EXPECT_EQ(joined(messages), picture);
    EXPECT_EQ(messages.size(), (picture.size() + 939) / 940);
    for (const Bytes& message : messages) EXPECT_LE(message.size(), 940U);
}

TEST_F(TsPacketizerTest, TornPacketIsDiscarded) {
    std::vector<Bytes> expected{build.audio(3000)};
    Bytes bytes = expected[0];
    Bytes torn = build.null_packet();
    torn.resize(100);  // its other 88 bytes were lost
    bytes = bytes + torn + build.audio(3000);
    packetizer.push(bytes);
    packetizer.finish();
    Bytes without = bytes;
    const auto at = without.begin() + static_cast<std::ptrdiff_t>(expected[0].size());
    without.erase(at, at + 100);
    EXPECT_EQ(joined(drain(packetizer)), without);
    EXPECT_EQ(packetizer.discarded_bytes(), 100U);
}

TEST_F(TsPacketizerTest, ForeignBytesBetweenWholePacketsAreDiscardedAlone) {
    const Bytes first = build.audio(3000);
    const Bytes second = build.audio(3000);
    for (const std::size_t size : {1U, 77U, 187U, 188U, 189U, 500U, 5000U}) {
        TsPacketizer fresh;
        begin(fresh);
        fresh.push(first + Bytes(size, 0x33) + second);
        fresh.finish();
        EXPECT_EQ(joined(drain(fresh)), first + second) << size;
        EXPECT_EQ(fresh.discarded_bytes(), size);
    }
}

TEST_F(TsPacketizerTest, ForeignBytesAfterTheLastPacketDoNotCostIt) {
    const Bytes audio = build.audio(3000);
    for (const std::size_t size : {1U, 10U, 100U, 187U, 300U}) {
        TsPacketizer fresh;
        begin(fresh);
        fresh.push(audio + Bytes(size, 0x33));
        fresh.finish();
        EXPECT_EQ(joined(drain(fresh)), audio) << size;
    }
}

TEST(TsPacketizerStart, FiveSyncBytesAreWantedWhileBytesFlow) {
    TsBuilder build;
    const Bytes audio = build.audio(184 * 8);
    TsPacketizer packetizer;
    packetizer.push(std::span(audio).first(4 * packet_size));
    packetizer.push(std::span(audio).subspan(4 * packet_size, 1));
    packetizer.flush();
    EXPECT_EQ(packetizer.next()->size(), 4 * packet_size);
}

TEST(TsPacketizerStart, LonelySyncByteDoesNotBegin) {
    Bytes bytes(2000, 0);
    bytes[5] = bytes[193] = bytes[381] = bytes[569] = sync_byte;  // four only
    TsPacketizer packetizer;
    packetizer.push(bytes);
    packetizer.finish();
    EXPECT_FALSE(packetizer.next());
    EXPECT_EQ(packetizer.discarded_bytes(), 2000U);
}

TEST(TsPacketizerStart, JoiningInsideAPacketBeginsWithTheNext) {
    TsBuilder build;
    const Bytes audio = build.audio(184 * 9);
    TsPacketizer packetizer;
    packetizer.push(std::span(audio).subspan(50));
    packetizer.finish();
    const auto message = packetizer.next();
    ASSERT_TRUE(message);
    EXPECT_EQ(*message, Bytes(audio.begin() + 188, audio.end()));
    EXPECT_EQ(packetizer.discarded_bytes(), 138U);
}

TEST(ContinuityCheck, CountsGapsOnly) {
    ContinuityCheck check;
    TsPacket packet{.pid = 7, .continuity_counter = 14, .has_payload = true};
    check.note(packet);
    packet.continuity_counter = 15;
    check.note(packet);
    packet.continuity_counter = 0;
    check.note(packet);
    check.note(packet);  // a repetition
    EXPECT_EQ(check.errors(), 0U);
    packet.continuity_counter = 2;
    check.note(packet);
    EXPECT_EQ(check.errors(), 1U);
    packet.continuity_counter = 9;
    packet.discontinuity = true;
    check.note(packet);
    EXPECT_EQ(check.errors(), 1U);
    packet = {.pid = 7, .continuity_counter = 10};  // no payload: the counter stays
    check.note(packet);
    EXPECT_EQ(check.errors(), 2U);
}

TEST_F(TsPacketizerTest, LostPacketsAreCounted) {
    Bytes audio = build.audio(3000);
    audio.erase(audio.begin() + 376, audio.begin() + 564);
    push(audio);
    EXPECT_EQ(flush(), std::vector<Bytes>{audio});
    EXPECT_EQ(packetizer.continuity_errors(), 1U);
}

Bytes random_stream(TsBuilder& build, std::mt19937& random) {
    Bytes stream;
    for (unsigned part = 1 + random() % 12; part > 0; --part) {
        switch (random() % 5) {
            case 0:
                stream = stream + build.tables();
                break;
            case 1:
                stream = stream + build.audio(random() % 1500);
                break;
            case 2:
                stream = stream + build.null_packet();
                break;
            case 3:
                stream = stream + build.pes(0x100, 0xE0, Bytes(random() % 3000, 2), true);
                break;
            default:
                stream = stream + build.picture(random() % 4 == 0, random() % 6000);
        }
    }
    return stream;
}

TEST(TsPacketizerProperty, AnySplittingGivesExactlyTheSameBytesInWholePackets) {
    std::mt19937 random(20261122);
    for (int round = 0; round < 600; ++round) {
        TsBuilder build;
        const Bytes stream = random_stream(build, random);
        TsPacketizer packetizer(188 * (1 + random() % 40));
        std::vector<Bytes> messages;
        const unsigned largest = 1 + random() % 1500;
        for (std::size_t at = 0; at < stream.size();) {
            const std::size_t size =
                std::min<std::size_t>(1 + random() % largest, stream.size() - at);
            packetizer.push(std::span(stream).subspan(at, size));
            at += size;
            // A stream is first recognised with packets in sight, so a flush before may not harm.
            if (random() % 8 == 0) packetizer.flush();
            while (auto message = packetizer.next()) messages.push_back(*message);
        }
        packetizer.finish();
        while (auto message = packetizer.next()) messages.push_back(*message);
        for (const Bytes& message : messages) {
            ASSERT_FALSE(message.empty());
            ASSERT_EQ(message.size() % packet_size, 0U);
        }
        ASSERT_EQ(joined(messages), stream) << "round " << round;
        ASSERT_EQ(packetizer.discarded_bytes(), 0U);
        ASSERT_EQ(packetizer.continuity_errors(), 0U);
    }
}

TEST(TsPacketizerProperty, EveryMessageIsWholePacketsWhateverArrives) {
    std::mt19937 random(41);
    for (int round = 0; round < 600; ++round) {
        TsBuilder build;
        Bytes bytes = random_stream(build, random) + random_stream(build, random);
        const std::size_t cut = random() % bytes.size();
        const std::size_t lost = std::min<std::size_t>(random() % 400, bytes.size() - cut);
        const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(cut);
        bytes.erase(at, at + static_cast<std::ptrdiff_t>(lost));
        TsPacketizer packetizer;
        std::size_t delivered = 0;
        for (std::size_t offset = 0; offset < bytes.size(); offset += 97) {
            const std::size_t size = std::min<std::size_t>(97, bytes.size() - offset);
            packetizer.push(std::span(bytes).subspan(offset, size));
        }
        packetizer.finish();
        while (auto message = packetizer.next()) {
            delivered += message->size();
            ASSERT_EQ(message->size() % packet_size, 0U);
            for (std::size_t sync = 0; sync < message->size(); sync += packet_size)
                ASSERT_EQ((*message)[sync], sync_byte);
        }
        ASSERT_EQ(delivered + packetizer.discarded_bytes(), bytes.size());
    }
}

}  // namespace
}  // namespace relay::media
