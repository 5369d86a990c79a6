// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"
#include "cli/exit_code.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace relay::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct DispatchTest : testing::Test {
    std::string called;
    std::vector<std::string> arguments;
    std::ostringstream out, err;
    std::vector<Command> table{
        entry("session relay", {"serve"}),
        entry("session host", {"host"}),
        entry("version", {}),
        entry("docs man", {}),
    };

    DispatchTest() { table.back().hidden = true; }

    Command entry(const std::string& path, std::vector<std::string> aliases) {
        return {path, std::move(aliases), "does " + path, [this, path](const Invocation& given) {
                    called = path;
                    arguments = given.arguments;
                    return 42;
                }};
    }

    int run(const std::vector<std::string>& words) {
        called.clear();
        arguments.clear();
        out.str("");
        err.str("");
        return dispatch(table, words, {}, out, err);
    }
};

TEST_F(DispatchTest, RunsACommandByPathOrAliasWithTheRestOfTheWords) {
    EXPECT_EQ(run({"relay", "session", "relay", "--port", "1"}), 42);
    EXPECT_EQ(called, "session relay");
    EXPECT_THAT(arguments, ElementsAre("--port", "1"));
    EXPECT_EQ(run({"/usr/bin/relay", "serve", "--check"}), 42);
    EXPECT_EQ(called, "session relay");
    EXPECT_THAT(arguments, ElementsAre("--check"));
    EXPECT_EQ(run({"relay", "version"}), 42);
    EXPECT_EQ(called, "version");
    EXPECT_EQ(run({"relay", "docs", "man"}), 42);
    EXPECT_EQ(called, "docs man");
}

TEST_F(DispatchTest, ProgramNamedSessionActsAsItsFirstWord) {
    EXPECT_EQ(run({"/build/bin/session", "host", "--port", "1"}), 42);
    EXPECT_EQ(called, "session host");
    EXPECT_THAT(arguments, ElementsAre("--port", "1"));
}

TEST_F(DispatchTest, ProgramOfAGroupWithoutCommandsDoesNotRunThoseOfOthers) {
    EXPECT_EQ(run({"book", "host"}), exit_usage);
    EXPECT_THAT(called, IsEmpty());
    EXPECT_THAT(err.str(), HasSubstr("unknown command `book host`"));
}

TEST_F(DispatchTest, HelpListsTheCommandsThatAreNotHidden) {
    for (const char* word : {"--help", "-h", "help"}) {
        EXPECT_EQ(run({"relay", word}), exit_ok);
        EXPECT_THAT(out.str(),
                    AllOf(HasSubstr("session relay        does session relay (also: relay serve)"),
                          HasSubstr("version"), Not(HasSubstr("docs"))));
        EXPECT_THAT(err.str(), IsEmpty());
    }
}

TEST_F(DispatchTest, HelpOfAGroupListsItsCommands) {
    EXPECT_EQ(run({"session", "--help"}), exit_ok);
    EXPECT_THAT(out.str(), AllOf(HasSubstr("session host"), Not(HasSubstr("version"))));
    EXPECT_EQ(run({"relay", "session"}), exit_usage);
    EXPECT_THAT(err.str(), AllOf(HasSubstr("session host"), Not(HasSubstr("version"))));
}

TEST_F(DispatchTest, GroupWithinAGroupListsItsCommands) {
    table.push_back(entry("session client pipe", {"client pipe"}));
    const auto members = AllOf(HasSubstr("session client pipe"), Not(HasSubstr("session host")));
    EXPECT_EQ(run({"relay", "session", "client", "--help"}), exit_ok);
    EXPECT_THAT(out.str(), members);
    EXPECT_EQ(run({"session", "client"}), exit_usage);
    EXPECT_THAT(err.str(), members);
    EXPECT_EQ(run({"relay", "client"}), exit_usage);
    EXPECT_THAT(err.str(), members);
    EXPECT_EQ(run({"relay", "session", "client", "pip"}), exit_usage);
    EXPECT_THAT(err.str(), HasSubstr("did you mean `relay session client pipe`?"));
}

TEST_F(DispatchTest, SettingsBehindAGroupListItsCommands) {
    EXPECT_EQ(run({"relay", "session", "--port", "1"}), exit_usage);
    EXPECT_THAT(err.str(), AllOf(HasSubstr("session host"), Not(HasSubstr("did you mean"))));
    EXPECT_THAT(called, IsEmpty());
}

TEST_F(DispatchTest, ProgramNameAloneListsItsCommandsOrSaysThatThereAreNone) {
    EXPECT_EQ(run({"/usr/bin/session"}), exit_usage);
    EXPECT_THAT(err.str(), AllOf(HasSubstr("session host"), Not(HasSubstr("version "))));
    EXPECT_EQ(run({"book"}), exit_usage);
    EXPECT_THAT(err.str(), AllOf(HasSubstr("this version has no commands of `book`"),
                                 Not(HasSubstr("did you mean"))));
}

TEST_F(DispatchTest, HelpBeforeACommandIsItsHelp) {
    EXPECT_EQ(run({"relay", "help", "serve"}), 42);
    EXPECT_EQ(called, "session relay");
    EXPECT_THAT(arguments, ElementsAre("--help"));
}

TEST_F(DispatchTest, VersionFlagIsTheCommand) {
    EXPECT_EQ(run({"relay", "--version"}), 42);
    EXPECT_EQ(called, "version");
}

TEST_F(DispatchTest, WithoutWordsListsTheCommandsAsAnError) {
    EXPECT_EQ(run({"relay"}), exit_usage);
    EXPECT_THAT(out.str(), IsEmpty());
    EXPECT_THAT(err.str(), HasSubstr("session relay"));
}

TEST_F(DispatchTest, UnknownCommandGivesTheNearest) {
    EXPECT_EQ(run({"relay", "sesion", "relay"}), exit_usage);
    EXPECT_THAT(err.str(),
                HasSubstr("unknown command `sesion relay`; did you mean `relay session relay`?"));
    EXPECT_EQ(run({"relay", "serv", "--port", "1"}), exit_usage);
    EXPECT_THAT(err.str(), HasSubstr("unknown command `serv`; did you mean `relay serve`?"));
    EXPECT_EQ(run({"session", "hots"}), exit_usage);
    EXPECT_THAT(err.str(), HasSubstr("did you mean `relay session host`?"));
    EXPECT_EQ(run({"relay", "zzzzzzzz"}), exit_usage);
    EXPECT_THAT(err.str(), Not(HasSubstr("did you mean")));
    EXPECT_EQ(run({"relay", "--prot=1"}), exit_usage);
    EXPECT_THAT(called, IsEmpty());
}

TEST(Commands, EveryNameIsUnique) {
    std::vector<std::string> names;
    for (const Command& command : commands()) {
        names.push_back(command.path);
        names.insert(names.end(), command.aliases.begin(), command.aliases.end());
    }
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(Commands, OfShellsAreListedAndRun) {
    std::ostringstream out, err;
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"relay", "shell", "--help"}, {"/usr/bin/shell", "--help"}}) {
        out.str("");
        EXPECT_EQ(dispatch(commands(), words, {}, out, err), exit_ok);
        EXPECT_THAT(out.str(), AllOf(HasSubstr("shell relay"), HasSubstr("shell host"),
                                     HasSubstr("shell client"), HasSubstr("shell token"),
                                     HasSubstr("shell ssh-config"), Not(HasSubstr("demo"))));
    }
    for (const char* name : {"relay", "host", "client", "token", "ssh-config"}) {
        out.str("");
        const std::vector<std::string> words{"shell", name, "--help"};
        EXPECT_EQ(dispatch(commands(), words, {}, out, err), exit_ok);
        EXPECT_THAT(out.str(), HasSubstr("Usage: relay shell " + std::string(name)));
    }
}

TEST(Commands, VersionIsThatOfTheProject) {
    std::ostringstream out, err;
    const std::vector<std::string> words{"relay", "version"};
    EXPECT_EQ(dispatch(commands(), words, {}, out, err), exit_ok);
    EXPECT_THAT(out.str(), testing::MatchesRegex("relay [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(ExitCode, TellsClassesOfFailureApart) {
    EXPECT_EQ(exit_code({Errc::invalid, ""}), 3);
    EXPECT_EQ(exit_code({Errc::unavailable, ""}), 4);
    EXPECT_EQ(exit_code({Errc::internal, ""}), 5);
}

}  // namespace
}  // namespace relay::cli
