// SPDX-License-Identifier: Apache-2.0
#include "config/size.hpp"

#include <gtest/gtest.h>

namespace relay::config {
namespace {

TEST(Size, ReadsBytesAndBinaryAndDecimalUnits) {
    EXPECT_EQ(parse_size("0"), 0u);
    EXPECT_EQ(parse_size("65536"), 65536u);
    EXPECT_EQ(parse_size("17B"), 17u);
    EXPECT_EQ(parse_size("64K"), 65536u);
    EXPECT_EQ(parse_size("64k"), 65536u);
    EXPECT_EQ(parse_size("1KiB"), 1024u);
    EXPECT_EQ(parse_size("1kB"), 1000u);
    EXPECT_EQ(parse_size("1MiB"), 1048576u);
    EXPECT_EQ(parse_size("10M"), 10485760u);
    EXPECT_EQ(parse_size("3MB"), 3000000u);
    EXPECT_EQ(parse_size("2gib"), 2147483648u);
    EXPECT_EQ(parse_size("2GB"), 2000000000u);
}

TEST(Size, RefusesWhatIsNotASize) {
    for (const char* text : {"", "K", "-1", "+1", "1.5M", "1 K", " 1", "1T", "1KK", "0x10"}) {
        EXPECT_FALSE(parse_size(text)) << text;
    }
}

TEST(Size, RefusesOverflowInsteadOfWrapping) {
    EXPECT_EQ(parse_size("18446744073709551615"), 18446744073709551615u);
    EXPECT_FALSE(parse_size("18446744073709551616"));
    EXPECT_FALSE(parse_size("17179869184G"));
    EXPECT_EQ(parse_size("17179869183G"), 17179869183u << 30);
}

TEST(Size, IsWrittenShortAndExact) {
    EXPECT_EQ(format_size(0), "0");
    EXPECT_EQ(format_size(1000), "1000");
    EXPECT_EQ(format_size(1024), "1KiB");
    EXPECT_EQ(format_size(10485760), "10MiB");
    EXPECT_EQ(format_size(3ull << 30), "3GiB");
    EXPECT_EQ(format_size(1536), "1536");
}

}  // namespace
}  // namespace relay::config
