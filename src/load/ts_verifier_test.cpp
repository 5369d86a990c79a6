// SPDX-License-Identifier: Apache-2.0
#include "load/ts_verifier.hpp"

#include "load/ts_writer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace relay::load {
namespace {

using Bytes = std::vector<std::uint8_t>;

class TsVerifierTest : public testing::Test {
protected:
    static constexpr std::uint64_t group_size = 5;  // pictures per random-access point

    TsVerifierTest() {
        for (std::uint64_t i = 0; i < 20; ++i) {
            pictures.emplace_back();
            writer.write(Stamp{.sequence = i, .length = static_cast<std::uint32_t>(900 + 7 * i)},
                         i % group_size == 0, pictures.back());
        }
    }

    void receive(const Bytes& bytes) {
        verifier.check(bytes, wire::MessageType::binary, SteadyTime());
    }
    void receive_pictures(std::size_t first, std::size_t end) {
        for (std::size_t i = first; i < end; ++i) receive(pictures[i]);
    }
    static Bytes packets(const Bytes& bytes, std::size_t first, std::size_t end) {
        return Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(first * ts::packet_size),
                     bytes.begin() + static_cast<std::ptrdiff_t>(end * ts::packet_size));
    }

    Payload payload{Payload::Form::text};
    TsWriter writer{payload};
    std::vector<Bytes> pictures;
    Tally tally;
    TsVerifier verifier{Expectation{.payload = payload, .topic = 0, .publishers = 1}, tally};
};

TEST_F(TsVerifierTest, writes_whole_packets_with_tables_before_random_access_points) {
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        ASSERT_EQ(pictures[i].size() % ts::packet_size, 0U);
        const bool random_access = i % group_size == 0;
        EXPECT_EQ(pictures[i][1] == 0x40 && pictures[i][2] == 0x00, random_access) << i;
    }
}

// Annex A: over a section and its own checksum the remainder is zero.
TEST_F(TsVerifierTest, writes_tables_with_a_valid_checksum) {
    for (const std::size_t table : {std::size_t{0}, std::size_t{1}}) {
        const std::size_t section = table * ts::packet_size + 5;
        const std::size_t length = 3 + static_cast<std::size_t>(pictures[0][section + 2]);
        std::uint32_t crc = 0xFFFFFFFF;
        for (std::size_t i = 0; i < length; ++i)
            for (int bit = 7; bit >= 0; --bit) {
                const bool carry = (crc >> 31) != ((pictures[0][section + i] >> bit) & 1U);
                crc = crc << 1 ^ (carry ? 0x04C11DB7 : 0);
            }
        EXPECT_EQ(crc, 0U) << table;
    }
}

TEST_F(TsVerifierTest, finds_no_fault_in_what_arrives_as_sent) {
    receive_pictures(0, 20);
    EXPECT_EQ(tally.delivered, 20U);
    EXPECT_EQ(tally.faults(), 0U);
}

TEST_F(TsVerifierTest, finds_no_fault_in_messages_cut_or_joined_between_packets) {
    Bytes all;
    for (const Bytes& picture : pictures) all.insert(all.end(), picture.begin(), picture.end());
    const std::size_t count = all.size() / ts::packet_size;
    for (std::size_t i = 0; i < count; i += 3) receive(packets(all, i, std::min(i + 3, count)));
    EXPECT_EQ(tally.delivered, 20U);
    EXPECT_EQ(tally.faults(), 0U);
}

TEST_F(TsVerifierTest, admits_a_skip_to_a_random_access_point_with_or_without_tables) {
    receive_pictures(0, 3);
    receive_pictures(5, 8);
    const std::size_t count = pictures[15].size() / ts::packet_size;
    receive(packets(pictures[15], 2, count));
    receive_pictures(16, 20);
    EXPECT_EQ(tally.delivered, 11U);
    EXPECT_EQ(tally.gaps, 2U);
    EXPECT_EQ(tally.faults(), 0U);
}

TEST_F(TsVerifierTest, finds_a_skip_to_a_picture_that_cannot_be_decoded_alone) {
    receive_pictures(0, 3);
    receive_pictures(4, 7);
    EXPECT_EQ(tally.dirty_skips, 1U);
}

TEST_F(TsVerifierTest, finds_a_beginning_at_a_picture_that_cannot_be_decoded_alone) {
    receive_pictures(2, 4);
    EXPECT_EQ(tally.dirty_skips, 1U);
}

TEST_F(TsVerifierTest, finds_a_picture_that_was_cut_short) {
    receive_pictures(0, 2);
    receive(packets(pictures[2], 0, 3));
    receive_pictures(5, 7);
    EXPECT_EQ(tally.torn, 1U);
    EXPECT_EQ(tally.delivered, 4U);
}

TEST_F(TsVerifierTest, finds_a_packet_missing_inside_a_picture) {
    receive_pictures(0, 2);
    receive(packets(pictures[2], 0, 2));
    receive(packets(pictures[2], 3, pictures[2].size() / ts::packet_size));
    receive_pictures(3, 4);
    EXPECT_EQ(tally.torn, 1U);
    EXPECT_EQ(tally.delivered, 3U);
}

TEST_F(TsVerifierTest, finds_the_tail_of_a_skipped_picture) {
    receive_pictures(0, 2);
    receive(packets(pictures[3], 2, pictures[3].size() / ts::packet_size));
    EXPECT_EQ(tally.torn, 1U);
}

TEST_F(TsVerifierTest, finds_torn_packets) {
    Bytes torn = pictures[0];
    torn.pop_back();
    receive(torn);
    Bytes shifted = pictures[1];
    shifted[ts::packet_size] = 0;
    receive(shifted);
    receive({});
    EXPECT_EQ(tally.torn, 3U);
    EXPECT_EQ(tally.delivered, 0U);
}

TEST_F(TsVerifierTest, finds_a_flipped_bit) {
    Bytes bad = pictures[0];
    bad[3 * ts::packet_size + 100] ^= 1;
    receive(bad);
    EXPECT_EQ(tally.corrupted, 1U);
    EXPECT_EQ(tally.delivered, 0U);
}

TEST_F(TsVerifierTest, finds_duplicates_and_reorderings) {
    receive_pictures(0, 1);
    receive_pictures(0, 1);
    receive_pictures(5, 6);
    receive_pictures(1, 2);
    EXPECT_EQ(tally.duplicated, 1U);
    EXPECT_EQ(tally.reordered, 1U);
}

}  // namespace
}  // namespace relay::load
