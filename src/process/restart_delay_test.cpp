// SPDX-License-Identifier: Apache-2.0
#include "process/restart_delay.hpp"

#include <gtest/gtest.h>

namespace relay::process {
namespace {

using namespace std::chrono_literals;

TEST(RestartDelay, DoublesUpToTheLongest) {
    RestartDelay delay({.shortest = 500ms, .longest = 3000ms, .lasting = 10s});
    EXPECT_EQ(delay.after(0s), 500ms);
    EXPECT_EQ(delay.after(1s), 1000ms);
    EXPECT_EQ(delay.after(9999ms), 2000ms);
    EXPECT_EQ(delay.after(0s), 3000ms);
    EXPECT_EQ(delay.after(0s), 3000ms);
}

TEST(RestartDelay, BeginsAnewAfterARunThatLasted) {
    RestartDelay delay({.shortest = 500ms, .longest = 3000ms, .lasting = 10s});
    delay.after(0s);
    delay.after(0s);
    EXPECT_EQ(delay.after(10s), 500ms);
    EXPECT_EQ(delay.after(0s), 1000ms);
}

TEST(RestartDelay, NeverWaitsLongerThanTheLongestEvenWhenTheShortestIs) {
    RestartDelay delay({.shortest = 500ms, .longest = 100ms, .lasting = 10s});
    EXPECT_EQ(delay.after(0s), 100ms);
}

}  // namespace
}  // namespace relay::process
