// SPDX-License-Identifier: Apache-2.0
#include "config/file.hpp"

#include <gmock/gmock.h>

namespace relay::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> lines_of(const std::vector<FileEntry>& entries) {
    std::vector<std::string> lines;
    for (const FileEntry& entry : entries) {
        lines.push_back(std::to_string(entry.line) + " [" + entry.section + "] " + entry.key + "=" +
                        entry.value);
    }
    return lines;
}

TEST(SettingsFile, GivesKeysWithSectionAndLine) {
    const auto entries = parse_file(
        "# shared\n"
        "log-level = \"info\"\n"
        "\n"
        "[session-relay]\n"
        "access-port = 8082\n"
        "allow-no-booking-id = true\n"
        "allowed-origins = [\"https://a\", \"https://b\"]\n"
        "[session-host]\n"
        "port = 0\n",
        "relay.toml");
    ASSERT_TRUE(entries) << entries.error().detail;
    EXPECT_THAT(lines_of(*entries),
                ElementsAre("2 [] log-level=info", "5 [session-relay] access-port=8082",
                            "6 [session-relay] allow-no-booking-id=true",
                            "7 [session-relay] allowed-origins=https://a\nhttps://b\n",
                            "9 [session-host] port=0"));
}

TEST(SettingsFile, MayBeEmpty) {
    const auto entries = parse_file("", "relay.toml");
    ASSERT_TRUE(entries);
    EXPECT_TRUE(entries->empty());
}

TEST(SettingsFile, ErrorOfSyntaxNamesFileAndLine) {
    for (const char* text : {"a = 1\nb = \n", "a = 1\n[broken\n", "a = 1\na = 2\n"}) {
        const auto entries = parse_file(text, "relay.toml");
        ASSERT_FALSE(entries) << text;
        EXPECT_THAT(entries.error().detail, StartsWith("relay.toml:2: ")) << text;
        EXPECT_EQ(entries.error().code, Errc::invalid);
    }
}

TEST(SettingsFile, MustBeUtf8) {
    EXPECT_FALSE(parse_file("a = \"\xff\"\n", "relay.toml"));
}

TEST(SettingsFile, ErrorOfSyntaxDoesNotShowAnUnquotedSecret) {
    for (const char* text : {"secret = hushhush\n", "secret = \"hushhush\n", "secret = 'hushhush\n",
                             "secret = \"hushhush\" more\n", "secret = 12hushhush\n"}) {
        const auto entries = parse_file(text, "relay.toml");
        ASSERT_FALSE(entries) << text;
        EXPECT_THAT(entries.error().detail, Not(HasSubstr("hush"))) << text;
    }
}

TEST(SettingsFile, RefusesValuesOfOtherTypes) {
    for (const char* text : {"[s]\na = 1.5\n", "[s]\na = 2026-11-22\n", "[s]\na = [[1]]\n",
                             "[s]\na = {b = 1}\n", "[s]\na = [1.5]\n"}) {
        const auto entries = parse_file(text, "relay.toml");
        ASSERT_FALSE(entries) << text;
        EXPECT_THAT(entries.error().detail, StartsWith("relay.toml:2: a: expected text")) << text;
    }
}

}  // namespace
}  // namespace relay::config
