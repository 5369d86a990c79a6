// SPDX-License-Identifier: Apache-2.0
#include "cli/session_commands.hpp"

#include "base/log.hpp"
#include "cli/demo.hpp"
#include "cli/exit_code.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <unistd.h>

namespace relay::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string secret = "hushhush-hushhush-hushhush-hushhush";

// A command line is run; what it would have started is kept instead.
struct SessionCommandsTest : testing::Test {
    config::Environment environment{{"RELAY_SECRET", secret},
                                    {"RELAY_ACCESS_FQDN", "https://lab.example/access"},
                                    {"RELAY_RELAY_FQDN", "wss://lab.example/relay"}};
    std::ostringstream out, err;
    std::optional<server::Config> relay;
    std::optional<host::Config> host;
    Result<int> outcome = 0;
    std::string file = testing::TempDir() + "relay-settings-" + std::to_string(::getpid());

    ~SessionCommandsTest() override {
        std::remove(file.c_str());
        (void)log::configure({});
    }

    void write_file(const std::string& content) { std::ofstream(file) << content; }

    int run_relay(std::vector<std::string> arguments = {}) {
        reset();
        return session_relay({std::move(arguments), environment, out, err},
                             [this](const server::Config& config) {
                                 relay = config;
                                 return outcome;
                             });
    }

    int run_host(std::vector<std::string> arguments = {}) {
        reset();
        return session_host({std::move(arguments), environment, out, err},
                            [this](const host::Config& config) {
                                host = config;
                                return outcome;
                            });
    }

    void reset() {
        out.str("");
        err.str("");
        relay.reset();
        host.reset();
    }
};

TEST_F(SessionCommandsTest, RelayRunsWithWhatFlagsVariablesAndFileSay) {
    write_file(
        "stats-every = 9\n"
        "port = 1  # the host's\n"
        "[session-relay]\n"
        "access-port = 1111\n"
        "relay-port = 2222\n"
        "allowed-origins = ['https://a', 'https://b']\n"
        "[session-host]\n"
        "listen = '::1'\n");
    environment["RELAY_RELAYPORT"] = "3333";
    environment["RELAY_MAX_MESSAGE"] = "1MiB";
    EXPECT_EQ(run_relay({"--config", file, "--relay-port", "4444", "--allow-no-booking-id",
                         "--log-level=off"}),
              exit_ok)
        << err.str();
    ASSERT_TRUE(relay);
    EXPECT_EQ(relay->access_port, 1111);
    EXPECT_EQ(relay->relay_port, 4444);
    EXPECT_EQ(relay->stats_every, std::chrono::seconds(9));
    EXPECT_EQ(relay->max_message, 1048576u);
    EXPECT_THAT(relay->allowed_origins, testing::ElementsAre("https://a", "https://b"));
    EXPECT_TRUE(relay->allow_no_booking_id);
    EXPECT_EQ(relay->secret.reveal(), secret);
    EXPECT_EQ(relay->listen, "::");
}

TEST_F(SessionCommandsTest, HostRunsWithWhatItsOldVariablesSay) {
    environment = {{"VW_PORT", "9999"}, {"RELAYHOST_HTTPSFLUSHMS", "20"}};
    EXPECT_EQ(run_host({"--log-level=off"}), exit_ok) << err.str();
    ASSERT_TRUE(host);
    EXPECT_EQ(host->port, 9999);
    EXPECT_EQ(host->flush_after, std::chrono::milliseconds(20));
    EXPECT_EQ(host->listen, "127.0.0.1");
}

TEST_F(SessionCommandsTest, HostIsControlledFromWhereItsSettingsSay) {
    environment = {{"VW_API", "https://relay/access/session/control"},
                   {"RELAY_API_TOKEN_FILE", "/etc/relay/control.token"},
                   {"RELAY_CONTROL_TOKEN", "let-me-in"}};
    EXPECT_EQ(run_host({"--log-level=off", "--listen=unix:/run/relay.sock", "--state-dir=/s",
                        "--token-dir=/t", "--ts-listen=tcp://127.0.0.1:1/a"}),
              exit_ok)
        << err.str();
    ASSERT_TRUE(host);
    EXPECT_EQ(host->control_url, "https://relay/access/session/control");
    EXPECT_EQ(host->control_url_token_file, "/etc/relay/control.token");
    EXPECT_EQ(host->control_token.reveal(), "let-me-in");
    EXPECT_EQ(host->listen, "unix:/run/relay.sock");
    EXPECT_EQ(host->state_folder, "/s");
    EXPECT_EQ(host->token_folder, "/t");
    EXPECT_THAT(host->ts_listen, testing::ElementsAre("tcp://127.0.0.1:1/a"));
}

TEST_F(SessionCommandsTest, HostRefusesToStartWithControlThatCannotWork) {
    environment = {};
    EXPECT_EQ(run_host({"--check", "--api=https://relay/x"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("api: an access URL needs a token"));
    EXPECT_EQ(run_host({"--check", "--api-token=secret"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("api: required"));
    EXPECT_EQ(run_host({"--check", "--api=wss://relay/x", "--api-token=hush"}), exit_config);
    EXPECT_THAT(err.str(), Not(HasSubstr("hush")));
    EXPECT_EQ(run_host({"--check", "--api=https://relay/x", "--api-token=hush"}), exit_ok);
    EXPECT_THAT(out.str(), Not(HasSubstr("hush")));
}

TEST_F(SessionCommandsTest, HostTakesNoVideoForTheFeedOfCommands) {
    environment = {};
    EXPECT_EQ(run_host({"--check", "--ts-listen=udp://127.0.0.1:1/api"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("that feed takes commands"));
    EXPECT_EQ(run_host({"--check", "--ts-listen=udp://127.0.0.1:1"}), exit_config);
}

TEST_F(SessionCommandsTest, HostChecksItsRulesFile) {
    environment = {};
    write_file("streams:\n  - {stream: a, feeds: [b]}\n");
    EXPECT_EQ(run_host({"--check", "--rules", file}), exit_ok) << err.str();
    write_file("streams:\n  - {stream: a, feed: [b]}\n");
    EXPECT_EQ(run_host({"--check", "--rules", file}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr(file + ":2: unknown name feed; did you mean feeds?"));
    EXPECT_EQ(run_host({"--check", "--rules", "/none/x.yaml"}), exit_config);
}

TEST_F(SessionCommandsTest, HostWarnsWhenAnyMachineMayCommandIt) {
    environment = {};
    const auto warning = HasSubstr("give a --control-token");
    for (const char* listen : {"0.0.0.0", "::", "192.0.2.1"}) {
        EXPECT_EQ(run_host({"--check", "--listen", listen}), exit_ok);
        EXPECT_THAT(err.str(), warning) << listen;
        EXPECT_EQ(run_host({"--check", "--listen", listen, "--control-token=x"}), exit_ok);
        EXPECT_THAT(err.str(), Not(warning));
    }
    for (const char* listen : {"127.0.0.1", "::1", "unix:/run/relay.sock"}) {
        EXPECT_EQ(run_host({"--check", "--listen", listen}), exit_ok);
        EXPECT_THAT(err.str(), Not(warning)) << listen;
    }
}

TEST_F(SessionCommandsTest, DemoRunsWithItsOwnVariables) {
    environment = {{"RELAY_DEMO_PORT", "0"}, {"RELAY_PORT", "1"}};
    std::optional<demo::Config> started;
    const int code = relay::cli::demo({{"--camera=off", "--log-level=off"}, environment, out, err},
                                      [&](const demo::Config& config) -> Result<int> {
                                          started = config;
                                          return 0;
                                      });
    EXPECT_EQ(code, exit_ok) << err.str();
    ASSERT_TRUE(started);
    EXPECT_EQ(started->port, 0);
    EXPECT_FALSE(started->camera);
}

TEST_F(SessionCommandsTest, FileMayBeNamedByAVariable) {
    write_file("access-port = 5555\n");
    environment["RELAY_CONFIG"] = file;
    EXPECT_EQ(run_relay(), exit_ok) << err.str();
    EXPECT_EQ(relay->access_port, 5555);
}

TEST_F(SessionCommandsTest, SecretComesFromAFileWithoutItsLineEnd) {
    write_file(secret + "\n");
    environment.erase("RELAY_SECRET");
    EXPECT_EQ(run_relay({"--secret-file", file}), exit_ok) << err.str();
    EXPECT_EQ(relay->secret.reveal(), secret);
}

TEST_F(SessionCommandsTest, CheckPrintsSettingsAndOriginsAndRunsNothing) {
    environment["RELAY_PORT_ACCESS"] = "3000";
    environment["RELAY_KEYS"] = "spring=" + secret;
    EXPECT_EQ(run_relay({"--check", "--tidy-every=1h5m"}), exit_ok);
    EXPECT_FALSE(relay);
    EXPECT_THAT(out.str(), testing::ContainsRegex("access-port +3000 +RELAY_PORT_ACCESS\n"));
    EXPECT_THAT(out.str(), testing::ContainsRegex("tidy-every +1h5m +--tidy-every\n"));
    EXPECT_THAT(out.str(), testing::ContainsRegex("relay-port +8083 +default\n"));
    EXPECT_THAT(out.str(), testing::ContainsRegex("secret +\\*\\*\\* +RELAY_SECRET\n"));
    EXPECT_THAT(out.str() + err.str(), Not(HasSubstr("hush")));
    EXPECT_THAT(err.str(), HasSubstr("RELAY_PORT_ACCESS is an old name: use RELAY_ACCESS_PORT"));
}

TEST_F(SessionCommandsTest, CheckOfTheHostRunsNothingEither) {
    EXPECT_EQ(run_host({"--check"}), exit_ok);
    EXPECT_FALSE(host);
    EXPECT_THAT(out.str(), testing::ContainsRegex("listen +127.0.0.1 +default\n"));
}

TEST_F(SessionCommandsTest, CheckFindsErrorsToo) {
    EXPECT_EQ(run_relay({"--check", "--access-port=80a"}), exit_config);
    EXPECT_EQ(run_relay({"--check", "--ping-every=30s"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("peer-timeout: must be longer than ping-every"));
    EXPECT_EQ(run_host({"--check", "--retry-max=1ms"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("retry-max"));
}

TEST_F(SessionCommandsTest, DevelopmentSetsWhatNothingElseHasSet) {
    EXPECT_EQ(run_relay({"--check", "--development", "--log-level=info"}), exit_ok);
    EXPECT_THAT(out.str(), testing::ContainsRegex("log-level +info +--log-level\n"));
    EXPECT_THAT(out.str(), testing::ContainsRegex("log-format +text +--development\n"));
    EXPECT_THAT(out.str(), testing::ContainsRegex("log-file +stdout +--development\n"));
}

TEST_F(SessionCommandsTest, NoticesGoToTheLogOnceEach) {
    environment["RELAY_PORT_ACCESS"] = "0";
    environment["RELAY_ACES_PORT"] = "1";
    environment["RELAY_BUFFER_SIZE"] = "128";
    environment["RELAY_LOG_FILE"] = file;
    EXPECT_EQ(run_relay(), exit_ok) << err.str();
    std::ostringstream written;
    written << std::ifstream(file).rdbuf();
    const std::string log = written.str();
    for (const char* notice :
         {"RELAY_PORT_ACCESS is an old name: use RELAY_ACCESS_PORT",
          "unknown variable RELAY_ACES_PORT; did you mean RELAY_ACCESS_PORT?",
          "RELAY_BUFFER_SIZE has no effect: queues are limited in bytes and age"}) {
        const auto first = log.find(notice);
        ASSERT_NE(first, log.npos) << notice << "\n" << log;
        EXPECT_EQ(log.find(notice, first + 1), log.npos) << notice;
    }
    EXPECT_THAT(err.str(), IsEmpty());
}

TEST_F(SessionCommandsTest, RelayRefusesToStartWithoutASecret) {
    environment["RELAY_SECRET"] = "";
    EXPECT_EQ(run_relay(), exit_config);
    EXPECT_FALSE(relay);
    EXPECT_THAT(err.str(), HasSubstr("secret: required; give --secret-file or RELAY_SECRET"));
}

TEST_F(SessionCommandsTest, ShortSecretWarns) {
    environment["RELAY_SECRET"] = "hushhush";
    EXPECT_EQ(run_relay({"--check"}), exit_ok);
    EXPECT_THAT(err.str(), HasSubstr("shorter than 32 bytes"));
    EXPECT_THAT(err.str(), Not(HasSubstr("hushhush")));
}

TEST_F(SessionCommandsTest, UnknownKeyInTheFileIsAnErrorWithItsLine) {
    write_file("access-port = 1\n[session-relay]\n\nacess-port = 2\n");
    EXPECT_EQ(run_relay({"--config", file}), exit_config);
    EXPECT_FALSE(relay);
    EXPECT_THAT(err.str(),
                HasSubstr(file + ":4: unknown key acess-port in [session-relay]; did you "
                                 "mean access-port?"));
}

TEST_F(SessionCommandsTest, FileThatIsMissingOrBrokenIsNamed) {
    EXPECT_EQ(run_relay({"--config", file + "-absent"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr(file + "-absent: No such file or directory"));
    write_file("a = 1\nb\n");
    EXPECT_EQ(run_relay({"--config", file}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr(file + ":2: "));
}

TEST_F(SessionCommandsTest, WrongFlagsAreErrorsOfUsage) {
    EXPECT_EQ(run_relay({"--acess-port", "1"}), exit_usage);
    EXPECT_THAT(err.str(), HasSubstr("did you mean --access-port?"));
    EXPECT_THAT(err.str(), HasSubstr("See `relay session relay --help`."));
    EXPECT_FALSE(relay);
}

TEST_F(SessionCommandsTest, HelpNamesDefaultUnitAndVariable) {
    environment.clear();
    EXPECT_EQ(run_relay({"--help"}), exit_ok);
    EXPECT_THAT(out.str(), HasSubstr("[default 5s; RELAY_STATS_EVERY; bare numbers in s]"));
    EXPECT_THAT(out.str(), HasSubstr("relay serve"));
    EXPECT_EQ(run_host({"--help"}), exit_ok);
    EXPECT_THAT(out.str(), HasSubstr("[default 5ms; RELAY_HTTP_FLUSH_MS; bare numbers in ms]"));
}

TEST_F(SessionCommandsTest, HelpHasNoLineWiderThanATerminal) {
    EXPECT_EQ(run_relay({"--help"}), exit_ok);
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST_F(SessionCommandsTest, FailureOfTheServiceGivesItsExitCode) {
    outcome = fail(Errc::unavailable, "cannot listen on port 80");
    EXPECT_EQ(run_relay({"--log-level=off"}), exit_bind);
    EXPECT_THAT(err.str(), HasSubstr("relay session relay: cannot listen on port 80\n"));
    outcome = fail(Errc::internal, "cannot open the state");
    EXPECT_EQ(run_relay({"--log-level=off"}), exit_store);
    outcome = 7;
    EXPECT_EQ(run_host({"--log-level=off"}), 7);
}

TEST_F(SessionCommandsTest, LogFileThatCannotBeOpenedIsAnErrorOfConfiguration) {
    EXPECT_EQ(run_relay({"--log-file", "/dev/null/log"}), exit_config);
    EXPECT_FALSE(relay);
    EXPECT_THAT(err.str(), HasSubstr("log-file: "));
}

}  // namespace
}  // namespace relay::cli
