// SPDX-License-Identifier: Apache-2.0
#include "load/verifier.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace relay::load {
namespace {

using Bytes = std::vector<std::uint8_t>;
using wire::MessageType;

class VerifierTest : public testing::Test {
protected:
    static constexpr std::uint32_t topic = 4;

    Bytes message(std::uint64_t sequence, std::uint32_t publisher = 0, std::uint32_t of = topic) {
        Bytes bytes(200);
        payload.write(Stamp{.topic = of,
                            .publisher = publisher,
                            .sequence = sequence,
                            .sent_at = sent_at,
                            .length = 200},
                      bytes);
        return bytes;
    }

    void receive(const Bytes& bytes, MessageType type = MessageType::binary) {
        verifier.check(bytes, type, sent_at + std::chrono::milliseconds(5));
    }

    std::uint64_t lost(std::uint64_t sent, std::size_t publisher = 0) {
        return sent - verifier.trackers()[publisher].distinct();
    }

    const SteadyTime sent_at{std::chrono::seconds(1000)};
    Payload payload{Payload::Form::binary};
    Tally tally;
    Verifier verifier{Expectation{.payload = payload, .topic = topic, .publishers = 2}, tally};
};

Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

TEST_F(VerifierTest, finds_no_fault_in_what_arrives_as_sent) {
    for (std::uint64_t i = 0; i < 10; ++i) {
        receive(message(i, 0));
        receive(message(i, 1));
    }
    EXPECT_EQ(tally.delivered, 20U);
    EXPECT_EQ(tally.bytes, 4000U);
    EXPECT_EQ(tally.faults(), 0U);
    EXPECT_EQ(lost(10, 0) + lost(10, 1), 0U);
    EXPECT_EQ(tally.latency.max(), std::chrono::milliseconds(5));
}

TEST_F(VerifierTest, finds_losses_in_the_middle_and_at_both_ends) {
    receive(message(1));
    receive(message(2));
    receive(message(5));
    EXPECT_EQ(lost(7), 4U);
    EXPECT_EQ(tally.gaps, 2U);
    EXPECT_EQ(tally.faults(), 0U);
}

TEST_F(VerifierTest, finds_a_duplicate_and_does_not_deliver_it) {
    receive(message(0));
    receive(message(0));
    EXPECT_EQ(tally.duplicated, 1U);
    EXPECT_EQ(tally.delivered, 1U);
}

TEST_F(VerifierTest, finds_a_reordering_and_counts_no_loss) {
    receive(message(0));
    receive(message(2));
    receive(message(1));
    EXPECT_EQ(tally.reordered, 1U);
    EXPECT_EQ(tally.delivered, 3U);
    EXPECT_EQ(lost(3), 0U);
}

TEST_F(VerifierTest, finds_merged_messages_and_counts_no_loss) {
    receive(message(0) + message(1) + message(2));
    EXPECT_EQ(tally.merged, 2U);
    EXPECT_EQ(tally.delivered, 3U);
    EXPECT_EQ(tally.corrupted, 0U);
}

TEST_F(VerifierTest, finds_a_flipped_bit_and_counts_a_loss) {
    for (const std::size_t place : {std::size_t{0}, std::size_t{30}, std::size_t{199}}) {
        Bytes bad = message(0);
        bad[place] ^= 0x10;
        receive(bad);
    }
    EXPECT_EQ(tally.corrupted, 3U);
    EXPECT_EQ(tally.delivered, 0U);
    EXPECT_EQ(lost(1), 1U);
}

TEST_F(VerifierTest, finds_a_message_that_was_split) {
    const Bytes whole = message(0);
    receive(Bytes(whole.begin(), whole.begin() + 150));
    receive(Bytes(whole.begin() + 150, whole.end()));
    EXPECT_EQ(tally.truncated, 1U);
    EXPECT_EQ(tally.corrupted, 1U);
    EXPECT_EQ(lost(1), 1U);
}

TEST_F(VerifierTest, finds_bytes_appended_to_a_message) {
    receive(message(0) + Bytes{1, 2, 3});
    EXPECT_EQ(tally.delivered, 1U);
    EXPECT_EQ(tally.corrupted, 1U);
    EXPECT_EQ(tally.merged, 0U);
}

TEST_F(VerifierTest, finds_an_empty_message_that_nobody_sent) {
    receive({});
    EXPECT_EQ(tally.corrupted, 1U);
}

TEST_F(VerifierTest, finds_messages_of_other_topics_and_publishers) {
    receive(message(0, 0, topic + 1));
    receive(message(0, 2));
    EXPECT_EQ(tally.misrouted, 2U);
    EXPECT_EQ(tally.delivered, 0U);
}

TEST_F(VerifierTest, finds_a_changed_type) {
    receive(message(0), MessageType::text);
    EXPECT_EQ(tally.retyped, 1U);
    EXPECT_EQ(tally.delivered, 1U);
}

}  // namespace
}  // namespace relay::load
