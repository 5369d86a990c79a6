// SPDX-License-Identifier: Apache-2.0
#include "cli/session_client.hpp"

#include "base/log.hpp"
#include "cli/settings.hpp"
#include "config/load.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <sstream>

namespace relay::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A variable of the specification, a value, the setting it must reach, and whether it is current.
struct Row {
    const char* variable;
    const char* value;
    const char* setting;
    bool current = false;
};

// shared/spec/file-client.md §1, environment.md.
constexpr Row rows[] = {
    {"RELAY_SESSION", "https://a", "session", true},
    {"SESSION_CLIENT_SESSION", "https://a", "session"},
    {"RELAY_CLIENT_SESSION", "https://a", "session"},
    {"RELAY_TOKEN", "ey", "token", true},
    {"SESSION_CLIENT_TOKEN", "ey", "token"},
    {"RELAY_CLIENT_TOKEN", "ey", "token"},
    {"RELAY_TOKEN_FILE", "f", "token-file", true},
    {"RELAY_LOG", "f", "log", true},
    {"SESSION_CLIENT_FILE_LOG", "f", "log"},
    {"RELAY_CLIENT_FILE_LOG", "f", "log"},
    {"RELAY_CLIENT_FILE", "f", "log"},
    {"RELAY_PLAY", "f", "play", true},
    {"SESSION_CLIENT_FILE_PLAY", "f", "play"},
    {"RELAY_CLIENT_FILE_PLAY", "f", "play"},
    {"RELAY_DEVELOPMENT", "true", "development", true},
    {"SESSION_CLIENT_FILE_DEVELOPMENT", "true", "development"},
    {"RELAY_CLIENT_FILE_DEVELOPMENT", "true", "development"},
    {"RELAY_CLIENT_DEVELOPMENT", "true", "development"},
    {"RELAY_INTERVAL", "1s", "interval"},
    {"SESSION_CLIENT_FILE_INTERVAL", "10ms", "interval"},
    {"SESSION_CLIENT_INTERVAL", "1000000", "interval"},
    {"RELAY_CLIENT_INTERVAL", "1s", "interval"},
    {"RELAY_FORCE", "t", "force", true},
    {"SESSION_CLIENT_FILE_FORCE", "true", "force"},
    {"SESSION_CLIENT_FORCE", "TRUE", "force"},
    {"RELAY_CLIENT_FORCE", "1", "force"},
    {"RELAY_CHECK_ONLY", "true", "check-only", true},
    {"SESSION_CLIENT_FILE_CHECK_ONLY", "true", "check-only"},
    {"SESSION_CLIENT_CHECK_ONLY", "true", "check-only"},
    {"RELAY_CLIENT_CHECK_ONLY", "true", "check-only"},
    {"RELAY_CLIENT_MODE", " Binary ", "mode", true},
};

TEST(SessionClientFileSettings, TakeEveryNameOfTheSpecification) {
    for (const Row& row : rows) {
        SCOPED_TRACE(row.variable);
        client::FileConfig config;
        LogOptions log;
        const config::Schema schema = session_client_file_settings(config, log);
        const config::Setting& setting = *config::find_setting(schema, row.setting);
        const std::string before = setting.value.show();
        config::Sources sources;
        sources.environment = {{row.variable, row.value}};
        const auto loaded = config::load(schema, sources, known_names());
        ASSERT_TRUE(loaded) << loaded.error().detail;
        EXPECT_EQ(loaded->origins.at(row.setting), row.variable);
        EXPECT_EQ(loaded->notices.size(), row.current ? 0u : 1u);
        EXPECT_EQ(setting.value.show() == before, !setting.no_effect.empty());
    }
}

// A command line is run; what it would have started is kept instead.
struct SessionClientTest : testing::Test {
    config::Environment environment{{"RELAY_SESSION", "https://lab.example/session/lamp"},
                                    {"RELAY_TOKEN", "ey.hushhush"}};
    std::ostringstream out, err;
    std::optional<client::FileConfig> file;
    std::optional<client::PipeConfig> pipe;
    std::optional<client::StatsConfig> stats;
    client::Outcome outcome;

    ~SessionClientTest() override { (void)log::configure({}); }

    int run_file(std::vector<std::string> arguments) {
        return session_client_file({std::move(arguments), environment, out, err},
                                   [this](const client::FileConfig& config) {
                                       file = config;
                                       return outcome;
                                   });
    }
    int run_pipe(std::vector<std::string> arguments) {
        return session_client_pipe({std::move(arguments), environment, out, err},
                                   [this](const client::PipeConfig& config) {
                                       pipe = config;
                                       return outcome;
                                   });
    }
    int run_stats(std::vector<std::string> arguments) {
        return session_client_stats({std::move(arguments), environment, out, err},
                                    [this](const client::StatsConfig& config) {
                                        stats = config;
                                        return outcome;
                                    });
    }
};

TEST_F(SessionClientTest, FileRunsWithWhatFlagsAndOldVariablesSay) {
    environment = {{"SESSION_CLIENT_SESSION", "https://a/session/x"},
                   {"SESSION_CLIENT_TOKEN", "ey"},
                   {"SESSION_CLIENT_FILE_PLAY", "check.play"}};
    EXPECT_EQ(run_file({"--log", "a.log", "--strict", "--log-level=off"}), 0) << err.str();
    ASSERT_TRUE(file);
    EXPECT_EQ(file->access.session, "https://a/session/x");
    EXPECT_EQ(file->access.token.reveal(), "ey");
    EXPECT_EQ(file->play, "check.play");
    EXPECT_EQ(file->log, "a.log");
    EXPECT_TRUE(file->strict);
    EXPECT_EQ(file->mode, client::LogMode::text);
}

TEST_F(SessionClientTest, TokenOfAFlagStandsForTheTokenFileOfAVariable) {
    environment["RELAY_TOKEN_FILE"] = "/t";
    environment.erase("RELAY_TOKEN");
    EXPECT_EQ(run_pipe({"--token=ey"}), 0) << err.str();
    EXPECT_EQ(pipe->access.token.reveal(), "ey");
    EXPECT_EQ(pipe->access.token_file, "");
}

TEST_F(SessionClientTest, FileWithoutFilesLogsToStandardOutput) {
    EXPECT_EQ(run_file({}), 0) << err.str();
    EXPECT_EQ(file->log, "-");
    EXPECT_EQ(run_file({"--play", "p"}), 0) << err.str();
    EXPECT_EQ(file->log, "") << "a script needs no log";
}

TEST_F(SessionClientTest, WrongUsageAndSettingsGiveOne) {
    EXPECT_EQ(run_file({"--chek-only"}), 1);
    EXPECT_THAT(err.str(), HasSubstr("did you mean --check-only?"));
    EXPECT_EQ(run_file({"--mode", "video"}), 1);
    EXPECT_THAT(err.str(), HasSubstr("expected text or binary"));
    EXPECT_EQ(run_file({"--check-only"}), 1);
    EXPECT_THAT(err.str(), HasSubstr("nothing to check"));
    EXPECT_EQ(run_pipe({"--send-only", "--receive-only"}), 1);
    EXPECT_EQ(run_stats({"--every", "1ms"}), 1);
    EXPECT_FALSE(file || pipe || stats);
}

TEST_F(SessionClientTest, OutcomeIsExitCodeAndLinesOnStandardError) {
    outcome = {client::exit_timed_out, {"line 3: the condition timed out"}};
    EXPECT_EQ(run_file({}), 3);
    EXPECT_EQ(err.str(), "relay session client file: line 3: the condition timed out\n");
}

// The original's development mode prints the token, and logs where the data goes.
TEST_F(SessionClientTest, DevelopmentKeepsStandardOutputForData) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_file({"--development", "--interval", "1s"}), 0);
    log::debug("an event");
    EXPECT_THAT(testing::internal::GetCapturedStdout(), IsEmpty());
    const std::string logged = testing::internal::GetCapturedStderr();
    EXPECT_THAT(logged, HasSubstr("an event"));
    EXPECT_THAT(logged, HasSubstr("--interval has no effect: conditions time out exactly"));
    EXPECT_THAT(logged, Not(HasSubstr("hushhush")));
}

TEST_F(SessionClientTest, PipeAndStatsRunWithWhatFlagsSay) {
    EXPECT_EQ(run_pipe({"--framing=length", "--keep-open", "--token-file", "t"}), 0) << err.str();
    EXPECT_EQ(pipe->framing, client::Framing::length);
    EXPECT_TRUE(pipe->keep_open);
    EXPECT_EQ(pipe->access.token_file, "t");
    EXPECT_EQ(run_stats({"--every=5s", "--json", "--once"}), 0) << err.str();
    EXPECT_EQ(stats->every, std::chrono::milliseconds(5000));
}

TEST_F(SessionClientTest, HelpNamesTheExitCodes) {
    EXPECT_EQ(run_file({"--help"}), 0);
    EXPECT_THAT(out.str(), HasSubstr("timed out, with --strict."));
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

}  // namespace
}  // namespace relay::cli
