// SPDX-License-Identifier: Apache-2.0
#include "auth/booking_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::auth {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const WallTime now{1'795'342'750s};

TEST(BookingList, holds_an_id_until_its_time_and_not_longer) {
    BookingList list;
    list.put("b1", now + 10s);
    EXPECT_TRUE(list.contains("b1", now));
    EXPECT_TRUE(list.contains("b1", now + 10s - 1ns));
    EXPECT_FALSE(list.contains("b1", now + 10s));
    EXPECT_FALSE(list.contains("b2", now));
    EXPECT_FALSE(list.contains("", now));
}

TEST(BookingList, keeps_the_later_of_two_times) {
    BookingList list;
    list.put("b1", now + 10s);
    list.put("b1", now + 5s);
    EXPECT_EQ(list.expiry("b1"), now + 10s);
    list.put("b1", now + 20s);
    EXPECT_EQ(list.expiry("b1"), now + 20s);
}

TEST(BookingList, lists_what_has_not_ended_in_order) {
    BookingList list;
    list.put("c", now + 10s);
    list.put("a", now + 10s);
    list.put("b", now + 1s);
    EXPECT_THAT(list.ids(now), ElementsAre("a", "b", "c"));
    EXPECT_THAT(list.ids(now + 1s), ElementsAre("a", "c"));
    EXPECT_EQ(list.size(), 3U);
}

TEST(BookingList, erase_and_prune_forget) {
    BookingList list;
    list.put("a", now + 1s);
    list.put("b", now + 2s);
    list.erase("unknown");
    list.prune(now + 1s);
    EXPECT_EQ(list.size(), 1U);
    EXPECT_EQ(list.expiry("a"), std::nullopt);
    list.erase("b");
    EXPECT_THAT(list.ids(now), IsEmpty());
}

}  // namespace
}  // namespace relay::auth
