// SPDX-License-Identifier: Apache-2.0
#include "record/stamp.hpp"

#include "base/time_text.hpp"

#include <gtest/gtest.h>

namespace relay::record {
namespace {

using namespace std::chrono_literals;

TEST(Stamp, IsALineOfTimeTypeAndSize) {
    const WallTime time = *parse_time("2026-11-22T10:19:10Z");
    EXPECT_EQ(stamp(time + 250ms, wire::MessageType::text, 12),
              "2026-11-22T10:19:10.250000Z text 12\n");
    EXPECT_EQ(stamp(time + 7us, wire::MessageType::binary, 0),
              "2026-11-22T10:19:10.000007Z binary 0\n");
}

TEST(Stamp, NeverRoundsUpToTheNextSecond) {
    const WallTime time = *parse_time("2026-11-22T10:19:10Z");
    EXPECT_EQ(stamp(time + 999'999'999ns, wire::MessageType::text, 1),
              "2026-11-22T10:19:10.999999Z text 1\n");
}

}  // namespace
}  // namespace relay::record
