// SPDX-License-Identifier: Apache-2.0
#include "host/rules/saved_rules.hpp"

#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <sys/stat.h>

namespace relay::host {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

RuleSet example() {
    RuleSet rules;
    rules.streams["stream/a"] = {"stream/a", {"video0", "audio0"}};
    rules.destinations["0"] = {"0", "stream/a", "https://h/x", Secret("very.secret"), {}, {}};
    rules.destinations["1"] = {"1", "data", "https://h/y", {}, "/tokens/y", "data.log"};
    return rules;
}

struct SavedRulesTest : testing::Test {
    TemporaryFolder folder;
    fs::path state = folder / "state";
    fs::path file = state / "rules.json";

    void SetUp() override { ASSERT_TRUE(log::configure({.level = log::Level::off})); }

    SavedRules open() { return SavedRules::open(state).value(); }
    void write(const std::string& text) {
        fs::create_directories(state);
        std::ofstream(file) << text;
    }
    std::string content(const fs::path& path) {
        std::ifstream stream(path);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    unsigned mode(const fs::path& path) {
        struct stat found{};
        EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
        return found.st_mode & 0777U;
    }
};

TEST_F(SavedRulesTest, WhatWasSavedIsLoaded) {
    ASSERT_TRUE(open().save(example()));
    const auto loaded = open().load();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->streams, example().streams);
    EXPECT_EQ(loaded->destinations, example().destinations);
    EXPECT_EQ(loaded->destinations.at("0").token.reveal(), "very.secret");
}

TEST_F(SavedRulesTest, TheFirstTimeThereIsNothing) {
    const auto loaded = open().load();
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(loaded->streams.empty());
    EXPECT_TRUE(loaded->destinations.empty());
}

TEST_F(SavedRulesTest, FileAndFolderAreForThisUserAlone) {
    const mode_t before = ::umask(0);
    ASSERT_TRUE(open().save(example()));
    ::umask(before);
    EXPECT_EQ(mode(state), 0700U);
    EXPECT_EQ(mode(file), 0600U);
}

TEST_F(SavedRulesTest, AFolderIsMadeWithItsParentsAndWithASlashAtTheEnd) {
    EXPECT_TRUE(SavedRules::open((folder / "a/b/").string()));
    EXPECT_EQ(mode(folder / "a/b"), 0700U);
}

TEST_F(SavedRulesTest, AFileThatCannotBeUnderstoodIsSetAsideAndKept) {
    const std::string texts[] = {"",
                                 "{",
                                 "[]",
                                 "{\"version\":2}",
                                 "{\"version\":1}",
                                 R"({"version":1,"streams":[7],"destinations":[]})",
                                 saved_text(example()).substr(0, 100)};
    int number = 0;
    for (const std::string& text : texts) {
        write(text);
        SavedRules saved = open();
        const auto loaded = saved.load();
        ASSERT_TRUE(loaded) << text;
        EXPECT_TRUE(loaded->destinations.empty());
        EXPECT_TRUE(loaded->streams.empty());
        EXPECT_FALSE(fs::exists(file));
        EXPECT_EQ(content(state / ("rules.json.aside-" + std::to_string(++number))), text);
        EXPECT_TRUE(saved.save(example()));
    }
}

TEST_F(SavedRulesTest, WhatIsNoFileIsAnErrorAtTheStart) {
    fs::create_directories(file);
    const auto loaded = open().load();
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().detail, HasSubstr("not a file of saved rules"));
    fs::remove(file);
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);  // to be opened without waiting for its writer
    EXPECT_THAT(open().load().error().detail, HasSubstr("not a file of saved rules"));
    std::ofstream(folder / "plain") << "x";
    EXPECT_EQ(SavedRules::open(folder / "plain").error().code, Errc::internal);
}

TEST_F(SavedRulesTest, AFolderServesOneHostAtATime) {
    {
        const SavedRules first = open();
        const auto second = SavedRules::open(state);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, Errc::conflict);
        EXPECT_THAT(second.error().detail, HasSubstr("state-dir: "));
    }
    EXPECT_TRUE(SavedRules::open(state));
}

// A limit on the size of files stands for a full disk: the write ends in the middle.
TEST_F(SavedRulesTest, WithoutRoomTheOldFileStaysAndTheNewOneGoes) {
    SavedRules saved = open();
    ASSERT_TRUE(saved.save(example()));
    RuleSet large = example();
    large.streams["long"] = {"long", {std::string(100'000, 'x')}};

    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto old_action = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{.rlim_cur = 4096, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    const auto done = saved.save(large);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, old_action);

    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::limit);
    EXPECT_EQ(content(file), saved_text(example()));
    EXPECT_FALSE(fs::exists(state / "rules.json.new"));
}

// Else the host would not start again.
TEST_F(SavedRulesTest, MoreThanCanBeLoadedIsNotSaved) {
    SavedRules saved = open();
    ASSERT_TRUE(saved.save(example()));
    RuleSet large = example();
    large.streams["long"] = {"long", {std::string(SavedRules::longest_file, 'x')}};
    const auto done = saved.save(large);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::limit);
    EXPECT_THAT(done.error().detail, HasSubstr("larger than 16 MiB"));
    EXPECT_EQ(content(file), saved_text(example()));
}

TEST_F(SavedRulesTest, AFileThatSomebodyPutInTheWayGetsNoTokens) {
    SavedRules saved = open();
    const fs::path in_the_way = state / "rules.json.new";
    std::ofstream(in_the_way) << "theirs";
    fs::permissions(in_the_way, fs::perms(0666));
    fs::create_hard_link(in_the_way, folder / "theirs");
    ASSERT_TRUE(saved.save(example()));
    EXPECT_EQ(content(folder / "theirs"), "theirs");
    EXPECT_EQ(mode(file), 0600U);
}

TEST_F(SavedRulesTest, AFileOfAnotherUserIsNotBelieved) {
    write(saved_text(example()));
    if (::chown(file.c_str(), 4711, static_cast<gid_t>(-1)) != 0)
        GTEST_SKIP() << "only root can give files away";
    const auto loaded = open().load();
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().detail, HasSubstr("belongs to another user"));
}

TEST_F(SavedRulesTest, WhatACrashLeftHalfWrittenIsOverwritten) {
    SavedRules saved = open();
    ASSERT_TRUE(saved.save(example()));
    std::ofstream(state / "rules.json.new") << std::string(100'000, 'x');
    EXPECT_EQ(saved.load().value().destinations, example().destinations);
    ASSERT_TRUE(saved.save(example()));
    EXPECT_EQ(content(file), saved_text(example()));
}

}  // namespace
}  // namespace relay::host
