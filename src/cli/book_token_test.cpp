// SPDX-License-Identifier: Apache-2.0
#include "auth/keyring.hpp"
#include "auth/token.hpp"
#include "cli/book_commands.hpp"
#include "cli/exit_code.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace relay::cli {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct BookTokenTest : testing::Test {
    const WallTime now{seconds(1'800'000'000)};
    WallTime verify_at = now;
    const std::string secret = "0123456789abcdef0123456789abcdef";
    config::Environment environment{{"RELAY_SECRET", secret}};
    std::ostringstream out, err;

    int run(std::vector<std::string> arguments = {}) {
        out.str("");
        err.str("");
        return book_token({std::move(arguments), environment, out, err}, [this] { return now; });
    }

    // What a booking server reads from a token.
    auth::Claims verified(const std::string& token) {
        const auto keys = auth::KeyRing::make(Secret(secret));
        const auto read = auth::verify_token(token, keys.value(), verify_at, seconds(0));
        EXPECT_TRUE(read) << read.error().detail;
        return read.value_or(auth::Claims{});
    }
    auth::Claims claims(std::vector<std::string> arguments = {}) {
        EXPECT_EQ(run(std::move(arguments)), exit_ok) << err.str();
        EXPECT_EQ(std::ranges::count(out.str(), '\n'), 1);
        return verified(out.str().substr(0, out.str().find('\n')));
    }
};

TEST_F(BookTokenTest, PrintsAClassTokenWithTheDefaultsOfTheReference) {
    const auto read = claims();
    EXPECT_THAT(read.audience, ElementsAre("https://book.practable.io"));
    EXPECT_THAT(read.groups, ElementsAre("everyone"));
    EXPECT_THAT(read.scopes, ElementsAre("login:user"));
    EXPECT_EQ(read.expires, now + seconds(600));
    EXPECT_EQ(read.issued_at, now - seconds(1));
    EXPECT_EQ(read.not_before, now - seconds(1));
    EXPECT_FALSE(read.max_sessions);
    EXPECT_EQ(read.topic + read.prefix + read.booking_id + read.subject, "");
    EXPECT_THAT(err.str(), IsEmpty());
}

TEST_F(BookTokenTest, TakesTheOriginalNames) {
    environment = {{"BOOKTOKEN_SECRET", secret},
                   {"BOOKTOKEN_LIFETIME", "3600"},
                   {"BOOKTOKEN_ADMIN", "true"},
                   {"BOOKTOKEN_AUDIENCE", "https://book.example"},
                   {"BOOKTOKEN_GROUPS", "optics-2031 mechanics"},
                   {"BOOKTOKEN_ADDSCOPE", "extra"}};
    const auto read = claims();
    EXPECT_THAT(read.audience, ElementsAre("https://book.example"));
    EXPECT_THAT(read.groups, ElementsAre("optics-2031", "mechanics"));
    EXPECT_THAT(read.scopes, ElementsAre("login:admin", "extra"));
    EXPECT_EQ(read.expires, now + seconds(3600));
    EXPECT_THAT(err.str(), HasSubstr("BOOKTOKEN_ADMIN is an old name: use RELAY_ADMIN\n"));
}

TEST_F(BookTokenTest, CarriesALimitOfSessions) {
    EXPECT_EQ(claims({"--max-sessions", "5"}).max_sessions, 5u);
    EXPECT_EQ(claims({"--max-sessions=0"}).max_sessions, 0u);
    EXPECT_EQ(run({"--max-sessions", "-1"}), exit_config);
}

TEST_F(BookTokenTest, BeginsLaterWhenToldSo) {
    verify_at = now + seconds(100);
    const auto read = claims({"--nbf", "2027-01-15T08:01:40Z"});
    EXPECT_EQ(read.not_before, now + seconds(100));
    EXPECT_EQ(read.expires, now + seconds(700));
    EXPECT_EQ(run({"--nbf", "tomorrow"}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("nbf: --nbf: \"tomorrow\": expected a time"));
    EXPECT_THAT(out.str(), IsEmpty());
}

TEST_F(BookTokenTest, JsonHoldsTheTokenAndItsEnd) {
    ASSERT_EQ(run({"--json", "--lifetime", "1h"}), exit_ok);
    const auto printed = nlohmann::json::parse(out.str());
    EXPECT_EQ(printed.at("exp"), 1'800'003'600);
    EXPECT_THAT(verified(printed.at("token").get<std::string>()).groups, ElementsAre("everyone"));
}

TEST_F(BookTokenTest, WithoutAGroupOrASecretThereIsNoToken) {
    EXPECT_EQ(run({"--groups= "}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("groups: name one at least"));
    environment.clear();
    EXPECT_EQ(run(), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("secret: required"));
    EXPECT_THAT(out.str(), IsEmpty());
}

}  // namespace
}  // namespace relay::cli
