// SPDX-License-Identifier: Apache-2.0
#include "shell_client/way.hpp"

#include <gmock/gmock.h>

namespace relay::shell_client {
namespace {

using testing::StartsWith;

Config some_config() {
    Config config;
    config.access = "https://relay.test/shell/spin30";
    config.token = Secret("aaa.bbb.ccc");
    return config;
}

std::string error_of(const Config& config) {
    const auto way = way_of(config);
    if (way) return "none";
    EXPECT_EQ(way.error().code, Errc::invalid);
    return way.error().detail;
}

TEST(ShellClientWay, TakesTheSettings) {
    Config config = some_config();
    config.replay_buffer = 12345;
    config.give_up = std::chrono::seconds(7);
    const auto way = way_of(config);
    ASSERT_TRUE(way) << way.error().detail;
    EXPECT_EQ(way->access.urls.front().target, "/shell/spin30");
    EXPECT_EQ(way->stream.buffer, 12345u);
    EXPECT_EQ(way->stream.give_up, std::chrono::seconds(7));
    EXPECT_EQ(way->settings.websocket.subprotocol, "relay.resume.v1");
    EXPECT_EQ(way->settings.websocket.write_timeout.count(), 0) << "back-pressure may last";
}

TEST(ShellClientWay, OffersNothingWhenItIsNotToResume) {
    Config config = some_config();
    config.resume = false;
    EXPECT_EQ(way_of(config).value().settings.websocket.subprotocol, "");
}

TEST(ShellClientWay, AsksEachRelayForTheTarget) {
    Config config = some_config();
    config.access += " https://other.test/shell/spin30?via=proxy";
    config.target = "camera-2.lab_1";
    const auto way = way_of(config).value();
    EXPECT_EQ(way.access.urls[0].target, "/shell/spin30?target=camera-2.lab_1");
    EXPECT_EQ(way.access.urls[1].target, "/shell/spin30?via=proxy&target=camera-2.lab_1");
}

TEST(ShellClientWay, NamesTheSettingThatIsWrong) {
    const auto expect = [](const char* start, const std::function<void(Config&)>& change) {
        Config config = some_config();
        change(config);
        EXPECT_THAT(error_of(config), StartsWith(start));
    };
    expect("session: required", [](Config& config) { config.access = ""; });
    expect("session: ", [](Config& config) { config.access = "not a URL"; });
    expect("session: ", [](Config& config) { config.token = Secret(); });
    expect("session: must be an access URL", [](Config& config) {
        config.access = "wss://relay.test/shell/spin30";
        config.token = Secret();
    });
    for (const char* name : {"a b", "a/b", "ä", "a&b=c"})
        expect("target: ", [=](Config& config) { config.target = name; });
    expect("target: ", [](Config& config) { config.target = std::string(65, 'a'); });
    expect("replay-buffer: ", [](Config& config) { config.replay_buffer = 0; });
    expect("peer-timeout: ", [](Config& config) { config.relay.peer_timeout = {}; });
}

TEST(ShellClientWay, ATokenFileThatIsNotThereIsASlip) {
    Config config = some_config();
    config.token = Secret();
    config.token_file = "/nonexistent/token";
    const auto way = way_of(config);
    ASSERT_FALSE(way);
    EXPECT_THAT(way.error().detail, testing::HasSubstr("/nonexistent/token"));
}

}  // namespace
}  // namespace relay::shell_client
