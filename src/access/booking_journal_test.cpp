// SPDX-License-Identifier: Apache-2.0
#include "access/booking_journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::access {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(StoredJournal, gives_back_what_was_put_with_times_rounded_up) {
    StoredJournal journal(store::BookingTable::open(":memory:").value());
    EXPECT_THAT(journal.load_denied().value(), IsEmpty());
    ASSERT_TRUE(journal.put_denied("b1", WallTime(100s)));
    ASSERT_TRUE(journal.put_denied("b2", WallTime(200s) + 1ms));
    EXPECT_THAT(journal.load_denied().value(),
                ElementsAre(Pair("b1", WallTime(100s)), Pair("b2", WallTime(201s))));
    ASSERT_TRUE(journal.prune_denied(WallTime(100s) + 1ms));
    EXPECT_THAT(journal.load_denied().value(), ElementsAre(Pair("b2", WallTime(201s))));
    ASSERT_TRUE(journal.erase_denied("b2"));
    EXPECT_THAT(journal.load_denied().value(), IsEmpty());
}

TEST(StoredJournal, gives_back_the_allowed) {
    StoredJournal journal(store::BookingTable::open(":memory:").value());
    ASSERT_TRUE(journal.replace_allowed({{"b1", WallTime(100s)}, {"b2", WallTime(200s) + 1ms}}));
    EXPECT_THAT(journal.load_allowed().value(),
                ElementsAre(Pair("b1", WallTime(100s)), Pair("b2", WallTime(201s))));
    EXPECT_THAT(journal.load_denied().value(), IsEmpty());
}

TEST(NoJournal, keeps_nothing) {
    NoJournal journal;
    ASSERT_TRUE(journal.put_denied("b1", WallTime(100s)));
    EXPECT_THAT(journal.load_denied().value(), IsEmpty());
}

}  // namespace
}  // namespace relay::access
