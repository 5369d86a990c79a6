// SPDX-License-Identifier: Apache-2.0
#include "base/spelling.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace relay {
namespace {

const std::vector<std::string> names{"RELAY_ACCESS_PORT", "RELAY_ALLOW_NO_BOOKING_ID",
                                     "RELAY_SECRET", "port", "host"};

TEST(Spelling, finds_the_name_behind_a_slip) {
    EXPECT_EQ(nearest_name("RELAY_ACCESS_PROT", names), "RELAY_ACCESS_PORT");  // swapped
    EXPECT_EQ(nearest_name("RELAY_ACESS_PORT", names), "RELAY_ACCESS_PORT");   // left out
    EXPECT_EQ(nearest_name("RELAY_SECRETS", names), "RELAY_SECRET");           // added
    EXPECT_EQ(nearest_name("RELAY-SECRET", names), "RELAY_SECRET");            // replaced
    EXPECT_EQ(nearest_name("relay_secret", names), "RELAY_SECRET");            // case
    EXPECT_EQ(nearest_name("RELAY_ALLOWNOBOOKINGID", names), "RELAY_ALLOW_NO_BOOKING_ID");
    EXPECT_EQ(nearest_name("prot", names), "port");
}

TEST(Spelling, names_nothing_when_all_are_other_words) {
    EXPECT_EQ(nearest_name("RELAY_COLOUR", names), std::nullopt);
    EXPECT_EQ(nearest_name("post", std::vector<std::string>{"get"}), std::nullopt);
    EXPECT_EQ(nearest_name("", names), std::nullopt);
    EXPECT_EQ(nearest_name("port", {}), std::nullopt);
    EXPECT_EQ(nearest_name(std::string(10'000, 'x'), names), std::nullopt);
}

TEST(Spelling, prefers_the_nearest_then_the_first) {
    const std::vector<std::string> close{"abcdefxx", "abcdefgx", "abcdefgy"};
    EXPECT_EQ(nearest_name("abcdefgh", close), "abcdefgx");
}

}  // namespace
}  // namespace relay
