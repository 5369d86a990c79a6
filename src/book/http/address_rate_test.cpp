// SPDX-License-Identifier: Apache-2.0
#include "book/http/address_rate.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace relay::book {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{1h};

TEST(AddressRate, permits_a_burst_and_then_the_rate) {
    AddressRate rate({.rate = 2, .burst = 3});
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(rate.wait_of("192.0.2.1", start)) << i;
    EXPECT_TRUE(rate.wait_of("192.0.2.1", start));
    EXPECT_FALSE(rate.wait_of("192.0.2.1", start + 500ms));
    EXPECT_TRUE(rate.wait_of("192.0.2.1", start + 500ms));
}

TEST(AddressRate, tells_how_long_to_wait_in_whole_seconds) {
    AddressRate rate({.rate = 0.1, .burst = 1});
    EXPECT_FALSE(rate.wait_of("a", start));
    EXPECT_EQ(rate.wait_of("a", start), 10s);
    EXPECT_EQ(rate.wait_of("a", start + 7500ms), 3s);
    EXPECT_FALSE(rate.wait_of("a", start + 10s));
}

TEST(AddressRate, what_is_not_used_does_not_grow_beyond_the_burst) {
    AddressRate rate({.rate = 100, .burst = 2});
    EXPECT_FALSE(rate.wait_of("a", start));
    for (int i = 0; i < 2; ++i) EXPECT_FALSE(rate.wait_of("a", start + 1h));
    EXPECT_TRUE(rate.wait_of("a", start + 1h));
}

TEST(AddressRate, addresses_do_not_share) {
    AddressRate rate({.rate = 1, .burst = 1});
    EXPECT_FALSE(rate.wait_of("192.0.2.1", start));
    EXPECT_FALSE(rate.wait_of("192.0.2.2", start));
    EXPECT_TRUE(rate.wait_of("192.0.2.1", start));
}

TEST(AddressRate, a_network_of_ipv6_counts_as_one_address) {
    AddressRate rate({.rate = 1, .burst = 1});
    EXPECT_FALSE(rate.wait_of("2001:db8:0:1::1", start));
    EXPECT_TRUE(rate.wait_of("2001:db8:0:1:ffff::2", start));
    EXPECT_FALSE(rate.wait_of("2001:db8:0:2::1", start));
}

TEST(AddressRate, ipv4_addresses_written_as_ipv6_do_not_share) {
    AddressRate rate({.rate = 1, .burst = 1});
    EXPECT_FALSE(rate.wait_of("::ffff:192.0.2.1", start));
    EXPECT_FALSE(rate.wait_of("::ffff:192.0.2.2", start));
    EXPECT_TRUE(rate.wait_of("::ffff:c000:201", start));
}

TEST(AddressRate, remembers_the_latest_addresses_only) {
    AddressRate rate({.rate = 0.001, .burst = 1, .addresses = 2});
    for (const auto* address : {"a", "b", "c"}) EXPECT_FALSE(rate.wait_of(address, start));
    EXPECT_TRUE(rate.wait_of("b", start));
    EXPECT_TRUE(rate.wait_of("c", start));
    EXPECT_FALSE(rate.wait_of("a", start)) << "it was forgotten";
    EXPECT_FALSE(rate.wait_of("b", start)) << "it made room";
}

TEST(AddressRate, without_a_rate_there_is_no_limit) {
    AddressRate rate({.rate = 0, .burst = 1});
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(rate.wait_of("a", start));
}

TEST(AddressRate, a_tiny_rate_has_a_wait_that_can_be_told) {
    AddressRate rate({.rate = std::numeric_limits<double>::min(), .burst = 0});
    EXPECT_EQ(rate.wait_of("a", start), 1h);
}

}  // namespace
}  // namespace relay::book
