// SPDX-License-Identifier: Apache-2.0
#include "demo/pages.hpp"

#include "auth/token.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace relay::demo {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct PagesTest : testing::Test {
    WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
    TokenIssuer issuer{"http://127.0.0.1:8080", [this] { return now; }};
    BookingProxy proxy{1, issuer.relay()};
    Pages pages{issuer, proxy, {}};

    net::HttpResponse ask(std::string method, std::string target) {
        net::HttpRequest made;
        made.method = std::move(method);
        made.target = std::move(target);
        return pages.respond(made);
    }
    Result<auth::Claims> class_claims() {
        const auto response = ask("GET", "/tokens/everyone");
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.fields["Cache-Control"], "no-store");
        const auto keys = auth::KeyRing::make(issuer.book_secret());
        return auth::verify_token(response.body.substr(0, response.body.size() - 1), keys.value(),
                                  now, 0s);
    }
};

TEST_F(PagesTest, AnybodyGetsAClassTokenForUsers) {
    const auto claims = class_claims();
    ASSERT_TRUE(claims) << claims.error().detail;
    EXPECT_THAT(claims->groups, ElementsAre("everyone"));
    EXPECT_THAT(claims->scopes, ElementsAre("login:user"));
    EXPECT_TRUE(claims->is_for(TokenIssuer::book_audience));
    EXPECT_EQ(claims->expires, now + 1h);
    now += 1h + 1s;
    EXPECT_TRUE(class_claims()) << "each is made anew";
}

TEST_F(PagesTest, TheExperimentsOwnTokensAreForItsTopicsAtTheRelay) {
    const auto token = issuer.issue("pendulum-a-data", {"read", "write"}, 1h);
    const auto keys = auth::KeyRing::make(issuer.relay_secret());
    const auto claims = auth::verify_token(token.value().reveal(), keys.value(), now, 0s);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->topic, "pendulum-a-data");
    EXPECT_EQ(claims->prefix, "session");
    EXPECT_TRUE(claims->is_for("http://127.0.0.1:8080"));
}

TEST_F(PagesTest, EveryRunHasSecretsOfItsOwn) {
    const TokenIssuer other("http://127.0.0.1:8080");
    EXPECT_NE(other.relay_secret().reveal(), issuer.relay_secret().reveal());
    EXPECT_NE(issuer.book_secret().reveal(), issuer.relay_secret().reveal());
    EXPECT_GE(issuer.book_secret().reveal().size(), 32U);
}

TEST_F(PagesTest, WhatIsNotThereIsNotFound) {
    EXPECT_EQ(ask("GET", "/nothing").status, 404);
    EXPECT_EQ(ask("GET", "/session.json").status, 404);
    EXPECT_EQ(ask("POST", "/tokens/everyone").status, 405);
    EXPECT_EQ(ask("GET", "/").status, 200);
}

}  // namespace
}  // namespace relay::demo
