// SPDX-License-Identifier: Apache-2.0
#include "auth/keyring.hpp"
#include "auth/token.hpp"
#include "cli/exit_code.hpp"
#include "cli/session_commands.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace relay::cli {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct SessionTokenTest : testing::Test {
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
        return session_token({std::move(arguments), environment, out, err}, [this] { return now; });
    }

    // What a relay reads from the printed token.
    auth::Claims claims(std::vector<std::string> arguments = {}, std::string kid = "") {
        EXPECT_EQ(run(std::move(arguments)), exit_ok) << err.str();
        std::string token = out.str();
        EXPECT_TRUE(token.ends_with('\n'));
        token = token.substr(0, token.find('\n'));
        const auto keys = kid.empty() ? auth::KeyRing::make(Secret(secret))
                                      : auth::KeyRing::make(Secret(std::string(32, 'z')),
                                                            {Secret(kid + "=" + secret)});
        const auto verified = auth::verify_token(token, keys.value(), verify_at, seconds(0));
        EXPECT_TRUE(verified) << verified.error().detail;
        return verified.value_or(auth::Claims{});
    }

    WallTime verify_at = now;
};

TEST_F(SessionTokenTest, PrintsTheTokenAndNothingElse) {
    const auto read = claims();
    EXPECT_THAT(read.audience, ElementsAre("https://lab.example/access"));
    EXPECT_EQ(read.topic, "spin30");
    EXPECT_EQ(read.prefix, "session");
    EXPECT_EQ(read.booking_id, "relay-token-cli");
    EXPECT_THAT(read.scopes, ElementsAre("write", "read"));
    EXPECT_EQ(read.expires, now + seconds(60));
    EXPECT_EQ(read.issued_at, now - seconds(1));
    EXPECT_EQ(read.not_before, now - seconds(1));
    EXPECT_THAT(err.str(), IsEmpty());
    EXPECT_EQ(std::ranges::count(out.str(), '\n'), 1);
}

TEST_F(SessionTokenTest, TakesTheOriginalNames) {
    environment = {{"ACCESSTOKEN_SECRET", secret},
                   {"ACCESSTOKEN_AUDIENCE", "https://a"},
                   {"ACCESSTOKEN_TOPIC", "t"},
                   {"ACCESSTOKEN_LIFETIME", "3600"},
                   {"ACCESSTOKEN_READ", "true"},
                   {"ACCESSTOKEN_WRITE", "false"},
                   {"ACCESSTOKEN_CONNECTIONTYPE", "session"}};
    const auto read = claims();
    EXPECT_THAT(read.scopes, ElementsAre("read"));
    EXPECT_EQ(read.expires, now + seconds(3600));
    EXPECT_THAT(err.str(), HasSubstr("ACCESSTOKEN_SECRET is an old name: use RELAY_SECRET\n"));
}

TEST_F(SessionTokenTest, LifetimeIsADuration) {
    EXPECT_EQ(claims({"--lifetime", "1h5m"}).expires, now + seconds(3900));
}

TEST_F(SessionTokenTest, LifetimeCountsFromNotBeforeWhenThatIsAhead) {
    verify_at = now + seconds(100);
    const auto read = claims({"--nbf", "2027-01-15T08:01:40Z"});  // now + 100 s
    EXPECT_EQ(read.not_before, now + seconds(100));
    EXPECT_EQ(read.expires, now + seconds(160));
}

TEST_F(SessionTokenTest, NotBeforeInThePastChangesNothing) {
    EXPECT_EQ(claims({"--nbf", "2020-01-01T00:00:00Z"}).expires, now + seconds(60));
}

TEST_F(SessionTokenTest, ScopesAreInTheOrderOfTheReferenceAndOnce) {
    EXPECT_THAT(claims({"--admin", "--scope=expt,read", "--scope", "relay:stats"}).scopes,
                ElementsAre("relay:admin", "write", "read", "expt", "relay:stats"));
}

TEST_F(SessionTokenTest, NeedsNoTopicForAdministration) {
    environment.erase("RELAY_TOPIC");
    const auto read = claims({"--read=false", "--write=false", "--admin"});
    EXPECT_EQ(read.topic, "");
    EXPECT_THAT(read.scopes, ElementsAre("relay:admin"));
}

TEST_F(SessionTokenTest, SignsWithANamedKey) {
    EXPECT_EQ(claims({"--kid", "spring"}, "spring").topic, "spin30");
}

TEST_F(SessionTokenTest, BookingIdCanBeChosenOrLeftOut) {
    EXPECT_EQ(claims({"--booking-id", "b1"}).booking_id, "b1");
    EXPECT_EQ(claims({"--booking-id="}).booking_id, "");
}

TEST_F(SessionTokenTest, NamesEverythingThatIsMissing) {
    environment.clear();
    EXPECT_EQ(run(), exit_config);
    EXPECT_THAT(out.str(), IsEmpty());
    EXPECT_THAT(err.str(), HasSubstr("lifetime: required"));
    EXPECT_THAT(err.str(), HasSubstr("secret: required"));
    EXPECT_THAT(err.str(), HasSubstr("audience: required"));
}

TEST_F(SessionTokenTest, RefusesWhatNoRelayWouldAccept) {
    EXPECT_EQ(run({"--lifetime", "0"}), exit_config);
    EXPECT_EQ(run({"--read=false", "--write=false"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("permit nothing"));
    EXPECT_EQ(run({"--lifetime", "2500000h"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("lifetime"));
    environment.erase("RELAY_TOPIC");
    EXPECT_EQ(run(), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("topic: required"));
    EXPECT_THAT(out.str(), IsEmpty());
}

TEST_F(SessionTokenTest, WarnsOfAShortSecretWithoutShowingIt) {
    environment["RELAY_SECRET"] = "hushhush";
    EXPECT_EQ(run(), exit_ok);
    EXPECT_THAT(err.str(), HasSubstr("shorter than 32 bytes"));
    EXPECT_THAT(err.str(), Not(HasSubstr("hushhush")));
}

}  // namespace
}  // namespace relay::cli
