// SPDX-License-Identifier: Apache-2.0
#include "host/rules/rules_file.hpp"

#include "base/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace relay::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<FileRules> parse(std::string_view text, const Rules& checks = Rules("/recordings")) {
    return parse_rules_file(text, "r.yaml", checks);
}

TEST(RulesFile, TheDocumentedExampleIsGood) {
    const auto text = read_rules_file(RELAY_DOCUMENTS "/rules.yaml");
    ASSERT_TRUE(text) << text.error().detail;
    const auto found = parse(*text);
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_THAT(found->rules.streams.at("stream/front").feeds, ElementsAre("video", "audio"));
    ASSERT_EQ(found->rules.destinations.size(), 2U);
    EXPECT_EQ(found->rules.destinations.at("front").token_file, "/etc/relay/pend00-video.token");
    EXPECT_EQ(found->rules.destinations.at("data").stream, "data");
    ASSERT_EQ(found->cameras.size(), 2U);
    EXPECT_EQ(found->cameras[0].command.arguments.front(), "ffmpeg");
    EXPECT_TRUE(found->cameras[0].on_demand);
    EXPECT_THAT(found->cameras[1].command.shell, HasSubstr("exec ffmpeg"));
    EXPECT_FALSE(found->cameras[1].on_demand);
    ASSERT_EQ(found->bridges.size(), 3U);
    EXPECT_EQ(found->bridges[0].serial, "/dev/ttyACM0");
    EXPECT_EQ(found->bridges[0].baud, 115'200U);
    EXPECT_EQ(found->bridges[1].tcp, "127.0.0.1:4001");
    EXPECT_EQ(found->bridges[2].command.arguments.front(), "journalctl");
}

TEST(RulesFile, EveryFieldIsRead) {
    const auto found = parse(
        "destinations:\n"
        "  - {id: /a, stream: /s, destination: 'https://h/x', token: t.o.k, file: a/b.ts}\n"
        "bridges:\n"
        "  - {feed: /d, serial: /dev/x, baud: 9600, framing: raw}\n");
    ASSERT_TRUE(found) << found.error().detail;
    const Destination& rule = found->rules.destinations.at("a");
    EXPECT_EQ(rule.stream, "s");
    EXPECT_EQ(rule.token.reveal(), "t.o.k");
    EXPECT_EQ(rule.file, "a/b.ts");
    EXPECT_EQ(found->bridges.at(0).feed, "d");
    EXPECT_EQ(found->bridges.at(0).baud, 9600U);
    EXPECT_EQ(found->bridges.at(0).framing, BridgeRule::Framing::raw);
}

TEST(RulesFile, AnEmptyFileHasNoRules) {
    for (const char* text : {"", "# none yet\n", "streams:\n", "streams: []\nbridges:\n"}) {
        const auto found = parse(text);
        ASSERT_TRUE(found) << text;
        EXPECT_TRUE(found->rules.streams.empty() && found->cameras.empty());
    }
}

TEST(RulesFile, MistakesAreToldWithTheirLine) {
    const struct {
        const char* text;
        const char* error;
    } cases[] = {
        {"- a", "r.yaml:1: rules: must be a map"},
        {"stream:\n", "r.yaml:1: unknown name stream; did you mean streams?"},
        {"streams:\n  a: [b]\n", "r.yaml:1: streams: must be a list"},
        {"streams:\n  - [a]\n", "r.yaml:2: stream: must be a map"},
        {"streams:\n  - stream: a\n", "r.yaml:2: stream: feeds is missing"},
        {"streams:\n  - stream: a\n    feeds: b\n", "r.yaml:3: feeds: must be a list of texts"},
        {"streams:\n  - stream: a\n    feeds: [b c]\n", "r.yaml:3: feeds: may hold letters"},
        {"streams:\n  - stream: api\n    feeds: []\n", "r.yaml:2: stream: is the feed of comm"},
        {"streams:\n  - {stream: a, feeds: []}\n  - {stream: /a, feeds: []}\n",
         "r.yaml:3: stream: there is one of that name above"},
        {"destinations:\n  - id: a\n    stream: s\n    destination: nowhere\n",
         "r.yaml:4: destination: "},
        {"destinations:\n  - id: a\n    stream: s\n    destination: https://h/x\n",
         "r.yaml:4: destination: "},
        {"destinations:\n  - id: a\n    stream: s\n    destination: https://h/x\n    tokenfile: "
         "x\n",
         "r.yaml:5: unknown name tokenfile; did you mean token_file?"},
        {"destinations:\n  - {id: apiRule, stream: s, destination: 'ws://h/x'}\n",
         "r.yaml:2: id: that one belongs to the settings"},
        {"destinations:\n  - {id: a, stream: s, destination: 'ws://h/x'}\n"
         "  - {id: a, stream: s, destination: 'ws://h/x'}\n",
         "r.yaml:3: id: there is one of that name above"},
        {"destinations:\n  - id: a\n    stream: s\n    destination: ws://h/x\n    file: ../x\n",
         "r.yaml:5: file: "},
        {"cameras:\n  - feed: v\n", "r.yaml:2: camera: command is missing"},
        {"cameras:\n  - feed: v\n    command: {}\n", "r.yaml:3: command: must be a text for"},
        {"cameras:\n  - feed: v\n    command: []\n", "r.yaml:3: command: must be a text for"},
        {"cameras:\n  - feed: v\n    command: x\n    on_demand: 1\n",
         "r.yaml:4: on_demand: must be true or false"},
        {"cameras:\n  - feed: api\n    command: x\n", "r.yaml:2: feed: "},
        {"cameras:\n  - {feed: v, command: x}\n  - {feed: v, command: y}\n",
         "r.yaml:3: feed: there is a camera for it above"},
        {"bridges:\n  - feed: d\n", "r.yaml:2: "},
        {"bridges:\n  - {feed: d, serial: /dev/x, tcp: 'h:1'}\n", "r.yaml:2: "},
        {"bridges:\n  - {feed: d, serial: /dev/x, framing: lines}\n",
         "r.yaml:2: framing: must be line or raw"},
        {"bridges:\n  - {feed: d, serial: /dev/x}\n  - {feed: d, serial: /dev/x}\n",
         "r.yaml:3: bridge: there is the same one above"},
        {"streams: [\n", "r.yaml:"},
    };
    for (const auto& item : cases) {
        const auto found = parse(item.text);
        ASSERT_FALSE(found) << item.text;
        EXPECT_EQ(found.error().code, Errc::invalid);
        EXPECT_THAT(found.error().detail, testing::StartsWith(item.error)) << item.text;
    }
}

TEST(RulesFile, TokensAreNotRepeatedInErrors) {
    const auto found =
        parse("destinations:\n  - {id: a, stream: s, destination: 'ws://h/x', token: secret}\n");
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().detail, testing::Not(HasSubstr("secret")));
}

TEST(RulesFile, RecordingNeedsItsFolder) {
    const auto found =
        parse("destinations:\n  - {id: a, stream: s, destination: 'ws://h/x', file: x}\n", Rules());
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().detail, HasSubstr("--record-dir"));
}

TEST(RulesFile, AFileThatCannotBeReadIsNamed) {
    TemporaryFolder folder;
    EXPECT_THAT(read_rules_file(folder / "none.yaml").error().detail,
                HasSubstr("none.yaml: cannot be read"));
    EXPECT_FALSE(read_rules_file(folder.path()));
    std::ofstream(folder / "large") << std::string(1024 * 1024 + 1, '#');
    EXPECT_THAT(read_rules_file(folder / "large").error().detail, HasSubstr("larger than 1 MiB"));
}

}  // namespace
}  // namespace relay::host
