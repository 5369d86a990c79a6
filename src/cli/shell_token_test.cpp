// SPDX-License-Identifier: Apache-2.0
#include "auth/keyring.hpp"
#include "auth/token.hpp"
#include "cli/exit_code.hpp"
#include "cli/shell_commands.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace relay::cli {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct ShellTokenTest : testing::Test {
    WallTime now{seconds(1'800'000'000)};
    const std::string secret = "0123456789abcdef0123456789abcdef";
    config::Environment environment{{"RELAY_SECRET", secret},
                                    {"RELAY_AUDIENCE", "https://lab.example/access"},
                                    {"RELAY_TOPIC", "spin30"},
                                    {"RELAY_LIFETIME", "60"}};
    std::ostringstream out, err;

    int run(std::vector<std::string> arguments = {}) {
        out.str("");
        err.str("");
        return shell_token({std::move(arguments), environment, out, err}, [this] { return now; });
    }

    // What a relay reads from the printed token.
    auth::Claims claims(std::vector<std::string> arguments = {}) {
        EXPECT_EQ(run(std::move(arguments)), exit_ok) << err.str();
        const std::string token = out.str().substr(0, out.str().find('\n'));
        EXPECT_EQ(out.str(), token + "\n");
        const auto keys = auth::KeyRing::make(Secret(secret));
        const auto verified = auth::verify_token(token, keys.value(), now, seconds(0));
        EXPECT_TRUE(verified) << verified.error().detail;
        return verified.value_or(auth::Claims{});
    }
};

TEST_F(ShellTokenTest, PrintsTheTokenAndNothingElse) {
    const auto read = claims({"--role", "host"});
    EXPECT_THAT(read.audience, ElementsAre("https://lab.example/access"));
    EXPECT_EQ(read.topic, "spin30");
    EXPECT_EQ(read.prefix, "shell");
    EXPECT_THAT(read.scopes, ElementsAre("host"));
    EXPECT_EQ(read.expires, now + seconds(60));
    EXPECT_EQ(read.issued_at, now - seconds(1));
    EXPECT_EQ(read.not_before, now - seconds(1));
    EXPECT_EQ(read.booking_id, "");
    EXPECT_EQ(read.subject, "");
    EXPECT_THAT(err.str(), IsEmpty());
}

TEST_F(ShellTokenTest, RolesGiveTheScopesOfTheReference) {
    EXPECT_THAT(claims({"--role=client"}).scopes, ElementsAre("client"));
    EXPECT_THAT(claims({"--role=stats", "--topic=stats"}).scopes, ElementsAre("stats"));
    const std::string session = "--connection-type=session";
    EXPECT_THAT(claims({"--role=read", session}).scopes, ElementsAre("read"));
    EXPECT_THAT(claims({"--role=write", session}).scopes, ElementsAre("write"));
    EXPECT_THAT(claims({"--role=readwrite", session}).scopes, ElementsAre("read", "write"));
    EXPECT_THAT(err.str(), IsEmpty());
}

// The reference prints a token without scopes, and status 0.
TEST_F(ShellTokenTest, UnknownRoleIsAnError) {
    for (const char* role : {"admin", "Host", "hosts", "host client"}) {
        EXPECT_EQ(run({"--role", role}), exit_config) << role;
        EXPECT_THAT(out.str(), IsEmpty());
        EXPECT_THAT(err.str(), HasSubstr("expected host, client, stats, read, write or readwrite"));
    }
}

TEST_F(ShellTokenTest, TakesTheOriginalNames) {
    environment = {{"SHELLTOKEN_SECRET", secret}, {"SHELLTOKEN_AUDIENCE", "https://a"},
                   {"SHELLTOKEN_TOPIC", "t"},     {"SHELLTOKEN_LIFETIME", "3600"},
                   {"SHELLTOKEN_ROLE", "client"}, {"SHELLTOKEN_CONNECTIONTYPE", "connect"}};
    const auto read = claims();
    EXPECT_THAT(read.scopes, ElementsAre("client"));
    EXPECT_EQ(read.prefix, "connect");
    EXPECT_EQ(read.expires, now + seconds(3600));
    EXPECT_THAT(err.str(), HasSubstr("SHELLTOKEN_ROLE is an old name: use RELAY_ROLE\n"));
}

TEST_F(ShellTokenTest, SaysWhoItIsForAndWhatDeniesIt) {
    const auto read = claims({"--role=client", "--subject=anna", "--booking-id=b1"});
    EXPECT_EQ(read.subject, "anna");
    EXPECT_EQ(read.booking_id, "b1");
}

TEST_F(ShellTokenTest, NamesEverythingThatIsMissing) {
    environment.clear();
    EXPECT_EQ(run(), exit_config);
    EXPECT_THAT(out.str(), IsEmpty());
    for (const char* setting : {"role", "topic", "lifetime", "secret", "audience"})
        EXPECT_THAT(err.str(), HasSubstr(std::string(setting) + ": required")) << setting;
}

TEST_F(ShellTokenTest, RefusesWhatNoRelayWouldAccept) {
    EXPECT_EQ(run({"--role=stats"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("topic: that of the role stats is `stats`"));
    for (const char* role : {"--role=host", "--role=client"}) {
        EXPECT_EQ(run({role, "--topic=stats"}), exit_config);
        EXPECT_THAT(err.str(), HasSubstr("topic: `stats` is for the role stats"));
    }
    EXPECT_EQ(run({"--role=host", "--lifetime=0"}), exit_config);
    EXPECT_THAT(out.str(), IsEmpty());
}

TEST_F(ShellTokenTest, WarnsOfASessionsRoleInAShell) {
    EXPECT_EQ(run({"--role=readwrite"}), exit_ok);
    EXPECT_THAT(err.str(), HasSubstr("role: relays take the scopes read and write in sessions"));
}

}  // namespace
}  // namespace relay::cli
