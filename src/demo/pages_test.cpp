// SPDX-License-Identifier: Apache-2.0
#include "demo/pages.hpp"

#include "auth/token.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace relay::demo {
namespace {

using namespace std::chrono_literals;

struct PagesTest : testing::Test {
    WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
    TokenIssuer issuer{[this] { return now; }};
    Pages pages{issuer, {}};

    net::HttpRequest request(std::string method, std::string target, std::string host) {
        net::HttpRequest made;
        made.method = std::move(method);
        made.target = std::move(target);
        if (!host.empty()) made.fields.add("Host", std::move(host));
        return made;
    }

    nlohmann::json session() {
        const auto response = pages.respond(request("GET", "/session.json", "lab.example:8080"));
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.fields["Cache-Control"], "no-store");
        return nlohmann::json::parse(response.body);
    }

    Result<auth::Claims> claims(const nlohmann::json& access) {
        const auto keys = auth::KeyRing::make(issuer.secret(), {});
        if (!keys) return std::unexpected(keys.error());
        return auth::verify_token(access.at("token").get<std::string>(), *keys, now, 0s);
    }
};

TEST_F(PagesTest, TheSessionIsDescribedUnderTheAddressThatTheBrowserUsed) {
    const auto described = session();
    EXPECT_EQ(described.at("title"), "Pendulum");
    EXPECT_EQ(described.at("video").at("url"), "http://lab.example:8080/session/demo-video");
    EXPECT_EQ(described.at("data").at("url"), "http://lab.example:8080/session/demo-data");
}

TEST_F(PagesTest, ViewersMayOnlyReadTheVideoAndAlsoCommandTheData) {
    const auto described = session();
    const auto video = claims(described.at("video"));
    const auto data = claims(described.at("data"));
    ASSERT_TRUE(video && data);
    EXPECT_EQ(video->topic, "demo-video");
    EXPECT_EQ(video->scopes, std::vector<std::string>{"read"});
    EXPECT_EQ(data->topic, "demo-data");
    EXPECT_EQ(data->scopes, (std::vector<std::string>{"read", "write"}));
    EXPECT_EQ(data->prefix, "session");
    EXPECT_TRUE(data->is_for(TokenIssuer::audience));
}

TEST_F(PagesTest, TokensLastAnHourAndEachFetchBringsFreshOnes) {
    const auto first = session();
    ASSERT_TRUE(claims(first.at("data")));
    EXPECT_EQ(claims(first.at("data"))->expires, now + 1h);
    now += 1h + 1s;
    EXPECT_FALSE(claims(first.at("data")));
    EXPECT_TRUE(claims(session().at("data")));
}

TEST_F(PagesTest, EveryRunHasASecretOfItsOwn) {
    const TokenIssuer other([this] { return now; });
    EXPECT_NE(other.secret().reveal(), issuer.secret().reveal());
    EXPECT_GE(issuer.secret().reveal().size(), 32U);
}

TEST_F(PagesTest, AHostThatIsNoneIsNotRepeated) {
    for (const char* host : {"", "a b", "evil\"", "x;y", "<b>", "a/b", "a@b"})
        EXPECT_EQ(pages.respond(request("GET", "/session.json", host)).status, 400) << host;
}

TEST_F(PagesTest, WhatIsNotThereIsNotFound) {
    EXPECT_EQ(pages.respond(request("GET", "/nothing", "h")).status, 404);
    EXPECT_EQ(pages.respond(request("POST", "/session.json", "h")).status, 405);
    EXPECT_EQ(pages.respond(request("GET", "/", "h")).status, 200);
}

}  // namespace
}  // namespace relay::demo
