// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include "base/secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <regex>
#include <thread>
#include <unistd.h>
#include <vector>

namespace relay::log {
namespace {

using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;

struct LogTest : testing::Test {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("relay-log-" + std::to_string(getpid()));
    std::filesystem::path file = folder / "relay.log";

    LogTest() { std::filesystem::create_directories(folder); }
    ~LogTest() override {
        EXPECT_TRUE(configure({}));
        std::filesystem::remove_all(folder);
    }
    void start(Level level, Format format) {
        ASSERT_TRUE(configure({level, format, file.string()}));
    }
    std::vector<std::string> lines() const {
        std::vector<std::string> found;
        std::ifstream stream(file);
        for (std::string line; std::getline(stream, line);) found.push_back(line);
        return found;
    }
};

TEST_F(LogTest, json_lines_carry_time_level_message_and_fields) {
    start(Level::info, Format::json);
    info("new connection", {{"topic", "spin30/data"},
                            {"members", 3},
                            {"can_read", true},
                            {"share", 0.5},
                            {"bytes", std::size_t{7}}});
    ASSERT_EQ(lines().size(), 1U);
    const std::regex form(
        R"(\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","level":"info","msg":"new connection",)"
        R"("topic":"spin30/data","members":3,"can_read":true,"share":0.5,"bytes":7\})");
    EXPECT_TRUE(std::regex_match(lines()[0], form)) << lines()[0];
}

TEST_F(LogTest, json_escapes_whatever_a_peer_may_send) {
    start(Level::info, Format::json);
    info("a \"quote\"", {{"text", std::string("\\ \n\r\t\x01\x7f\0 \xc3\xa9 \xe2\x82\xac", 15)},
                         {"bad", "\xff\xc0\xaf\xed\xa0\x80\xf5"},
                         {"number", std::numeric_limits<double>::infinity()}});
    ASSERT_EQ(lines().size(), 1U);
    EXPECT_THAT(lines()[0], HasSubstr(R"("msg":"a \"quote\"")"));
    EXPECT_THAT(
        lines()[0],
        HasSubstr("\"text\":\"\\\\ \\n\\r\\t\\u0001\\u007f\\u0000 \xc3\xa9 \xe2\x82\xac\""));
    EXPECT_THAT(lines()[0], testing::Not(HasSubstr("\xff")));
    EXPECT_THAT(lines()[0], testing::Not(HasSubstr("\xed\xa0")));
    EXPECT_THAT(lines()[0], HasSubstr(R"("number":null})"));
}

TEST_F(LogTest, text_lines_quote_values_that_could_forge_a_line) {
    start(Level::info, Format::text);
    warn("refused", {{"topic", "a\nb"}, {"agent", "x y"}, {"plain", "curl/7.88"}, {"none", ""}});
    ASSERT_EQ(lines().size(), 1U);
    EXPECT_THAT(lines()[0],
                EndsWith(R"(Z warning refused topic="a\nb" agent="x y" plain=curl/7.88 none="")"));
}

TEST_F(LogTest, lines_below_the_level_are_not_written) {
    start(Level::warn, Format::json);
    EXPECT_FALSE(enabled(Level::info));
    EXPECT_TRUE(enabled(Level::warn));
    debug("no");
    info("no");
    write(Level::info, "no");
    error("yes");
    ASSERT_EQ(lines().size(), 1U);
    start(Level::off, Format::json);
    EXPECT_FALSE(enabled(Level::error));
    EXPECT_FALSE(enabled(Level::off));
}

TEST_F(LogTest, a_file_that_cannot_be_opened_leaves_the_old_logger) {
    start(Level::info, Format::json);
    const auto result = configure({Level::trace, Format::text, folder.string()});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::unavailable);
    info("still here");
    EXPECT_FALSE(enabled(Level::trace));
    EXPECT_EQ(lines().size(), 1U);
}

TEST_F(LogTest, a_secret_reaches_a_line_as_stars_only) {
    start(Level::info, Format::json);
    info("set", {{"secret", fmt::format("{}", Secret("hunter2"))}});
    EXPECT_THAT(lines()[0], HasSubstr(R"("secret":"***")"));
}

TEST_F(LogTest, threads_write_whole_lines_while_the_logger_is_replaced) {
    start(Level::info, Format::json);
    std::vector<std::thread> threads;
    for (int each = 0; each < 4; ++each) {
        threads.emplace_back([] {
            for (int count = 0; count < 200; ++count) info("turn", {{"count", count}});
        });
    }
    for (int round = 0; round < 20; ++round) start(Level::info, Format::json);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(lines().size(), 800U);
    EXPECT_THAT(lines(), Each(EndsWith("}")));
}

}  // namespace
}  // namespace relay::log
