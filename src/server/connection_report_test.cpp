// SPDX-License-Identifier: Apache-2.0
#include "server/connection_report.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace relay::server {
namespace {

using nlohmann::json;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

ConnectionReport example() {
    ConnectionReport report;
    report.topic = "pend00-st-video";
    report.remote_address = "192.0.2.7";
    report.user_agent = "ffplay";
    report.scopes = {"read"};
    report.can_read = true;
    report.connected = WallTime(1'795'342'750s);
    report.expires = WallTime(1'795'342'750s + 1h);
    report.received = {.messages_per_second = 25.04,
                       .mean_size = 4095.6,
                       .age = 72'680'999ns,
                       .messages = 1000,
                       .bytes = 4'095'600};
    report.drops = {.messages = 3, .bytes = 12'288, .skips = 1};
    report.queued = 188;
    return report;
}

std::vector<std::string> keys(const json& object) {
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items()) names.push_back(name);
    return names;
}

TEST(ConnectionReportTest, StatsTellAllOfAConnectionInCamelCase) {
    const json stats = json::parse(stats_json({example()}));
    EXPECT_EQ(stats, json::parse(R"([{
        "topic": "pend00-st-video", "canRead": true, "canWrite": false,
        "connected": "2026-11-22T10:19:10Z", "expiresAt": "2026-11-22T11:19:10Z",
        "remoteAddr": "192.0.2.7", "userAgent": "ffplay", "scopes": ["read"],
        "stats": {"tx": {"last": "Never", "size": 0.0, "fps": 0.0, "messages": 0, "bytes": 0},
                  "rx": {"last": "72.68ms", "size": 4096.0, "fps": 25.0,
                         "messages": 1000, "bytes": 4095600}},
        "dropped": {"messages": 3, "bytes": 12288, "skips": 1}, "queued": 188}])"));
}

TEST(ConnectionReportTest, StatusTellsTheSameInSnakeCase) {
    const json status = json::parse(status_json({example()})).at(0);
    EXPECT_THAT(keys(status),
                UnorderedElementsAre("topic", "can_read", "can_write", "connected", "connected_at",
                                     "expires_at", "remote_addr", "user_agent", "scopes", "stats",
                                     "dropped", "queued"));
    EXPECT_EQ(status["can_write"], false) << "false is told, not left out";
    EXPECT_EQ(status["connected"], status["connected_at"]);
    EXPECT_EQ(status["stats"], json::parse(stats_json({example()})).at(0)["stats"]);
}

TEST(ConnectionReportTest, TheGeneratorIsListedAsOldReadersExpect) {
    const json entry = json::parse(stats_json({internal_report(WallTime(1'795'342'750s))})).at(0);
    EXPECT_EQ(entry["topic"], "stats");
    EXPECT_EQ(entry["remoteAddr"], "internal");
    EXPECT_EQ(entry["userAgent"], "crossbar");
    EXPECT_EQ(entry["scopes"], json({"read", "stats", "write"}));
    EXPECT_EQ(entry["expiresAt"], "1970-01-01T00:00:00Z");
    EXPECT_EQ(entry["stats"]["tx"]["last"], "Never");
}

TEST(ConnectionReportTest, NoConnectionsAreAnEmptyArray) {
    EXPECT_EQ(stats_json({}), "[]");
    EXPECT_EQ(status_json({}), "[]");
}

TEST(ConnectionReportTest, WhatIsNoUtf8InANameDoesNotEndTheReports) {
    ConnectionReport report = example();
    report.user_agent = "bad \xFF byte, \"quotes\"\n";
    const json entry = json::parse(stats_json({report})).at(0);
    EXPECT_EQ(entry["userAgent"], "bad \uFFFD byte, \"quotes\"\n");
}

}  // namespace
}  // namespace relay::server
