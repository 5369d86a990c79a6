// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace relay {
namespace {

TEST(Random, fills_every_byte_of_a_large_buffer) {
    // 3 MiB is more than one call to the generator; 64 zeros in a row have a chance of 2^-489.
    std::vector<std::uint8_t> bytes(3 << 20, 0);
    fill_random(bytes);
    EXPECT_EQ(std::search_n(bytes.begin(), bytes.end(), 64, 0), bytes.end());
    fill_random({});
}

TEST(Random, uuid_has_the_form_of_version_4) {
    for (int round = 0; round < 200; ++round) {
        const std::string uuid = random_uuid();
        ASSERT_EQ(uuid.size(), 36U);
        for (std::size_t index = 0; index < uuid.size(); ++index) {
            const bool dash = index == 8 || index == 13 || index == 18 || index == 23;
            if (dash) {
                EXPECT_EQ(uuid[index], '-');
            } else {
                EXPECT_NE(std::string("0123456789abcdef").find(uuid[index]), std::string::npos);
            }
        }
        EXPECT_EQ(uuid[14], '4');
        EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
    }
}

TEST(Random, uuids_differ) {
    std::set<std::string> seen;
    for (int round = 0; round < 1000; ++round) seen.insert(random_uuid());
    EXPECT_EQ(seen.size(), 1000U);
}

TEST(Random, fractions_lie_in_the_unit_interval_and_spread) {
    double sum = 0;
    for (int round = 0; round < 10'000; ++round) {
        const double fraction = random_fraction();
        ASSERT_GE(fraction, 0.0);
        ASSERT_LT(fraction, 1.0);
        sum += fraction;
    }
    EXPECT_NEAR(sum / 10'000, 0.5, 0.05);  // more than seventeen standard deviations
}

}  // namespace
}  // namespace relay
