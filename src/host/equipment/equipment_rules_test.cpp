// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/equipment_rules.hpp"

#include "host/equipment/bridge_device.hpp"

#include <gmock/gmock.h>

namespace relay::host {
namespace {

using testing::StartsWith;

const CommandRule program{.arguments = {"cat"}, .shell = ""};

TEST(CameraRule, GoodOnesPass) {
    EXPECT_TRUE(check_rule(CameraRule{.feed = "front/video_0", .command = program}));
    EXPECT_TRUE(check_rule(
        CameraRule{.feed = "video", .command = {.arguments = {}, .shell = "ffmpeg | cat"}}));
}

struct BadCamera {
    const char* name;
    CameraRule rule;
    const char* error;
};

TEST(CameraRule, BadOnesAreToldByTheirField) {
    for (const auto& [name, rule, error] :
         {BadCamera{"no feed", {.feed = "", .command = program}, "feed"},
          BadCamera{"bad feed", {.feed = "a b", .command = program}, "feed"},
          BadCamera{"slash", {.feed = "/a", .command = program}, "feed"},
          BadCamera{"no command", {.feed = "a", .command = {}}, "command"},
          BadCamera{"empty word", {.feed = "a", .command = {{""}, ""}}, "command"},
          BadCamera{"both", {.feed = "a", .command = {{"cat"}, "cat"}}, "command"}}) {
        const auto checked = check_rule(rule);
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().code, Errc::invalid);
        EXPECT_THAT(checked.error().detail, StartsWith(error)) << name;
    }
}

TEST(BridgeRule, GoodOnesPass) {
    EXPECT_TRUE(check_rule(BridgeRule{.feed = "data", .serial = "/dev/ttyUSB0", .baud = 9600}));
    EXPECT_TRUE(check_rule(BridgeRule{.feed = "data", .tcp = "scope.lan:5025"}));
    EXPECT_TRUE(check_rule(BridgeRule{.feed = "data", .tcp = "[::1]:1"}));
    EXPECT_TRUE(check_rule(BridgeRule{.feed = "data", .command = program}));
}

struct BadBridge {
    const char* name;
    BridgeRule rule;
    const char* error;
};

TEST(BridgeRule, BadOnesAreToldByTheirField) {
    for (const auto& [name, rule, error] :
         {BadBridge{"no feed", {.feed = "", .tcp = "a:1"}, "feed"},
          BadBridge{"no device", {.feed = "a"}, "a bridge names one"},
          BadBridge{"two", {.feed = "a", .serial = "/dev/x", .tcp = "a:1"}, "a bridge names one"},
          BadBridge{"baud", {.feed = "a", .serial = "/dev/x", .baud = 1234}, "baud"},
          BadBridge{"no port", {.feed = "a", .tcp = "host"}, "tcp"},
          BadBridge{"no host", {.feed = "a", .tcp = ":1"}, "tcp"},
          BadBridge{"port 0", {.feed = "a", .tcp = "a:0"}, "tcp"},
          BadBridge{"big port", {.feed = "a", .tcp = "a:65536"}, "tcp"},
          BadBridge{"words", {.feed = "a", .tcp = "a:1x"}, "tcp"},
          BadBridge{"bare IPv6", {.feed = "a", .tcp = "::1:80"}, "tcp"},
          BadBridge{"brackets", {.feed = "a", .tcp = "[host]:80"}, "tcp"},
          BadBridge{"command", {.feed = "a", .command = {{""}, ""}}, "command"}}) {
        const auto checked = check_rule(rule);
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().code, Errc::invalid);
        EXPECT_THAT(checked.error().detail, StartsWith(error)) << name;
    }
}

TEST(HostAndPort, BracketsAreTakenOffAnAddress) {
    const auto place = parse_host_and_port("[fe80::1]:7000");
    ASSERT_TRUE(place);
    EXPECT_EQ(place->host, "fe80::1");
    EXPECT_EQ(place->port, 7000);
}

}  // namespace
}  // namespace relay::host
