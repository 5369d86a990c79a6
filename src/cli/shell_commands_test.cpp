// SPDX-License-Identifier: Apache-2.0
#include "cli/shell_commands.hpp"

#include "base/base64.hpp"
#include "base/log.hpp"
#include "cli/exit_code.hpp"
#include "cli/session_commands.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <sstream>

namespace relay::cli {
namespace {

using std::chrono::milliseconds;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string secret = "hushhush-hushhush-hushhush-hushhush";

// A command line is run; what it would have started is kept instead.
struct ShellCommandsTest : testing::Test {
    config::Environment environment;
    std::ostringstream out, err;
    std::optional<server::Config> relay;
    std::optional<shell_host::Config> host;
    std::optional<shell_client::Config> client;
    Result<int> outcome = 0;

    ~ShellCommandsTest() override { (void)log::configure({}); }

    void be_at_a_relay() {
        environment = {{"RELAY_SECRET", secret}, {"RELAY_ACCESS_FQDN", "https://lab.example"}};
    }
    void be_at_a_machine() {
        environment = {{"RELAY_SESSION", "https://lab.example/shell/spin30"},
                       {"RELAY_TOKEN", "hush"}};
    }

    template <class Config>
    auto keep(std::optional<Config>& kept) {
        out.str("");
        err.str("");
        kept.reset();
        return [this, &kept](const Config& config) {
            kept = config;
            log::info("an event");
            return outcome;
        };
    }
    int run_relay(std::vector<std::string> arguments = {}) {
        return shell_relay({std::move(arguments), environment, out, err}, keep(relay));
    }
    int run_session_relay(std::vector<std::string> arguments = {}) {
        return session_relay({std::move(arguments), environment, out, err}, keep(relay));
    }
    int run_host(std::vector<std::string> arguments = {}) {
        return shell_host({std::move(arguments), environment, out, err}, keep(host));
    }
    int run_client(std::vector<std::string> arguments = {}) {
        return shell_client({std::move(arguments), environment, out, err}, keep(client));
    }

    // What the client logs while it runs, on standard output and on standard error.
    std::pair<std::string, std::string> log_of_client(std::vector<std::string> arguments) {
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        EXPECT_EQ(run_client(std::move(arguments)), exit_ok) << err.str();
        const std::string output = testing::internal::GetCapturedStdout();
        return {output, testing::internal::GetCapturedStderr()};
    }
};

TEST_F(ShellCommandsTest, RelayServesByteStreamsOnPortsOfItsOwn) {
    be_at_a_relay();
    EXPECT_EQ(run_relay({"--log-level=off"}), exit_ok) << err.str();
    ASSERT_TRUE(relay);
    EXPECT_TRUE(relay->shell);
    EXPECT_FALSE(relay->session);
    EXPECT_EQ(relay->access_port, 8080);
    EXPECT_EQ(relay->relay_port, 8081);
}

TEST_F(ShellCommandsTest, RelayRunsWithWhatItsOldVariablesSay) {
    environment = {{"SHELLRELAY_ACCESSPORT", "1111"},
                   {"SHELLRELAY_RELAYPORT", "2222"},
                   {"SHELLRELAY_ACCESSFQDN", "https://a"},
                   {"SHELLRELAY_RELAYFQDN", "wss://b"},
                   {"SHELLRELAY_SECRET", secret}};
    EXPECT_EQ(run_relay({"--log-level=off"}), exit_ok) << err.str();
    ASSERT_TRUE(relay);
    EXPECT_EQ(relay->access_port, 1111);
    EXPECT_EQ(relay->relay_port, 2222);
    EXPECT_EQ(relay->access_fqdn, "https://a");
    EXPECT_EQ(relay->relay_fqdn, "wss://b");
    EXPECT_EQ(relay->secret.reveal(), secret);
}

TEST_F(ShellCommandsTest, SessionRelayServesByteStreamsWhenAsked) {
    be_at_a_relay();
    EXPECT_EQ(run_session_relay({"--log-level=off"}), exit_ok) << err.str();
    EXPECT_TRUE(relay->session && !relay->shell);
    EXPECT_EQ(run_session_relay({"--log-level=off", "--shell", "--shell-queue=64K",
                                 "--shell-max-message=1MB", "--host-wait=3s", "--audit-file=/a"}),
              exit_ok)
        << err.str();
    EXPECT_TRUE(relay->session && relay->shell);
    EXPECT_EQ(relay->shell_queue, 65536u);
    EXPECT_EQ(relay->shell_max_message, 1'000'000u);
    EXPECT_EQ(relay->host_wait, milliseconds(3000));
    EXPECT_EQ(relay->audit_file, "/a");
}

TEST_F(ShellCommandsTest, RelayRefusesWhatCannotWork) {
    be_at_a_relay();
    EXPECT_EQ(run_relay({"--shell-max-message=64K"}), exit_config)
        << "the largest frame of the protocol is longer";
    EXPECT_EQ(run_relay({"--check", "--ping-every=30s"}), exit_config);
    EXPECT_EQ(run_relay({"--shell"}), exit_usage) << "it does nothing else";
    environment.clear();
    EXPECT_EQ(run_relay(), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("secret: required"));
    EXPECT_THAT(err.str(), HasSubstr("access-fqdn: required"));
    EXPECT_FALSE(relay);
}

TEST_F(ShellCommandsTest, HostRunsWithWhatFlagsAndOldVariablesSay) {
    environment = {{"SHELLHOST_LOCALPORT", "2222"},
                   {"SHELLHOST_RELAYSESSION", "https://lab.example/shell/spin30"},
                   {"SHELLHOST_TOKEN", "hush"}};
    EXPECT_EQ(run_host({"--log-level=off", "--target", "camera=192.168.1.20:22,web=localhost:80",
                        "--target=db=[::1]:5432", "--give-up=10m", "--resume=false"}),
              exit_ok)
        << err.str();
    ASSERT_TRUE(host);
    EXPECT_EQ(host->local_port, 2222);
    EXPECT_EQ(host->access, "https://lab.example/shell/spin30");
    EXPECT_EQ(host->token.reveal(), "hush");
    EXPECT_THAT(host->targets, testing::ElementsAre("camera=192.168.1.20:22", "web=localhost:80",
                                                    "db=[::1]:5432"));
    EXPECT_EQ(host->give_up, milliseconds(600'000));
    EXPECT_FALSE(host->resume);
}

TEST_F(ShellCommandsTest, CheckOfTheHostFindsWhatIsWrong) {
    be_at_a_machine();
    const auto fault = [&](const std::string& flag) {
        EXPECT_EQ(run_host({"--check", flag}), exit_config) << flag;
        return err.str();
    };
    EXPECT_THAT(fault("--session=lab.example"), HasSubstr("session: "));
    EXPECT_THAT(fault("--session=wss://lab.example/shell/a"), HasSubstr("session: "));
    EXPECT_THAT(fault("--session="), HasSubstr("session: "));
    EXPECT_THAT(fault("--retry-max=1ms"), HasSubstr("retry-max"));
    EXPECT_THAT(fault("--target=camera"), HasSubstr("target"));
    EXPECT_THAT(fault("--target=a b=localhost:1"), HasSubstr("target"));
    EXPECT_EQ(run_host({"--check"}), exit_ok) << err.str();
    EXPECT_THAT(out.str(), ContainsRegex("local-port +22 +default\n"));
    EXPECT_THAT(out.str() + err.str(), Not(HasSubstr("hush")));
    EXPECT_FALSE(host);
}

TEST_F(ShellCommandsTest, ClientRunsWithWhatFlagsAndOldVariablesSay) {
    environment = {{"SHELLCLIENT_LOCALPORT", "2222"},
                   {"SHELLCLIENT_RELAYSESSION", "https://lab.example/shell/spin30"},
                   {"SHELLCLIENT_TOKEN", "hush"}};
    EXPECT_EQ(run_client({"--log-level=off", "--target=camera"}), exit_ok) << err.str();
    ASSERT_TRUE(client);
    EXPECT_EQ(client->local_port, 2222);
    EXPECT_EQ(client->listen, "127.0.0.1");
    EXPECT_EQ(client->token.reveal(), "hush");
    EXPECT_EQ(client->target, "camera");
    EXPECT_FALSE(client->stdio);
    be_at_a_machine();
    EXPECT_EQ(run_client({"--log-level=off", "--stdio"}), exit_ok) << err.str();
    EXPECT_TRUE(client->stdio);
    EXPECT_EQ(client->local_port, 8082);
}

// A client with the host's token would drive the host out; the relay cannot know what it is.
TEST_F(ShellCommandsTest, TokenOfTheOtherRoleIsRefused) {
    be_at_a_machine();
    const auto token = [](const std::string& role) {
        return "head." + base64url_encode(R"({"scopes":[")" + role + R"("]})") + ".signature";
    };
    environment["RELAY_TOKEN"] = token("host");
    EXPECT_EQ(run_host({"--log-level=off"}), exit_ok) << err.str();
    EXPECT_EQ(run_client({"--log-level=off"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("relay shell token --role client"));
    environment["RELAY_TOKEN"] = token("client");
    EXPECT_EQ(run_client({"--log-level=off"}), exit_ok) << err.str();
    EXPECT_EQ(run_host({"--log-level=off"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("relay shell token --role host"));
}

// A variable of another use must not break every ssh.
TEST_F(ShellCommandsTest, TokenFileOfAFlagStandsForTheTokenOfAVariable) {
    be_at_a_machine();
    EXPECT_EQ(run_client({"--log-level=off", "--token-file=/t"}), exit_ok) << err.str();
    EXPECT_EQ(client->token_file, "/t");
    EXPECT_TRUE(client->token.empty());
    environment["RELAY_TOKEN_FILE"] = "/other";
    environment.erase("RELAY_TOKEN");
    EXPECT_EQ(run_host({"--log-level=off", "--token=ey"}), exit_ok) << err.str();
    EXPECT_EQ(host->token.reveal(), "ey");
    EXPECT_EQ(host->token_file, "");
    environment["RELAY_TOKEN"] = "hush";
    EXPECT_EQ(run_client({"--log-level=off"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("session: give a token or a token file, not both"));
}

TEST_F(ShellCommandsTest, CheckOfTheClientFindsWhatIsWrong) {
    be_at_a_machine();
    EXPECT_EQ(run_client({"--check", "--target=a b"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("target: "));
    EXPECT_EQ(run_client({"--check", "--listen=0.0.0.0"}), exit_ok) << err.str();
    EXPECT_THAT(err.str(), HasSubstr("every machine that reaches 0.0.0.0"));
    EXPECT_EQ(run_client({"--check", "--listen=unix:/run/spin30"}), exit_ok) << err.str();
    EXPECT_THAT(err.str(), IsEmpty());
    environment.erase("RELAY_SESSION");
    EXPECT_EQ(run_client({"--check"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("session: required; give --session or RELAY_SESSION"));
}

TEST_F(ShellCommandsTest, StreamsStandardOutputHasNoLineOfTheLog) {
    be_at_a_machine();
    environment["SHELLCLIENT_LOCALPORT"] = "22";
    for (const char* level : {"--log-level=info", "--development"}) {
        const auto [output, logged] = log_of_client({"--stdio", level});
        EXPECT_THAT(output, IsEmpty());
        EXPECT_THAT(logged, HasSubstr("an event"));
        EXPECT_THAT(logged, Not(HasSubstr("{"))) << "people read it";
        EXPECT_THAT(logged, HasSubstr("SHELLCLIENT_LOCALPORT is an old name"));
        EXPECT_THAT(logged, Not(HasSubstr("hush")));
    }
    EXPECT_EQ(run_client({"--stdio", "--log-file=stdout"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("log-file: standard output carries the stream"));
}

// ssh shows standard error to its user, each time.
TEST_F(ShellCommandsTest, StreamIsQuietUnlessAsked) {
    be_at_a_machine();
    environment["RELAY_SESION"] = "a slip";
    const auto [output, logged] = log_of_client({"--stdio"});
    EXPECT_THAT(output + logged + err.str(), IsEmpty());
    EXPECT_THAT(log_of_client({}).second, HasSubstr("unknown variable RELAY_SESION"));
}

TEST_F(ShellCommandsTest, FailuresHaveExitCodesAndAReasonOnStandardError) {
    be_at_a_machine();
    outcome = fail(Errc::unavailable, "503: no host is connected");
    EXPECT_EQ(run_client({"--stdio"}), exit_bind);
    EXPECT_EQ(err.str(), "relay shell client: 503: no host is connected\n");
    EXPECT_THAT(out.str(), IsEmpty());
    outcome = fail(Errc::invalid, "token-file: no");
    EXPECT_EQ(run_host(), exit_config);
    outcome = 7;
    EXPECT_EQ(run_host({"--log-level=off"}), 7);
}

TEST_F(ShellCommandsTest, HelpHasNoLineWiderThanATerminal) {
    for (auto run : {&ShellCommandsTest::run_relay, &ShellCommandsTest::run_host,
                     &ShellCommandsTest::run_client}) {
        EXPECT_EQ((this->*run)({"--help"}), exit_ok);
        std::istringstream lines(out.str());
        for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
    }
}

}  // namespace
}  // namespace relay::cli
