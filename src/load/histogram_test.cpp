// SPDX-License-Identifier: Apache-2.0
#include "load/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace relay::load {
namespace {

using std::chrono::nanoseconds;

TEST(Histogram, of_nothing_has_zero_percentiles) {
    const Histogram histogram;
    EXPECT_EQ(histogram.count(), 0U);
    EXPECT_EQ(histogram.percentile(50), nanoseconds(0));
    EXPECT_EQ(histogram.max(), nanoseconds(0));
}

TEST(Histogram, is_exact_for_a_single_value_of_any_size) {
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{127}, std::int64_t{128}, std::int64_t{255},
          std::int64_t{256}, std::int64_t{1'000'003}, std::numeric_limits<std::int64_t>::max()}) {
        Histogram histogram;
        histogram.record(nanoseconds(value));
        EXPECT_EQ(histogram.percentile(0), nanoseconds(value));
        EXPECT_EQ(histogram.percentile(100), nanoseconds(value));
    }
}

TEST(Histogram, counts_a_clock_that_went_backwards_as_zero) {
    Histogram histogram;
    histogram.record(nanoseconds(-5));
    EXPECT_EQ(histogram.count(), 1U);
    EXPECT_EQ(histogram.max(), nanoseconds(0));
}

TEST(Histogram, overstates_every_percentile_by_less_than_one_percent) {
    std::mt19937_64 random(42);
    std::lognormal_distribution<double> latency(11, 2);
    Histogram histogram;
    std::vector<std::int64_t> values;
    for (int i = 0; i < 20'000; ++i) {
        values.push_back(static_cast<std::int64_t>(latency(random)));
        histogram.record(nanoseconds(values.back()));
    }
    std::ranges::sort(values);
    for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
        const auto rank = static_cast<std::size_t>(percent / 100 * 20'000 + 0.5);
        const auto exact = values[rank - 1];
        const auto found = histogram.percentile(percent).count();
        EXPECT_GE(found, exact) << percent;
        EXPECT_LE(static_cast<double>(found), static_cast<double>(exact) * 1.01) << percent;
    }
}

TEST(Histogram, merged_from_parts_equals_one_of_the_whole) {
    Histogram low;
    Histogram high;
    Histogram whole;
    for (int i = 1; i <= 1000; ++i) {
        (i <= 600 ? low : high).record(nanoseconds(i * 1000));
        whole.record(nanoseconds(i * 1000));
    }
    low.merge(high);
    EXPECT_EQ(low.count(), 1000U);
    EXPECT_EQ(low.max(), whole.max());
    for (const double percent : {10.0, 50.0, 61.0, 99.9})
        EXPECT_EQ(low.percentile(percent), whole.percentile(percent));
}

}  // namespace
}  // namespace relay::load
