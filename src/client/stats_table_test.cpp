// SPDX-License-Identifier: Apache-2.0
#include "client/stats_table.hpp"

#include "base/time_text.hpp"

#include <gmock/gmock.h>

namespace relay::client {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

const WallTime now = parse_time("2025-11-22T12:00:00Z").value();

ConnectionFigures connection(std::string topic) {
    ConnectionFigures figures;
    figures.topic = std::move(topic);
    figures.address = "192.0.2.7";
    figures.user_agent = "browser";
    figures.can_read = true;
    figures.connected = now - 11522s;
    figures.sends = {.age = 41s, .messages_per_second = 12.5, .bytes_per_second = 3120};
    return figures;
}

TEST(StatsTable, HasALineForEachConnection) {
    const std::vector connections{connection("lamp"), connection("pendulum")};
    EXPECT_THAT(
        stats_table(connections, now),
        ElementsAre("2 connections on 2 topics", "",
                    "TOPIC     MAY  FROM       FOR    SENDS            GETS  LAST SENT  USER AGENT",
                    "lamp      r-   192.0.2.7  3h12m  12.5/s 3.1 kB/s  -     41s        browser",
                    "pendulum  r-   192.0.2.7  3h12m  12.5/s 3.1 kB/s  -     41s        browser"));
}

TEST(StatsTable, WhatIsNotKnownIsSaidSo) {
    const std::vector connections{ConnectionFigures{}};
    EXPECT_THAT(stats_table(connections, now).back(),
                HasSubstr("--         ?    -      -     never"));
}

TEST(StatsTable, EmptyReportHasAHeadAlone) {
    EXPECT_THAT(stats_table({}, now),
                ElementsAre("0 connections on 0 topics", "", testing::StartsWith("TOPIC")));
}

TEST(StatsTable, AgesAndRatesFitTheirSize) {
    auto figures = connection("t");
    const auto shown = [&](std::chrono::nanoseconds age, double rate) {
        figures.sends = {.age = age, .messages_per_second = 1, .bytes_per_second = rate};
        return stats_table(std::span(&figures, 1), now).back();
    };
    EXPECT_THAT(shown(72680us, 0), HasSubstr("1.0/s 0 B/s  -     0.1s"));
    EXPECT_THAT(shown(-5s, 999), HasSubstr("999 B/s  -     0.0s"));
    EXPECT_THAT(shown(125s, 1000), HasSubstr("1.0 kB/s  -     2m05s"));
    EXPECT_THAT(shown(26h, 125'000'000), HasSubstr("125 MB/s  -     1d02h"));
}

// A user agent is what a stranger wrote.
TEST(StatsTable, HoldsNoControlCharacters) {
    auto figures = connection("t\x1b[2J");
    figures.user_agent =
        "a\nb\x7f\xC2\x9B"
        "c\xC3\xA4";
    const auto lines = stats_table(std::span(&figures, 1), now);
    EXPECT_THAT(lines.back(), HasSubstr("t?[2J"));
    EXPECT_THAT(lines.back(), HasSubstr("a?b??c\xC3\xA4"));
}

TEST(StatsTable, IsCutToItsSizeAndSaysSo) {
    std::vector<ConnectionFigures> connections(20, connection("t\xC3\xA4"));
    const auto lines = stats_table(connections, now, {.columns = 10, .rows = 8});
    EXPECT_THAT(lines, SizeIs(8));
    EXPECT_EQ(lines.back(), "... and 16");
    EXPECT_EQ(lines[3], "t\xC3\xA4     r- ");
    EXPECT_THAT(stats_table(connections, now, {.columns = 80, .rows = 23}), SizeIs(23));
    EXPECT_THAT(stats_table(connections, now, {.columns = 80, .rows = 23}).back(),
                Not(HasSubstr("more")));
}

}  // namespace
}  // namespace relay::client
