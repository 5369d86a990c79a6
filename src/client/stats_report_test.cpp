// SPDX-License-Identifier: Apache-2.0
#include "client/stats_report.hpp"

#include "base/time_text.hpp"

#include <gtest/gtest.h>

namespace relay::client {
namespace {

using namespace std::chrono_literals;

constexpr const char* report = R"([
 {"topic":"pend","canRead":true,"canWrite":false,"connected":"2025-11-22T10:19:10Z",
  "expiresAt":"2025-11-22T11:19:10Z","remoteAddr":"192.0.2.7","userAgent":"a browser","scopes":["read"],
  "stats":{"tx":{"last":"Never","size":0,"fps":0,"messages":0,"bytes":0},
           "rx":{"last":"72.68ms","size":1000,"fps":12.5,"messages":4,"bytes":4000}},
  "dropped":{"messages":0,"bytes":0,"skips":0},"queued":0},
 {"topic":"lamp","canWrite":true,"remoteAddr":"192.0.2.8"}])";

TEST(StatsReport, TellsEachConnectionSortedByTopic) {
    const auto connections = read_report(report);
    ASSERT_TRUE(connections);
    ASSERT_EQ(connections->size(), 2u);
    EXPECT_EQ(connections->front().topic, "lamp");
    const ConnectionFigures& pend = connections->back();
    EXPECT_EQ(pend.address, "192.0.2.7");
    EXPECT_EQ(pend.user_agent, "a browser");
    EXPECT_TRUE(pend.can_read && !pend.can_write);
    EXPECT_EQ(pend.connected, parse_time("2025-11-22T10:19:10Z").value());
    EXPECT_FALSE(pend.sends.age);
    EXPECT_EQ(pend.gets.age, 72680us);
    EXPECT_DOUBLE_EQ(pend.gets.messages_per_second, 12.5);
    EXPECT_DOUBLE_EQ(pend.gets.bytes_per_second, 12500);
}

TEST(StatsReport, FieldsThatAreMissingOrOfAWrongTypeAreLeftOut) {
    const auto connections = read_report(
        R"([{"topic":7,"canRead":"yes","connected":"Monday","stats":{"tx":[],"rx":{"fps":"x"}}},{}])");
    ASSERT_TRUE(connections);
    EXPECT_EQ(connections->size(), 2u);
    EXPECT_EQ(connections->front().topic, "");
    EXPECT_FALSE(connections->front().connected);
    EXPECT_FALSE(connections->front().gets.age);
}

TEST(StatsReport, WhatOthersSendOnTheTopicIsNone) {
    for (const char* text : {R"({"cmd":"update"})", "[1]", "", "update", "[{", "null"}) {
        EXPECT_FALSE(read_report(text)) << text;
        EXPECT_FALSE(report_line(text)) << text;
    }
}

TEST(StatsReport, LineHoldsAllOfItOnOneLine) {
    const auto line = report_line(report);
    ASSERT_TRUE(line);
    EXPECT_EQ(line->find('\n'), std::string::npos);
    EXPECT_NE(line->find(R"("expiresAt":"2025-11-22T11:19:10Z")"), std::string::npos);
}

}  // namespace
}  // namespace relay::client
