// SPDX-License-Identifier: Apache-2.0
#include "access/denial_journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::access {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(StoredJournal, gives_back_what_was_put_with_times_rounded_up) {
    StoredJournal journal(store::DenialTable::open(":memory:").value());
    EXPECT_THAT(journal.load().value(), IsEmpty());
    ASSERT_TRUE(journal.put("b1", WallTime(100s)));
    ASSERT_TRUE(journal.put("b2", WallTime(200s) + 1ms));
    EXPECT_THAT(journal.load().value(),
                ElementsAre(Pair("b1", WallTime(100s)), Pair("b2", WallTime(201s))));
    ASSERT_TRUE(journal.prune(WallTime(100s) + 1ms));
    EXPECT_THAT(journal.load().value(), ElementsAre(Pair("b2", WallTime(201s))));
    ASSERT_TRUE(journal.erase("b2"));
    EXPECT_THAT(journal.load().value(), IsEmpty());
}

TEST(NoJournal, keeps_nothing) {
    NoJournal journal;
    ASSERT_TRUE(journal.put("b1", WallTime(100s)));
    EXPECT_THAT(journal.load().value(), IsEmpty());
}

}  // namespace
}  // namespace relay::access
