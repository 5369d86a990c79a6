// SPDX-License-Identifier: Apache-2.0
#include "host/rules/rules_service.hpp"

#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "net/call_on.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <fstream>
#include <mutex>

namespace relay::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::string camera(const std::string& feed) {
    return "cameras:\n  - {feed: " + feed + ", command: x}\n";
}

// A service and what it told its host.
struct RulesServiceTest : testing::Test {
    TemporaryFolder folder;
    Config config;
    std::mutex mutex;
    std::condition_variable changed;
    Rules rules;
    std::vector<std::string> feeds;  // of the cameras
    std::vector<std::string> errors;
    std::optional<RulesService> service;

    void SetUp() override {
        ASSERT_TRUE(log::configure({.level = log::Level::off}));
        config.rules_file = folder / "rules.yaml";
    }

    void write(const std::string& text, const char* name = "rules.yaml") {
        std::ofstream(folder / name) << text;
    }

    Result<void> start() {
        service.emplace(config,
                        RulesService::Consequences{
                            .change_rules = [this](auto change) { note([&] { change(rules); }); },
                            .set_equipment =
                                [this](auto cameras, auto) {
                                    note([&] {
                                        feeds.clear();
                                        for (auto& each : cameras) feeds.push_back(each.feed);
                                    });
                                },
                            .set_file_error =
                                [this](auto reason) { note([&] { errors.push_back(reason); }); }});
        auto started = service->start();
        return started ? service->watch() : started;
    }

    void note(const std::function<void()>& change) {
        const std::lock_guard lock(mutex);
        change();
        changed.notify_all();
    }
    testing::AssertionResult wait_until(const std::function<bool()>& condition) {
        std::unique_lock lock(mutex);
        if (changed.wait_for(lock, 20s, condition)) return testing::AssertionSuccess();
        return testing::AssertionFailure() << "not within 20 s";
    }
    bool runs_camera(const std::string& feed) {
        return wait_until([&] { return feeds == std::vector<std::string>{feed}; });
    }
};

TEST_F(RulesServiceTest, TheFileIsInForceWhenItHasStarted) {
    write(camera("video") +
          "streams:\n  - {stream: a, feeds: [b]}\n"
          "destinations:\n  - {id: x, stream: a, destination: 'ws://h/x'}\n");
    ASSERT_TRUE(start());
    EXPECT_THAT(feeds, ElementsAre("video"));
    EXPECT_TRUE(rules.find_stream("a"));
    EXPECT_TRUE(rules.find_destination("x"));
}

TEST_F(RulesServiceTest, ABadOrMissingFileIsAnErrorAtTheStart) {
    const auto missing = start();
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().detail, HasSubstr("cannot be read"));
    write("streams: 7");
    const auto bad = start();
    ASSERT_FALSE(bad);
    EXPECT_THAT(bad.error().detail, HasSubstr("rules.yaml:1: "));
}

TEST_F(RulesServiceTest, AFileThatIsWrittenOrReplacedTakesEffect) {
    write(camera("one"));
    ASSERT_TRUE(start());
    write(camera("two"));
    EXPECT_TRUE(runs_camera("two"));
    write(camera("three"), "rules.yaml.new");
    fs::rename(folder / "rules.yaml.new", folder / "rules.yaml");
    EXPECT_TRUE(runs_camera("three"));
    fs::rename(folder / "rules.yaml", folder / "rules.yaml~");  // as vim does
    write(camera("four"));
    EXPECT_TRUE(runs_camera("four"));
}

TEST_F(RulesServiceTest, AnEditBetweenStartAndWatchIsNotMissed) {
    write(camera("one"));
    service.emplace(
        config, RulesService::Consequences{
                    .change_rules = [](auto) {},
                    .set_equipment = [this](auto cameras,
                                            auto) { note([&] { feeds = {cameras.at(0).feed}; }); },
                    .set_file_error = [](auto) {}});
    ASSERT_TRUE(service->start());
    write(camera("two"));
    ASSERT_TRUE(service->watch());
    EXPECT_TRUE(runs_camera("two"));
}

TEST_F(RulesServiceTest, ABadEditChangesNothingAndIsToldUntilItIsMended) {
    write(camera("one"));
    ASSERT_TRUE(start());
    write("cameras: 7\n");
    ASSERT_TRUE(wait_until([&] {
        return !errors.empty() && errors.back().contains("rules.yaml:1: cameras: must be a list");
    }));
    EXPECT_TRUE(runs_camera("one"));
    write(camera("one"));
    EXPECT_TRUE(wait_until([&] { return errors.back().empty(); }));
}

// A full disk leaves such a file behind an editor.
TEST_F(RulesServiceTest, AFileThatLostItsContentEndsNothing) {
    write(camera("one"));
    ASSERT_TRUE(start());
    write("");
    ASSERT_TRUE(wait_until(
        [&] { return !errors.empty() && errors.back().contains("rules.yaml: is empty"); }));
    EXPECT_TRUE(runs_camera("one"));
    write("# none any more\n");
    EXPECT_TRUE(wait_until([&] { return errors.back().empty() && feeds.empty(); }));
}

TEST_F(RulesServiceTest, AnEmptyFileDoesNotPreventTheStartButIsTold) {
    write("");
    ASSERT_TRUE(start());
    EXPECT_TRUE(wait_until(
        [&] { return !errors.empty() && errors.back().contains("rules.yaml: is empty"); }));
}

TEST_F(RulesServiceTest, ReloadReadsTheFileEvenWithoutAnEvent) {
    config.rules_file = folder / "link.yaml";  // its folder does not see edits of the target
    write(camera("one"), "target.yaml");
    fs::create_symlink(folder / "target.yaml", folder / "link.yaml");
    ASSERT_TRUE(start());
    write(camera("two"), "target.yaml");
    service->reload();
    EXPECT_TRUE(runs_camera("two"));
}

TEST_F(RulesServiceTest, ChangesByTheEditorReachTheHostInOrder) {
    write("");
    ASSERT_TRUE(start());
    RulesEditor& editor = service->editor();
    net::call_on(service->thread(), [&] {
        (void)editor.set_stream({"a", {"b"}});
        (void)editor.set_destination({"0", "a", "ws://h/x", {}, {}, {}});
        (void)editor.set_destination({"1", "a", "ws://h/x", {}, {}, {}});
        (void)editor.remove_destination("0");
        (void)editor.set_stream({"a", {"c"}});
    });
    service->stop();
    EXPECT_EQ(rules.destinations().size(), 1U);
    EXPECT_TRUE(rules.find_destination("1"));
    EXPECT_THAT(rules.find_stream("a")->feeds, ElementsAre("c"));
}

TEST_F(RulesServiceTest, WithoutAFileThereIsNothingToReload) {
    config.rules_file.clear();
    ASSERT_TRUE(start());
    service->reload();
    service->stop();
    EXPECT_THAT(errors, IsEmpty());
}

}  // namespace
}  // namespace relay::host
