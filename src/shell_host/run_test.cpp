// SPDX-License-Identifier: Apache-2.0
#include "shell_host/run.hpp"

#include <gtest/gtest.h>

namespace relay::shell_host {
namespace {

std::string error_of(const Config& config) {
    const auto ended = run(config);
    return ended ? "none" : ended.error().detail;
}

Config good() {
    Config config;
    config.access = "http://127.0.0.1:1/shell/lab";
    config.token = Secret("a.b.c");
    return config;
}

TEST(Run, names_the_setting_that_keeps_it_from_starting) {
    EXPECT_TRUE(error_of({}).starts_with("session: ")) << error_of({});

    Config unreadable = good();
    unreadable.token = Secret();
    unreadable.token_file = "/nonexistent/token";
    EXPECT_NE(error_of(unreadable).find("/nonexistent/token"), std::string::npos);

    Config contradictory = good();
    contradictory.relay.peer_timeout = contradictory.relay.ping_every;
    EXPECT_TRUE(error_of(contradictory).starts_with("peer-timeout: "));

    Config misspelt = good();
    misspelt.targets = {"db"};
    EXPECT_EQ(error_of(misspelt), "target: db: must be NAME=HOST:PORT");
}

}  // namespace
}  // namespace relay::shell_host
