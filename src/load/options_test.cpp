// SPDX-License-Identifier: Apache-2.0
#include "load/options.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace relay::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

Result<Config> parse_words(std::vector<std::string> words) {
    return parse(words);
}

Config parse_good(std::vector<std::string> words) {
    words.insert(words.begin(), {"--url", "ws://127.0.0.1:1/t{topic}"});
    auto config = parse(words);
    EXPECT_TRUE(config.has_value()) << (config ? "" : config.error().detail);
    return config.value_or(Config());
}

TEST(LoadOptions, have_the_documented_defaults) {
    const Config config = parse_good({});
    EXPECT_EQ(config.groups.size(), 2U);
    EXPECT_EQ(config.traffic.smallest, 4096U);
    EXPECT_EQ(config.traffic.rate, 30);
    EXPECT_EQ(config.traffic.duration, seconds(10));
    EXPECT_EQ(config.threads, 1U);
    EXPECT_FALSE(config.json || config.allow_loss || config.traffic.text);
}

TEST(LoadOptions, are_understood_with_blank_or_equals_sign) {
    const Config config = parse_good(
        {"--size=100-200", "--rate",  "max",       "--window", "1024",        "--batch=64",
         "--messages",     "9",       "--stalled", "1",        "--stall",     "1s:250",
         "--text",         "--pid",   "12",        "--pid=34", "--for",       "2",
         "--threads",      "2",       "--drain",   "3s",       "--settle=20", "--json",
         "--allow-loss",   "--label", "x"});
    EXPECT_EQ(config.traffic.smallest, 100U);
    EXPECT_EQ(config.traffic.largest, 200U);
    EXPECT_FALSE(config.traffic.rate.has_value());
    EXPECT_EQ(config.traffic.window, 1024U);
    EXPECT_EQ(config.traffic.batch, 64U);
    EXPECT_EQ(config.traffic.messages, 9U);
    EXPECT_EQ(config.traffic.duration, seconds(2));
    EXPECT_TRUE(config.traffic.text);
    EXPECT_THAT(config.processes, ElementsAre(12, 34));
    EXPECT_EQ(config.threads, 2U);
    EXPECT_EQ(config.drain, seconds(3));
    EXPECT_EQ(config.settle, milliseconds(20));
    EXPECT_TRUE(config.json && config.allow_loss);
    EXPECT_EQ(config.groups.at(1).stall, (Stall{seconds(1), milliseconds(250)}));
}

TEST(LoadOptions, read_secrets_from_files_without_the_line_end) {
    const auto path = std::filesystem::path(testing::TempDir()) / "relay_load_secret";
    std::ofstream(path) << "topsecret\n";
    const auto config =
        parse_words({"--access", "http://127.0.0.1:1", "--secret-file", path.string()});
    ASSERT_TRUE(config.has_value()) << config.error().detail;
    EXPECT_EQ(config->credentials.signing_secret.reveal(), "topsecret");
    std::filesystem::remove(path);
}

TEST(LoadOptions, that_are_misspelt_bring_the_nearest_name) {
    const auto config = parse_words({"--raeders", "3"});
    ASSERT_FALSE(config.has_value());
    EXPECT_THAT(config.error().detail, HasSubstr("--readers"));
}

TEST(LoadOptions, that_make_no_sense_are_refused) {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"readers"},
             {"--readers"},
             {"--readers", "many"},
             {"--text=yes"},
             {"--rate", "0"},
             {"--rate", "nan"},
             {"--size", "10"},
             {"--size", "200-100"},
             {"--text", "--size", "63"},
             {"--ts", "--text"},
             {"--ts", "--publishers", "2"},
             {"--batch", "65"},
             {"--window", "0"},
             {"--threads", "0"},
             {"--for", "soon"},
             {"--stall", "1s"},
             {"--secret-file", "/nonexistent/secret"},
             {"--list", "/nonexistent/list"},
             {"--access", "http://127.0.0.1:1"},
         }) {
        std::vector<std::string> all{"--url", "ws://127.0.0.1:1/t"};
        all.insert(all.end(), words.begin(), words.end());
        EXPECT_FALSE(parse(all).has_value()) << words.front();
    }
}

TEST(LoadOptions, need_credentials_for_an_access_url) {
    const auto config = parse_words({"--access", "http://127.0.0.1:1"});
    ASSERT_FALSE(config.has_value());
    EXPECT_THAT(config.error().detail, HasSubstr("--secret-file"));
}

TEST(LoadOptions, ask_for_help_whatever_else_is_missing) {
    for (const char* word : {"--help", "-h"}) {
        const auto config = parse_words({word});
        ASSERT_TRUE(config.has_value());
        EXPECT_TRUE(config->help);
    }
}

TEST(LoadHelp, names_the_options_with_their_values_in_lines_that_fit_a_terminal) {
    const std::string text = help();
    for (const char* option : {"--readers N ", "--secret-file FILE ", "--ts ", "--stall START:"})
        EXPECT_THAT(text, HasSubstr(option));
    std::size_t start = 0;
    for (std::size_t end; (end = text.find('\n', start)) != text.npos; start = end + 1)
        EXPECT_LE(end - start, 110U);
}

}  // namespace
}  // namespace relay::load
