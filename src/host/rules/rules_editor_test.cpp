// SPDX-License-Identifier: Apache-2.0
#include "host/rules/rules_editor.hpp"

#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace relay::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

class RecordingWatcher final : public RulesWatcher {
public:
    std::vector<std::string> events;

    void on_destination_set(const Destination& rule) override { events.push_back("+" + rule.id); }
    void on_destination_removed(const std::string& id) override { events.push_back("-" + id); }
    void on_streams_changed() override { events.push_back("streams"); }
};

Destination destination(std::string id, std::string target = "ws://h/x") {
    return {std::move(id), "video0", std::move(target), {}, {}, {}};
}

RuleSet rule_set(std::vector<Stream> streams, std::vector<Destination> destinations) {
    RuleSet rules;
    for (auto& stream : streams) rules.streams[stream.stream] = stream;
    for (auto& rule : destinations) rules.destinations[rule.id] = rule;
    return rules;
}

Result<void> outcome(const auto& stored) {
    if (!stored) return std::unexpected(stored.error());
    return {};
}

// An editor, and what it left behind for the next one.
struct RulesEditorTest : testing::Test {
    TemporaryFolder folder;
    Config config;
    RecordingWatcher watcher;
    std::optional<Rules> rules;
    std::optional<RulesEditor> editor;

    void SetUp() override {
        ASSERT_TRUE(log::configure({.level = log::Level::off}));
        config.rules_file = "/etc/relay/rules.yaml";
    }

    Result<void> start(RuleSet file = {}) {
        editor.reset();
        rules.emplace(config.record_folder);
        rules->watch(&watcher);
        editor.emplace(*rules, config);
        return editor->open(std::move(file));
    }
    std::vector<std::string> ids() {
        std::vector<std::string> found;
        for (const auto& [id, rule] : rules->destinations()) found.push_back(id);
        return found;
    }
};

TEST_F(RulesEditorTest, ControlDestinationComesFromTheSettingsAndStays) {
    config.control_url = "https://relay/access/session/control";
    config.control_url_token_file = "/etc/relay/control.token";
    ASSERT_TRUE(start());
    const Destination* control = rules->find_destination("apiRule");
    ASSERT_TRUE(control);
    EXPECT_EQ(control->stream, "api");
    EXPECT_EQ(control->token_file, "/etc/relay/control.token");

    const auto removed = editor->remove_destination("apiRule");
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, Errc::conflict);
    EXPECT_EQ(removed.error().detail, "Cannot delete apiRule");
    EXPECT_EQ(editor->set_destination(destination("apiRule")).error().code, Errc::conflict);
    EXPECT_EQ(editor->set_destination(destination("/apiRule")).error().code, Errc::conflict);
    watcher.events.clear();
    ASSERT_TRUE(editor->set_destination(destination("0")));
    ASSERT_TRUE(editor->remove_all_destinations());
    EXPECT_THAT(watcher.events, ElementsAre("+0", "-0"));
    EXPECT_THAT(ids(), ElementsAre("apiRule"));
}

TEST_F(RulesEditorTest, ABadControlAddressIsAnErrorAtTheStart) {
    config.control_url = "https://relay/access/session/control";  // without a token
    const auto started = start();
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().detail, testing::StartsWith("api: destination: "));
}

TEST_F(RulesEditorTest, RulesOfTheFileAreChangedInTheFileOnly) {
    ASSERT_TRUE(start(rule_set({{"stream/a", {"video0"}}}, {destination("front")})));
    const std::string sorry = "belongs to the file /etc/relay/rules.yaml";
    const Result<void> results[] = {outcome(editor->set_stream({"/stream/a", {"x"}})),
                                    outcome(editor->set_destination(destination("front"))),
                                    editor->remove_stream("/stream/a"),
                                    editor->remove_destination("front")};
    for (const auto& result : results) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, Errc::conflict);
        EXPECT_THAT(result.error().detail, HasSubstr(sorry));
    }
    ASSERT_TRUE(editor->set_destination(destination("mine")));
    ASSERT_TRUE(editor->remove_all_destinations());
    ASSERT_TRUE(editor->remove_all_streams());
    EXPECT_THAT(ids(), ElementsAre("front"));
    EXPECT_EQ(rules->streams().size(), 1U);
}

TEST_F(RulesEditorTest, AnEditOfTheFileTouchesOnlyWhatChanged) {
    ASSERT_TRUE(start(rule_set({{"a", {"x"}}},
                               {destination("same"), destination("other"), destination("gone")})));
    ASSERT_TRUE(editor->set_destination(destination("mine")));
    watcher.events.clear();
    editor->set_file_rules(
        rule_set({{"a", {"x"}}},
                 {destination("same"), destination("other", "ws://h/y"), destination("new")}));
    EXPECT_THAT(watcher.events, ElementsAre("-gone", "+new", "+other"));
    watcher.events.clear();
    editor->set_file_rules(
        rule_set({{"a", {"y"}}},
                 {destination("same"), destination("other", "ws://h/y"), destination("new")}));
    EXPECT_THAT(watcher.events, ElementsAre("streams"));
    watcher.events.clear();
    editor->set_file_rules({});
    EXPECT_THAT(ids(), ElementsAre("mine"));
}

TEST_F(RulesEditorTest, PostingTheSameRuleAgainConnectsAnew) {
    ASSERT_TRUE(start());
    ASSERT_TRUE(editor->set_destination(destination("0")));
    ASSERT_TRUE(editor->set_destination(destination("0")));
    EXPECT_THAT(watcher.events, ElementsAre("+0", "+0"));
}

TEST_F(RulesEditorTest, ARuleOfTheFileHidesOneOfTheApiUntilItGoes) {
    ASSERT_TRUE(start());
    ASSERT_TRUE(editor->set_destination(destination("0", "ws://h/api")));
    editor->set_file_rules(rule_set({}, {destination("0", "ws://h/file")}));
    EXPECT_EQ(rules->find_destination("0")->destination, "ws://h/file");
    editor->set_file_rules({});
    EXPECT_EQ(rules->find_destination("0")->destination, "ws://h/api");
}

TEST_F(RulesEditorTest, RulesOfTheApiSurviveARestart) {
    config.state_folder = folder / "state";
    ASSERT_TRUE(start(rule_set({}, {destination("of-the-file")})));
    Destination rule = destination("0", "https://h/x");
    rule.token = Secret("very.secret");
    ASSERT_TRUE(editor->set_destination(rule));
    ASSERT_TRUE(editor->set_destination(destination("1")));
    ASSERT_TRUE(editor->set_stream({"stream/a", {"video0"}}));
    ASSERT_TRUE(editor->set_stream({"stream/b", {"video0"}}));
    ASSERT_TRUE(editor->remove_destination("1"));
    ASSERT_TRUE(editor->remove_stream("stream/b"));

    ASSERT_TRUE(start());
    EXPECT_THAT(ids(), ElementsAre("0"));
    EXPECT_EQ(rules->find_destination("0")->token.reveal(), "very.secret");
    EXPECT_EQ(rules->streams().size(), 1U);
    ASSERT_TRUE(editor->remove_all_streams());
    ASSERT_TRUE(editor->remove_all_destinations());

    ASSERT_TRUE(start());
    EXPECT_THAT(ids(), IsEmpty());
    EXPECT_TRUE(rules->streams().empty());
}

TEST_F(RulesEditorTest, WhatCannotBeSavedIsNotDone) {
    config.state_folder = folder / "state";
    ASSERT_TRUE(start());
    ASSERT_TRUE(editor->set_destination(destination("0")));
    ASSERT_TRUE(editor->set_stream({"a", {"x"}}));
    fs::remove_all(config.state_folder);  // as good as a full disk
    const Result<void> results[] = {outcome(editor->set_stream({"b", {"x"}})),
                                    outcome(editor->set_destination(destination("1"))),
                                    editor->remove_stream("a"),
                                    editor->remove_destination("0"),
                                    editor->remove_all_streams(),
                                    editor->remove_all_destinations()};
    for (const auto& result : results) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, Errc::limit);
        EXPECT_THAT(result.error().detail, HasSubstr("cannot save the rules"));
    }
    EXPECT_THAT(ids(), ElementsAre("0"));
    EXPECT_EQ(rules->streams().size(), 1U);
}

TEST_F(RulesEditorTest, ASavedRuleThatTheSettingsForbidIsIdleButKept) {
    config.state_folder = folder / "state";
    config.token_folder = folder.path();
    ASSERT_TRUE(start());
    Destination rule = destination("0", "https://h/x");
    rule.token_file = "token";
    ASSERT_TRUE(editor->set_destination(rule));
    config.token_folder.clear();
    ASSERT_TRUE(start());
    EXPECT_THAT(ids(), IsEmpty());
    ASSERT_TRUE(editor->set_destination(destination("1")));
    config.token_folder = folder.path();
    ASSERT_TRUE(start());
    EXPECT_THAT(ids(), ElementsAre("0", "1"));
}

TEST_F(RulesEditorTest, CallersMayNameTokenFilesInTheirFolderOnly) {
    config.token_folder = folder / "tokens";
    fs::create_directories(config.token_folder / "sub");
    fs::create_symlink("/etc", config.token_folder / "out");
    const std::string home = fs::canonical(config.token_folder).string();
    EXPECT_EQ(checked_token_file("a.token", home).value(), home + "/a.token");
    EXPECT_EQ(checked_token_file("sub/../a.token", home).value(), home + "/a.token");
    EXPECT_EQ(checked_token_file(home + "/sub/a", home).value(), home + "/sub/a");
    for (const std::string bad :
         {"../a", "/etc/passwd", "sub/../../a", "out/passwd", ".", "sub/..", home.c_str()})
        EXPECT_THAT(checked_token_file(bad, home).error().detail, HasSubstr("must be inside"))
            << bad;
    EXPECT_THAT(checked_token_file("a", "").error().detail, HasSubstr("--token-dir"));
    EXPECT_FALSE(checked_token_file(std::string("a\0b", 3), home));
    EXPECT_FALSE(checked_token_file(home + "-other/a", home));

    ASSERT_TRUE(start());
    Destination rule = destination("0", "https://h/x");
    rule.token_file = "/etc/shadow";
    const auto refused = editor->set_destination(rule);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_THAT(refused.error().detail, testing::StartsWith("token_file: "));
}

}  // namespace
}  // namespace relay::host
