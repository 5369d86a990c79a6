// SPDX-License-Identifier: Apache-2.0
#include "load/sequence_tracker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>
#include <vector>

namespace relay::load {
namespace {

using Arrival = SequenceTracker::Arrival;

TEST(SequenceTracker, finds_nothing_in_an_unbroken_row) {
    SequenceTracker tracker;
    for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_EQ(tracker.note(i), Arrival::in_order);
    EXPECT_EQ(tracker.distinct(), 1000U);
    EXPECT_EQ(tracker.next(), 1000U);
}

TEST(SequenceTracker, notices_a_loss_at_the_very_beginning) {
    SequenceTracker tracker;
    EXPECT_EQ(tracker.note(3), Arrival::after_gap);
    EXPECT_EQ(tracker.distinct(), 1U);
    EXPECT_EQ(tracker.next(), 4U);
}

TEST(SequenceTracker, tells_late_messages_from_repeated_ones) {
    SequenceTracker tracker;
    EXPECT_EQ(tracker.note(0), Arrival::in_order);
    EXPECT_EQ(tracker.note(5), Arrival::after_gap);
    EXPECT_EQ(tracker.note(3), Arrival::reordered);
    EXPECT_EQ(tracker.note(3), Arrival::duplicated);
    EXPECT_EQ(tracker.note(5), Arrival::duplicated);
    EXPECT_EQ(tracker.note(0), Arrival::duplicated);
    EXPECT_EQ(tracker.note(1), Arrival::reordered);
    EXPECT_EQ(tracker.note(4), Arrival::reordered);
    EXPECT_EQ(tracker.note(2), Arrival::reordered);
    EXPECT_EQ(tracker.note(6), Arrival::in_order);
    EXPECT_EQ(tracker.distinct(), 7U);
}

TEST(SequenceTracker, agrees_with_a_set_of_all_numbers_seen) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        SequenceTracker tracker;
        std::set<std::uint64_t> seen;
        for (int i = 0; i < 100; ++i) {
            const std::uint64_t number = random() % 60;
            const bool highest = seen.empty() || number > *seen.rbegin();
            const std::uint64_t next = seen.empty() ? 0 : *seen.rbegin() + 1;
            const Arrival expected =
                !highest ? (seen.contains(number) ? Arrival::duplicated : Arrival::reordered)
                         : (number == next ? Arrival::in_order : Arrival::after_gap);
            EXPECT_EQ(tracker.note(number), expected);
            seen.insert(number);
            EXPECT_EQ(tracker.distinct(), seen.size());
        }
    }
}

}  // namespace
}  // namespace relay::load
