// SPDX-License-Identifier: Apache-2.0
#include "demo/instrument.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

namespace relay::demo {
namespace {

using namespace std::chrono_literals;

constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 12h + 345ms};

TEST(Instrument, SendsEachSampleAsOneJsonObject) {
    Instrument instrument;
    const auto sample = nlohmann::json::parse(instrument.next_sample(noon));
    EXPECT_EQ(sample.at("seq"), 0);
    EXPECT_EQ(sample.at("t"), 1795348800345);
    EXPECT_NEAR(sample.at("angle").get<double>(), instrument.pendulum().angle(), 1e-5);
    EXPECT_NEAR(sample.at("velocity").get<double>(), instrument.pendulum().velocity(), 1e-5);
    EXPECT_EQ(sample.at("drive"), 0);
    EXPECT_EQ(sample.at("brake"), false);
}

TEST(Instrument, NumbersItsSamplesWithoutGap) {
    Instrument instrument;
    for (int expected = 0; expected < 200; ++expected)
        EXPECT_EQ(nlohmann::json::parse(instrument.next_sample(noon)).at("seq"), expected);
}

TEST(Instrument, ObeysCommandsAndReportsTheNewState) {
    Instrument instrument;
    EXPECT_EQ(instrument.obey(R"({"set":"drive","to":30})"), std::nullopt);
    EXPECT_EQ(instrument.obey(R"({"set":"brake","to":true})"), std::nullopt);
    const auto sample = nlohmann::json::parse(instrument.next_sample(noon));
    EXPECT_EQ(sample.at("drive"), 30);
    EXPECT_EQ(sample.at("brake"), true);
}

TEST(Instrument, AnswersAPingWithItsNumber) {
    Instrument instrument;
    EXPECT_EQ(instrument.obey(R"({"ping":9007199254740991})"), R"({"pong":9007199254740991})");
    EXPECT_EQ(instrument.obey(R"({"ping":1.5})"), R"({"pong":1.5})");
}

TEST(Instrument, IgnoresWhatIsNoCommand) {
    Instrument instrument;
    const std::string messages[] = {
        "",
        "hello",
        "[]",
        "12",
        "null",
        "{",
        R"({"pong":1})",
        R"({"ping":"1"})",
        R"({"set":"drive"})",
        R"({"set":"drive","to":"30"})",
        R"({"set":"brake","to":1})",
        R"({"set":"fire","to":true})",
        R"({"set":["drive"],"to":5})",
        "{\"set\":\"\xff\",\"to\":1}",
        instrument.next_sample(noon),
    };
    for (const auto& message : messages)
        EXPECT_EQ(instrument.obey(message), std::nullopt) << message;
    EXPECT_EQ(instrument.pendulum().drive(), 0);
    EXPECT_FALSE(instrument.pendulum().brake());
}

TEST(Instrument, SurvivesDeepNesting) {
    Instrument instrument;
    EXPECT_EQ(instrument.obey(std::string(100'000, '[')), std::nullopt);
}

}  // namespace
}  // namespace relay::demo
