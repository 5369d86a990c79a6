// SPDX-License-Identifier: Apache-2.0
#include "base/duration.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace relay {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct Row {
    std::string_view text;
    nanoseconds expected;
};

TEST(Duration, reads_every_unit_and_their_sums) {
    const Row rows[] = {
        {"5s", 5s},
        {"1h5m", 65min},
        {"1.5s", 1500ms},
        {"100ms", 100ms},
        {"0s", 0s},
        {"72.68us", 72680ns},
        {"72.68\xc2\xb5s", 72680ns},
        {"3\xce\xbcs", 3us},
        {"7ns", 7ns},
        {"2m30.25s", 150250ms},
        {".5s", 500ms},
        {"5.s", 5s},
        {"1h1m1s1ms1us1ns", 1h + 1min + 1s + 1ms + 1us + 1ns},
        {"0.007h", 25200ms},
        {"2540400h10m10s", 2540400h + 10min + 10s},
        {"0.100000000000000000000h", 6min},
        {"9223372036854775807ns", nanoseconds::max()},
    };
    for (const Row& row : rows) {
        const auto duration = parse_duration(row.text, 1s);
        ASSERT_TRUE(duration) << row.text << ": " << duration.error().detail;
        EXPECT_EQ(*duration, row.expected) << row.text;
    }
}

TEST(Duration, a_bare_number_counts_in_the_unit_of_the_setting) {
    EXPECT_EQ(parse_duration("5", 1min).value(), 5min);
    EXPECT_EQ(parse_duration("250", 1ms).value(), 250ms);
    EXPECT_EQ(parse_duration("1.5", 1s).value(), 1500ms);
    EXPECT_EQ(parse_duration("0", 1s).value(), 0s);
}

TEST(Duration, refuses_what_is_no_duration) {
    for (const std::string_view text :
         {"", " ", "s", ".", ".s", "5 s", " 5s", "5s ", "5x", "5S", "1h5", "1.2.3s", "5s-1s", "+5s",
          "1e3s", "0x10s", "five", "5d", "\xc2\xb5s"}) {
        const auto duration = parse_duration(text, 1s);
        ASSERT_FALSE(duration) << text;
        EXPECT_EQ(duration.error().code, Errc::invalid);
    }
}

TEST(Duration, refuses_negative_values) {
    EXPECT_EQ(parse_duration("-5s", 1s).error().detail, "duration '-5s' is negative");
    EXPECT_FALSE(parse_duration("-0", 1s));
}

TEST(Duration, refuses_overflow_in_number_product_and_sum) {
    for (const std::string_view text :
         {"99999999999999999999ns", "9223372036854775808ns", "2562048h", "9223372036854775807ns1ns",
          "9223372036.9s", "9223372036854775807"}) {
        EXPECT_FALSE(parse_duration(text, 1s)) << text;
    }
}

TEST(Duration, writes_the_form_that_operators_write) {
    EXPECT_EQ(format_duration(65min), "1h5m");
    EXPECT_EQ(format_duration(250ms), "250ms");
    EXPECT_EQ(format_duration(0s), "0s");
    EXPECT_EQ(format_duration(1500ms), "1.5s");
    EXPECT_EQ(format_duration(72680ns), "72.68us");
    EXPECT_EQ(format_duration(999ns), "999ns");
    EXPECT_EQ(format_duration(24h), "24h");
    EXPECT_EQ(format_duration(1h + 1ns), "1h0.000000001s");
    EXPECT_EQ(format_duration(-1500ms), "-1.5s");
    EXPECT_EQ(format_duration(nanoseconds::min()), "-2562047h47m16.854775808s");
}

TEST(Duration, reads_back_what_it_writes) {
    for (std::int64_t value = 1; value > 0 && value < nanoseconds::max().count() / 7; value *= 7) {
        EXPECT_EQ(parse_duration(format_duration(nanoseconds(value)), 1s).value().count(), value);
    }
    const std::string longest = format_duration(nanoseconds::max());
    EXPECT_EQ(parse_duration(longest, 1s).value(), nanoseconds::max());
}

}  // namespace
}  // namespace relay
