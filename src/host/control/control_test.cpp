// SPDX-License-Identifier: Apache-2.0
#include "host/control/control.hpp"

#include "base/log.hpp"

#include <gmock/gmock.h>

namespace relay::host {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto unrecognised = R"({"error":"Unrecognised Command"})";

struct ControlTest : testing::Test {
    Config config;
    Rules rules;
    RulesEditor editor{rules, config};

    void SetUp() override {
        ASSERT_TRUE(log::configure({.level = log::Level::off}));
        ASSERT_TRUE(editor.open({}));
    }

    std::string ask(std::string_view command) {
        return answer_command(editor, command).value_or("no reply");
    }
    void add_stream() {
        ask(R"({"verb":"add","what":"stream","rule":{"stream":"video0","feeds":["video0","audio0"]}})");
    }
    void add_destination() {
        ask(R"({"verb":"add","what":"destination","rule":{"id":"0","stream":"video0",)"
            R"("destination":"https://h/access/session/x","token":"very.secret.token"}})");
    }
};

TEST_F(ControlTest, HealthcheckIsOk) {
    EXPECT_EQ(ask(R"({"verb":"healthcheck"})"), R"({"healthcheck":"ok"})");
}

TEST_F(ControlTest, AddedStreamComesBack) {
    EXPECT_EQ(
        ask(R"({"verb":"add","what":"stream","rule":{"stream":"/video0","feeds":["a","b"]}})"),
        R"({"stream":"video0","feeds":["a","b"]})");
    EXPECT_TRUE(rules.find_stream("video0"));
}

TEST_F(ControlTest, AddedDestinationComesBackWithItsTokenMasked) {
    EXPECT_EQ(ask(R"({"verb":"add","what":"destination","rule":{"id":"0","stream":"video0",)"
                  R"("destination":"ws://h/x"}})"),
              R"({"id":"0","stream":"video0","destination":"ws://h/x","token":"","file":""})");
    add_destination();
    EXPECT_EQ(rules.find_destination("0")->token.reveal(), "very.secret.token");
    EXPECT_EQ(ask(R"({"verb":"list","what":"destination","which":"0"})"),
              R"({"id":"0","stream":"video0","destination":"https://h/access/session/x",)"
              R"("token":"***","file":""})");
}

TEST_F(ControlTest, StreamsAreListed) {
    add_stream();
    EXPECT_EQ(ask(R"({"verb":"list","what":"stream","which":"video0"})"),
              R"({"feeds":["video0","audio0"]})");
    EXPECT_EQ(ask(R"({"verb":"list","what":"stream","which":"none"})"), R"({"feeds":null})");
    EXPECT_EQ(ask(R"({"verb":"list","what":"stream","which":"all"})"),
              R"({"video0":["video0","audio0"]})");
    EXPECT_EQ(ask(R"({"verb":"list","what":"stream"})"), unrecognised);
}

TEST_F(ControlTest, DestinationsAreListed) {
    const auto nothing = R"({"id":"","stream":"","destination":"","token":"","file":""})";
    EXPECT_EQ(ask(R"({"verb":"list","what":"destination","which":"all"})"), "{}");
    EXPECT_EQ(ask(R"({"verb":"list","what":"destination","which":"none"})"), nothing);
    EXPECT_EQ(ask(R"({"verb":"list","what":"destination"})"), nothing);
    add_destination();
    EXPECT_THAT(ask(R"({"verb":"list","what":"destination","which":"all"})"),
                testing::StartsWith(R"({"0":{"id":"0",)"));
}

TEST_F(ControlTest, DeletingRepliesWithTheNameWhetherThereWasOneOrNot) {
    add_stream();
    add_destination();
    EXPECT_EQ(ask(R"({"verb":"delete","what":"stream","which":"video0"})"),
              R"({"deleted":"video0"})");
    EXPECT_EQ(ask(R"({"verb":"delete","what":"destination","which":"0"})"), R"({"deleted":"0"})");
    EXPECT_EQ(ask(R"({"verb":"delete","what":"destination","which":"0"})"), R"({"deleted":"0"})");
    EXPECT_TRUE(rules.streams().empty());
    EXPECT_TRUE(rules.destinations().empty());
}

// In the reference a quote made the reply invalid.
TEST_F(ControlTest, NamesAreEscapedInReplies) {
    EXPECT_EQ(ask(R"({"verb":"delete","what":"stream","which":"a\"b\\"})"),
              R"({"deleted":"a\"b\\"})");
}

TEST_F(ControlTest, DeletingAllDeletesAll) {
    for (const char* which : {"all", "deleteAll"})
        for (const char* what : {"stream", "destination"}) {
            add_stream();
            add_destination();
            EXPECT_EQ(ask(R"({"verb":"delete","what":")" + std::string(what) + R"(","which":")" +
                          which + R"("})"),
                      R"({"deleted":"deleteAll"})");
            EXPECT_EQ(rules.streams().empty(), what == std::string("stream"));
            EXPECT_EQ(rules.destinations().empty(), what == std::string("destination"));
            ask(R"({"verb":"delete","what":"stream","which":"all"})");
        }
}

TEST_F(ControlTest, TheControlDestinationStays) {
    EXPECT_EQ(ask(R"({"verb":"delete","what":"destination","which":"apiRule"})"),
              R"({"error":"Cannot delete apiRule"})");
    EXPECT_THAT(ask(R"({"verb":"add","what":"destination","rule":{"id":"apiRule","stream":"api",)"
                    R"("destination":"ws://h/x"}})"),
                HasSubstr("belongs to the settings"));
}

TEST_F(ControlTest, WhatIsNoCommandIsNotRecognised) {
    for (const char* command :
         {"", "{", "[]", "7", "\"healthcheck\"", "{}", R"({"verb":"dance"})", R"({"verb":7})",
          R"({"verb":"add"})", R"({"verb":"add","what":"camera","rule":{}})",
          R"({"verb":"list","what":"camera","which":"all"})",
          R"({"verb":"delete","what":"stream"})",
          R"({"verb":"delete","what":"destination","which":""})",
          R"({"verb":"delete","what":"destination","which":["all"]})",
          R"({"verb":"healthchecks"})"})
        EXPECT_EQ(ask(command), unrecognised) << command;
    EXPECT_EQ(ask(std::string(60'000, '[')), unrecognised);
    EXPECT_EQ(ask("\xFF\xFE"), unrecognised);
    EXPECT_EQ(ask(R"({"verb":1e999})"), unrecognised);
}

// As deep as to exhaust the stack of one who walks it by recursion.
TEST_F(ControlTest, DeeplyNestedRulesDoNoHarm) {
    constexpr std::size_t depth = 1'000'000;
    const std::string nested = std::string(depth, '[') + std::string(depth, ']');
    EXPECT_EQ(ask(R"({"rule":)" + nested + "}"), unrecognised);
    EXPECT_EQ(ask(R"({"verb":"add","what":"stream","rule":)" + nested + "}"),
              R"({"error":"the rule must be a JSON object"})");
    EXPECT_EQ(ask(R"({"verb":"add","what":"stream","rule":{"stream":"a","feeds":)" + nested + "}}"),
              R"({"error":"feeds: must be an array of strings"})");
}

// spec: session-host §8 defect 3: this killed the reference.
TEST_F(ControlTest, AddingWithoutARuleIsAnError) {
    for (const char* what : {"stream", "destination"}) {
        const std::string start = R"({"verb":"add","what":")" + std::string(what);
        EXPECT_EQ(ask(start + "\"}"), R"({"error":"rule: is missing"})");
        EXPECT_EQ(ask(start + R"(","rule":null})"), R"({"error":"rule: is missing"})");
    }
}

TEST_F(ControlTest, BadRulesAreRefusedWithTheReason) {
    EXPECT_EQ(ask(R"({"verb":"add","what":"stream","rule":7})"),
              R"({"error":"the rule must be a JSON object"})");
    EXPECT_EQ(ask(R"({"verb":"add","what":"stream","rule":{"stream":7}})"),
              R"({"error":"stream: must be a string"})");
    EXPECT_EQ(ask(R"({"verb":"add","what":"destination","rule":{"id":"0","stream":"a"}})"),
              R"({"error":"destination: must not be empty"})");
    EXPECT_TRUE(rules.destinations().empty());
}

TEST_F(ControlTest, NamesOfMembersAreReadWithoutRegardToCase) {
    EXPECT_EQ(ask(R"({"VERB":"add","What":"stream","Rule":{"Stream":"a","FEEDS":["b"]}})"),
              R"({"stream":"a","feeds":["b"]})");
    EXPECT_EQ(ask(R"({"Verb":"list","WHAT":"stream","wHich":"a"})"), R"({"feeds":["b"]})");
}

TEST_F(ControlTest, TokensAreNeitherListedNorEchoed) {
    add_destination();
    for (const char* command :
         {R"({"verb":"list","what":"destination","which":"all"})",
          R"({"verb":"list","what":"destination","which":"0"})",
          R"({"verb":"add","what":"destination","rule":{"id":"1","token":"very.secret.token)",
          R"({"verb":"add","what":"destination","rule":{"id":"1","token":["very.secret.token"]}})"})
        EXPECT_THAT(ask(command), Not(HasSubstr("secret"))) << command;
}

// Two hosts on one topic would talk to each other for ever.
TEST_F(ControlTest, ErrorsOfOthersAreNotAnswered) {
    EXPECT_EQ(ask(unrecognised), "no reply");
    EXPECT_EQ(ask(R"({"error":"rule: is missing"})"), "no reply");
    EXPECT_EQ(ask(R"({"healthcheck":"ok"})"), unrecognised);
}

}  // namespace
}  // namespace relay::host
