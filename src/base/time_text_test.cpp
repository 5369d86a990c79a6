// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.hpp"

#include <gtest/gtest.h>

namespace relay {
namespace {

using namespace std::chrono_literals;

WallTime at(std::int64_t seconds) {
    return WallTime(std::chrono::seconds(seconds));
}

TEST(TimeText, writes_whole_seconds_in_utc) {
    EXPECT_EQ(format_time(at(0)), "1970-01-01T00:00:00Z");
    EXPECT_EQ(format_time(at(1'795'342'750)), "2026-11-22T10:19:10Z");
    EXPECT_EQ(format_time(at(1'795'342'750) + 999ms), "2026-11-22T10:19:10Z");
    EXPECT_EQ(format_time(at(951'782'400)), "2000-02-29T00:00:00Z");
    EXPECT_EQ(format_time(at(-1)), "1969-12-31T23:59:59Z");
}

TEST(TimeText, reads_any_offset_and_fraction) {
    const WallTime expected = at(1'795'342'750);
    for (const std::string_view text :
         {"2026-11-22T10:19:10Z", "2026-11-22t10:19:10z", "2026-11-22T10:19:10+00:00",
          "2026-11-22T12:19:10+02:00", "2026-11-22T04:49:10-05:30", "2026-11-23T00:19:10+14:00",
          "2026-11-22T10:19:10.000Z"}) {
        const auto time = parse_time(text);
        ASSERT_TRUE(time) << text;
        EXPECT_EQ(*time, expected) << text;
    }
    EXPECT_EQ(parse_time("2026-11-22T10:19:10.25Z").value(), expected + 250ms);
    EXPECT_EQ(parse_time("2026-11-22T10:19:10.1234567899Z").value(), expected + 123456789ns);
}

TEST(TimeText, refuses_what_is_no_time) {
    for (const std::string_view text : {"",
                                        "2026",
                                        "2026-11-22",
                                        "2026-11-22T10:19Z",
                                        "2026-11-22T10:19:10",
                                        "2026-11-22 10:19:10Z",
                                        "2026-13-22T10:19:10Z",
                                        "2026-00-22T10:19:10Z",
                                        "2026-02-29T10:19:10Z",
                                        "2026-11-31T10:19:10Z",
                                        "2026-11-22T24:00:00Z",
                                        "2026-11-22T10:60:10Z",
                                        "2026-11-22T10:19:60Z",
                                        "2026-11-22T10:19:10.Z",
                                        "2026-11-22T10:19:10+24:00",
                                        "2026-11-22T10:19:10+02:60",
                                        "2026-11-22T10:19:10+0200",
                                        "2026-11-22T10:19:10Z ",
                                        " 2026-11-22T10:19:10Z",
                                        "2026-11-22T10:19:10ZZ",
                                        "+026-11-22T10:19:10Z",
                                        "2026-1-22T10:19:10Z",
                                        "0000-01-01T00:00:00Z",
                                        "9999-12-31T23:59:59Z",
                                        "2026-11-22T10:19:10,5Z",
                                        "-2026-11-22T10:19:10Z"}) {
        const auto time = parse_time(text);
        ASSERT_FALSE(time) << text;
        EXPECT_EQ(time.error().code, Errc::invalid);
    }
}

TEST(TimeText, reads_back_what_it_writes) {
    for (std::int64_t second = -5'000'000'000; second < 9'000'000'000; second += 86'413'777) {
        EXPECT_EQ(parse_time(format_time(at(second))).value(), at(second));
    }
}

}  // namespace
}  // namespace relay
