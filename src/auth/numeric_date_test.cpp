// SPDX-License-Identifier: Apache-2.0
#include "auth/numeric_date.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace relay::auth {
namespace {

using namespace std::chrono_literals;

TEST(NumericDate, counts_seconds_since_1970) {
    EXPECT_EQ(numeric_date(std::int64_t{1'795'342'750}), WallTime(1'795'342'750s));
    EXPECT_EQ(numeric_date(1'795'342'750.25), WallTime(1'795'342'750s) + 250ms);
    EXPECT_EQ(numeric_date(0.0), WallTime());
}

TEST(NumericDate, refuses_what_no_calendar_holds) {
    for (const double seconds :
         {-1.0, -1e-9, 1e12, 1e308, std::nan(""), std::numeric_limits<double>::infinity()}) {
        EXPECT_EQ(numeric_date(seconds), std::nullopt) << seconds;
    }
    EXPECT_EQ(numeric_date(std::int64_t{-1}), std::nullopt);
    EXPECT_EQ(numeric_date(std::numeric_limits<std::int64_t>::max()), std::nullopt);
}

TEST(NumericDate, far_future_stays_within_the_clock) {
    const WallTime far = numeric_date(std::int64_t{253'402'300'799}).value();
    EXPECT_EQ(far, WallTime(7'258'118'400s));
    EXPECT_GT(far + 24h * 365, far);
    EXPECT_GE(numeric_date(253'402'300'799.0).value(), far);
}

TEST(NumericDate, unix_seconds_round_down) {
    EXPECT_EQ(unix_seconds(WallTime(5s) + 999ms), 5);
    EXPECT_EQ(unix_seconds(WallTime(-1ms)), -1);
}

}  // namespace
}  // namespace relay::auth
