// SPDX-License-Identifier: Apache-2.0
#include "media/ts_combiner.hpp"

#include "media/ts_packet_builder.hpp"
#include "media/ts_packetizer.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace relay::media {
namespace {

using test::Bytes;
using test::TsBuilder;
using test::operator+;

constexpr std::uint16_t map_pid = 0x1000;
constexpr std::uint16_t track_pid = 0x100;

// An encoder of one track, with the PIDs that all encoders choose.
class Encoder {
public:
    explicit Encoder(std::uint8_t stream_type) : stream_type_(stream_type) {}

    Bytes tables() {
        Bytes both(2 * packet_size);
        const std::span<std::uint8_t> bytes = both;
        const Association association{.stream_id = 1, .program = 1, .map_pid = map_pid};
        const ProgramMap map{
            .clock_pid = track_pid,
            .descriptors = {},
            .tracks = {{.stream_type = stream_type_, .pid = track_pid, .descriptors = {}}}};
        write_association(association, bytes.first<packet_size>());
        EXPECT_TRUE(
            write_program_map(map, association, bytes.subspan(packet_size).first<packet_size>()));
        for (const std::size_t at : {std::size_t{0}, packet_size})
            both[at + 3] = static_cast<std::uint8_t>((both[at + 3] & 0xF0) | (tables_ & 0x0F));
        ++tables_;
        return both;
    }
    Bytes picture(std::size_t size = 1000) { return build_.picture(true, size); }
    Bytes sound(std::size_t size = 400) {
        return build_.pes(track_pid, 0xC0, Bytes(size, 0x5A), true);
    }
    Bytes description() { return build_.section(0x11, {0x42, 0xF0, 0x25}); }

private:
    TsBuilder build_;
    std::uint8_t stream_type_;
    std::uint8_t tables_ = 0;
};

struct TsCombinerTest : testing::Test {
    Encoder camera{0x02};
    Encoder microphone{0x03};
    TsCombiner combiner;
    Bytes sent;

    void SetUp() override { combiner.set_feeds({"video", "audio"}); }
    Bytes send(std::string_view feed, Bytes message) {
        const std::size_t size = message.size();
        combiner.rewrite(feed, message);
        EXPECT_EQ(message.size(), size);
        sent.insert(sent.end(), message.begin(), message.end());
        return message;
    }

    static std::vector<TsPacket> packets_of(const Bytes& stream) {
        std::vector<TsPacket> packets;
        for (std::size_t at = 0; at < stream.size(); at += packet_size)
            packets.push_back(*parse_packet(std::span(stream).subspan(at).first<packet_size>()));
        return packets;
    }
    static std::set<std::uint16_t> pids_of(const Bytes& stream) {
        std::set<std::uint16_t> pids;
        for (const TsPacket& packet : packets_of(stream)) pids.insert(packet.pid);
        return pids;
    }
    static std::optional<ProgramMap> last_map(const Bytes& stream) {
        std::optional<ProgramMap> last;
        for (const TsPacket& packet : packets_of(stream))
            if (auto map = parse_program_map(packet)) last = map;
        return last;
    }
    static std::uint64_t continuity_errors(const Bytes& stream) {
        ContinuityCheck check;
        for (const TsPacket& packet : packets_of(stream)) check.note(packet);
        return check.errors();
    }
};

TEST_F(TsCombinerTest, OneFeedPassesUnchanged) {
    combiner.set_feeds({"video"});
    for (int i = 0; i < 40; ++i) {
        const Bytes message = camera.description() + camera.tables() + camera.picture();
        ASSERT_EQ(send("video", message), message) << i;
    }
}

TEST_F(TsCombinerTest, FeedWhoseNeighbourIsSilentPassesUnchanged) {
    combiner.set_feeds({"data", "video"});
    Bytes odd = camera.tables();
    odd[packet_size + 100] = 0;  // nothing that encoders write
    for (const Bytes& message : {camera.description() + odd, camera.tables() + camera.picture()})
        EXPECT_EQ(send("video", message), message);
}

TEST_F(TsCombinerTest, NeighbourThatBeginsLaterFitsIn) {
    for (int i = 0; i < 5; ++i) send("video", camera.tables() + camera.picture());
    send("audio", microphone.tables() + microphone.sound());
    send("video", camera.tables() + camera.picture());
    EXPECT_EQ(continuity_errors(sent), 0U);
    const auto map = last_map(sent);
    EXPECT_EQ(map->tracks.size(), 2U);
    EXPECT_EQ(map->version, 1) << "the camera's own was 0";
}

TEST_F(TsCombinerTest, TwoFeedsWithTheSamePidsAreToldApart) {
    send("video", camera.tables() + camera.picture());
    EXPECT_EQ(pids_of(send("video", camera.picture())), std::set<std::uint16_t>{0x100});
    send("audio", microphone.tables() + microphone.sound());
    const auto apart = pids_of(send("audio", microphone.sound()));
    EXPECT_EQ(apart, std::set<std::uint16_t>{0x101});
}

TEST_F(TsCombinerTest, TablesListTheTracksOfBothWithTheClockOfTheFirst) {
    send("audio", microphone.tables());
    send("video", camera.tables());
    const auto association = parse_association(packets_of(sent).at(0));
    ASSERT_TRUE(association);
    EXPECT_EQ(association->map_pid, map_pid);
    const auto map = last_map(sent);
    ASSERT_TRUE(map);
    ASSERT_EQ(map->tracks.size(), 2U);
    EXPECT_EQ(map->tracks[0].stream_type, 0x02) << "in the order of the feeds";
    EXPECT_EQ(map->tracks[1].stream_type, 0x03);
    EXPECT_EQ(map->clock_pid, map->tracks[0].pid);
    EXPECT_NE(map->tracks[0].pid, map->tracks[1].pid);
    EXPECT_EQ(*pids_of(send("video", camera.picture())).begin(), map->tracks[0].pid);
}

TEST_F(TsCombinerTest, MutedFeedLeavesTheTablesAndComesBackWithItsPid) {
    send("video", camera.tables());
    send("audio", microphone.tables());
    const auto both = last_map(sent)->tracks;
    combiner.set_feeds({"video"});
    EXPECT_EQ(last_map(send("video", camera.tables()))->tracks.size(), 1U);
    combiner.set_feeds({"video", "audio"});
    EXPECT_EQ(last_map(send("video", camera.tables()))->tracks, both)
        << "before the feed says anything";
}

TEST_F(TsCombinerTest, EachNewMapHasANewVersion) {
    const auto version = [&] {
        const Bytes tables = send("video", camera.tables());
        return tables[packet_size + 10] >> 1 & 0x1F;
    };
    EXPECT_EQ(version(), 0);
    EXPECT_EQ(version(), 0);
    send("audio", microphone.tables());
    EXPECT_EQ(version(), 1);
    combiner.set_feeds({"video"});
    EXPECT_EQ(version(), 2);
    EXPECT_EQ(version(), 2);
}

TEST_F(TsCombinerTest, MapThatGrowsOutOfAnEncodersOwnHasANewVersion) {
    send("audio", microphone.tables());
    const Bytes tables = send("video", camera.tables());  // whose own map was version 0, too
    EXPECT_EQ(last_map(tables)->tracks.size(), 2U);
    EXPECT_NE(last_map(tables)->version, 0);
}

TEST_F(TsCombinerTest, CountersHaveNoGapAfterAMute) {
    const auto both = [&] {
        send("video", camera.tables() + camera.picture());
        send("audio", microphone.tables() + microphone.sound());
    };
    both();
    combiner.set_feeds({"video"});
    for (int i = 0; i < 5; ++i) {
        send("video", camera.tables() + camera.picture());
        microphone.tables();  // unheard
        microphone.sound(3000);
    }
    combiner.set_feeds({"video", "audio"});
    both();
    EXPECT_EQ(continuity_errors(sent), 0U);
}

TEST_F(TsCombinerTest, WhatIsMissingInAFeedStaysVisible) {
    send("video", camera.picture(1000));
    camera.picture(184 * 4);  // lost on the way: five packets
    send("video", camera.picture(1000));
    send("video", camera.picture(1000));
    EXPECT_EQ(continuity_errors(sent), 1U);
    const auto packets = packets_of(sent);
    EXPECT_EQ((packets[6].continuity_counter - packets[5].continuity_counter) & 0x0F, 6);
}

TEST_F(TsCombinerTest, MiddleOfAUnitThatBeganUnheardBecomesNullPackets) {
    send("video", camera.tables() + camera.picture());
    send("audio", microphone.tables() + microphone.sound(2000));
    combiner.set_feeds({"video"});
    combiner.set_feeds({"video", "audio"});
    const Bytes unit = microphone.sound(2000);
    const Bytes tail(unit.begin() + 2 * packet_size, unit.end());
    EXPECT_EQ(pids_of(send("audio", tail)), std::set<std::uint16_t>{null_pid});
    EXPECT_EQ(pids_of(send("audio", microphone.sound())), std::set<std::uint16_t>{0x101});
    EXPECT_EQ(continuity_errors(sent), 0U);
}

TEST_F(TsCombinerTest, DescriptionsComeFromTheFirstFeedAlone) {
    const Bytes first = camera.description();
    EXPECT_EQ(send("video", first), first);
    EXPECT_EQ(pids_of(send("audio", microphone.description())), std::set<std::uint16_t>{null_pid});
    send("video", camera.description());
    EXPECT_EQ(continuity_errors(sent), 0U);
}

TEST_F(TsCombinerTest, WhatIsNoTransportStreamStays) {
    const Bytes text{'{', '}'};
    EXPECT_EQ(send("video", text), text);
    const Bytes zeros(packet_size, 0);
    EXPECT_EQ(send("video", zeros), zeros);
    const Bytes picture = camera.picture();
    EXPECT_EQ(send("nobody", picture), picture);
}

TEST_F(TsCombinerTest, ManyFeedsOverALongTimeDoNotUseUpThePids) {
    for (int i = 0; i < 20'000; ++i) {
        Encoder encoder(0x03);
        const std::string name = "feed" + std::to_string(i);
        combiner.set_feeds({name});
        Bytes message = encoder.tables() + encoder.sound();
        combiner.rewrite(name, message);
        ASSERT_FALSE(pids_of(message).contains(null_pid)) << i;
    }
}

TEST_F(TsCombinerTest, AnyMutesLeaveEachTrackContinuousAndWhole) {
    std::mt19937 random(20261122);
    const std::vector<std::vector<std::string>> compositions{
        {"video", "audio"}, {"video"}, {"audio"}, {"audio", "video"}, {}};
    std::vector<std::string> feeds = compositions[0];
    for (int round = 0; round < 3000; ++round) {
        if (random() % 5 == 0) {
            feeds = compositions[random() % compositions.size()];
            combiner.set_feeds(feeds);
        }
        const auto hears = [&](std::string_view name) {
            return std::ranges::find(feeds, name) != feeds.end();
        };
        const Bytes video = (random() % 4 == 0 ? camera.description() + camera.tables() : Bytes{}) +
                            camera.picture(random() % 3000);
        const Bytes audio =
            (random() % 4 == 0 ? microphone.description() + microphone.tables() : Bytes{}) +
            microphone.sound(random() % 3000);
        if (hears("video")) send("video", video);
        if (hears("audio")) send("audio", audio);
    }
    EXPECT_EQ(continuity_errors(sent), 0U);
    for (const TsPacket& packet : packets_of(sent))
        if (const auto pes = parse_pes_start(packet)) {
            ASSERT_EQ(packet.pid, pes->kind == StreamKind::video ? 0x100 : 0x101);
        }
}

TEST_F(TsCombinerTest, AnyBytesAreSafe) {
    std::mt19937 random(41);
    for (int round = 0; round < 2000; ++round) {
        Bytes message = camera.tables() + camera.picture() + microphone.tables();
        for (unsigned change = random() % 60; change > 0; --change) {
            const std::size_t at = random() % message.size();
            if (at % packet_size != 0) message[at] = static_cast<std::uint8_t>(random());
        }
        const Bytes rewritten = send(round % 2 ? "video" : "audio", message);
        for (std::size_t at = 0; at < rewritten.size(); at += packet_size)
            ASSERT_EQ(rewritten[at], sync_byte);
        sent.clear();
    }
}

}  // namespace
}  // namespace relay::media
