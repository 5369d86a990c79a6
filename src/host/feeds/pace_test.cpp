// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/pace.hpp"

#include <gtest/gtest.h>

namespace relay::host {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{1000s};

TEST(Pace, ACameraOf50MegabitsIsNeverHeldBack) {
    Pace pace;
    for (int i = 0; i < 250; ++i)  // ten seconds, 250 kB each 40 ms
        EXPECT_EQ(pace.after(250'000, start + i * 40ms), 0ns);
}

TEST(Pace, ALargePictureAfterAPausePassesAtOnce) {
    Pace pace;
    for (int i = 0; i < 12; ++i) EXPECT_EQ(pace.after(65'536, start), 0ns);
    EXPECT_GT(pace.after(65'536, start), 0ns);
    EXPECT_EQ(pace.after(65'536, start + 1s), 0ns);
}

TEST(Pace, AFileIsReadAtTheLimit) {
    Pace pace;
    SteadyTime now = start;
    for (std::size_t read = 0; read < 100'000'000; read += 50'000) now += pace.after(50'000, now);
    EXPECT_NEAR(std::chrono::duration<double>(now - start).count(), 4, 0.05);
}

TEST(Pace, WhoDoesNotWaitLongEnoughWaitsMoreTheNextTime) {
    Pace pace;
    const auto first = pace.after(2'000'000, start);
    EXPECT_GT(pace.after(65'536, start + first / 2), first / 2);
}

}  // namespace
}  // namespace relay::host
