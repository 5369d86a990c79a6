// SPDX-License-Identifier: Apache-2.0
#include "hub/traffic.hpp"

#include <gtest/gtest.h>

namespace relay::hub {
namespace {

using namespace std::chrono_literals;

TEST(Traffic, SaysNothingBeforeTheFirstMessage) {
    const SteadyTime start{1000s};
    const auto figures = Traffic().figures(start + 5s, start);
    EXPECT_FALSE(figures.age);
    EXPECT_EQ(figures.messages_per_second, 0);
    EXPECT_EQ(figures.mean_size, 0);
}

TEST(Traffic, MeasuresTheLastTenSecondsAndNotTheWholeLife) {
    Traffic traffic;
    const SteadyTime start{1000s};
    for (int i = 0; i < 60 * 25; ++i) traffic.record(start + i * 40ms, 1000);
    auto figures = traffic.figures(start + 60s, start);
    EXPECT_NEAR(figures.messages_per_second, 25, 1);
    EXPECT_DOUBLE_EQ(figures.mean_size, 1000);
    EXPECT_EQ(figures.messages, 1500u);
    EXPECT_EQ(figures.bytes, 1'500'000u);

    for (int i = 0; i < 100; ++i) traffic.record(start + 60s + i * 100ms, 50);
    figures = traffic.figures(start + 70s, start);
    EXPECT_NEAR(figures.messages_per_second, 10, 1.2);
    EXPECT_DOUBLE_EQ(figures.mean_size, 50);
}

TEST(Traffic, AStreamThatStoppedShowsNoRateButItsAge) {
    Traffic traffic;
    const SteadyTime start{1000s};
    traffic.record(start, 10);
    const auto figures = traffic.figures(start + 30s, start);
    EXPECT_EQ(figures.messages_per_second, 0);
    EXPECT_EQ(figures.age, 30s);
}

TEST(Traffic, AYoungConnectionIsMeasuredOverItsLife) {
    Traffic traffic;
    const SteadyTime start{1000s + 300ms};
    for (int i = 0; i < 50; ++i) traffic.record(start + i * 40ms, 10);
    EXPECT_NEAR(traffic.figures(start + 2s, start).messages_per_second, 25, 0.1);
}

}  // namespace
}  // namespace relay::hub
