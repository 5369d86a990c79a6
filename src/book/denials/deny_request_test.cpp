// SPDX-License-Identifier: Apache-2.0
#include "book/denials/deny_request.hpp"

#include "auth/token.hpp"
#include "base/time_text.hpp"

#include <gmock/gmock.h>

#include <string>

namespace relay::book {
namespace {

using booking::BookingTime;
using booking::Denial;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Kind = DenyOutcome::Kind;
using namespace std::chrono_literals;

const Secret secret("a-secret-of-the-relay-of-40-characters..");
const WallTime now = parse_time("2026-11-22T10:00:00Z").value();

Denial denial(std::string relay, std::string booking = "b-1") {
    return {.booking = std::move(booking),
            .relay = std::move(relay),
            .until = booking::booking_time(now + 1h)};
}

TEST(DenyRequest, goes_to_the_relays_own_address) {
    struct Case {
        const char* relay;
        const char* expected;  // without the query
    };
    const Case cases[] = {
        {"https://relay.test", "https://relay.test/bids/deny"},
        {"https://relay.test/", "https://relay.test/bids/deny"},
        {"http://relay.test:8081/ed0/access", "http://relay.test:8081/ed0/access/bids/deny"},
        {"https://relay.test/ed0/access//", "https://relay.test/ed0/access/bids/deny"},
        {"https://relay.test/access?old=1", "https://relay.test/access/bids/deny"},
        {"http://[::1]:8081", "http://[::1]:8081/bids/deny"},
    };
    for (const Case& c : cases) {
        const auto request = make_deny_request(denial(c.relay), secret, now);
        ASSERT_TRUE(request) << c.relay << ": " << request.error().detail;
        EXPECT_EQ(request->url.without_query(), c.expected);
        EXPECT_THAT(request->url.target, testing::EndsWith("?bid=b-1&exp=1795345200")) << c.relay;
    }
}

TEST(DenyRequest, tells_the_second_in_which_the_booking_ends) {
    Denial early = denial("https://relay.test");
    early.until -= 1ms;
    EXPECT_THAT(make_deny_request(early, secret, now)->url.target, HasSubstr("exp=1795345200"));
    early.until += 2ms;
    EXPECT_THAT(make_deny_request(early, secret, now)->url.target, HasSubstr("exp=1795345201"));
}

TEST(DenyRequest, escapes_the_name_of_the_booking) {
    const auto request =
        make_deny_request(denial("https://relay.test", "a&exp=1 ü/?"), secret, now);
    EXPECT_THAT(request->url.target, HasSubstr("bid=a%26exp%3D1%20%C3%BC%2F%3F&exp=1795345200"));
}

TEST(DenyRequest, carries_a_token_for_this_relay_and_five_minutes) {
    const auto request = make_deny_request(denial("https://relay.test/access"), secret, now);
    const auto keys = auth::KeyRing::make(secret);
    const auto claims = auth::verify_token(request->token.reveal(), *keys, now, 0s);
    ASSERT_TRUE(claims) << claims.error().detail;
    EXPECT_THAT(claims->audience, ElementsAre("https://relay.test/access"));
    EXPECT_THAT(claims->scopes, ElementsAre("relay:admin"));
    EXPECT_EQ(claims->subject, "admin");
    EXPECT_TRUE(auth::verify_token(request->token.reveal(), *keys, now - 1s, 0s))
        << "a relay's clock may be a little behind";
    EXPECT_FALSE(auth::verify_token(request->token.reveal(), *keys, now + 300s, 0s));
}

TEST(DenyRequest, is_not_made_for_what_is_no_relay) {
    for (const char* relay : {"", "relay.test", "ftp://relay.test", "wss://relay.test"}) {
        const auto request = make_deny_request(denial(relay), secret, now);
        ASSERT_FALSE(request) << relay;
        EXPECT_EQ(request.error().code, Errc::invalid);
    }
    EXPECT_FALSE(make_deny_request(denial("https://relay.test"), Secret(), now));
}

Kind kind_of(int status) {
    return judge(net::HttpResponse{.status = status}).kind;
}

TEST(DenyOutcome, follows_from_the_status) {
    EXPECT_EQ(kind_of(204), Kind::settled);
    for (const int status : {400, 401, 403, 404, 405, 422, 200, 301})
        EXPECT_EQ(kind_of(status), Kind::refused) << status;
    for (const int status : {500, 502, 503, 504, 408, 429})
        EXPECT_EQ(kind_of(status), Kind::failed) << status;
    const auto refused = judge(fail(Errc::interrupted, "Connection refused"));
    EXPECT_EQ(refused.kind, Kind::failed);
    EXPECT_EQ(refused.detail, "Connection refused");
}

TEST(DenyOutcome, is_settled_when_the_relay_says_that_the_time_is_over_not_for_what_a_proxy_says) {
    const auto said = [](std::string body) {
        return judge(net::HttpResponse{.status = 400, .body = std::move(body)}).kind;
    };
    EXPECT_EQ(said(R"({"code":"400","message":)"
                   R"("booking expiry time (exp) of [1] missing or in the past"})"),
              Kind::settled);
    EXPECT_EQ(said("<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>"),
              Kind::refused);
    EXPECT_EQ(said(R"({"code":"400","message":"this is not HTTP: bad version"})"), Kind::refused);
}

TEST(DenyOutcome, tells_what_the_relay_said_fit_for_a_log) {
    const auto said = [](std::string body) {
        return judge(net::HttpResponse{.status = 401, .body = std::move(body)}).detail;
    };
    EXPECT_EQ(said(R"({"code":"401","message":"token expired"})"), "status 401: token expired");
    EXPECT_EQ(said("{\"message\":\"a\\nb\\u00e4\"}"), "status 401: a?b??");
    EXPECT_EQ(said("<html>"), "status 401");
    EXPECT_EQ(said(R"({"message":7})"), "status 401");
    EXPECT_EQ(said(R"({"message":")" + std::string(5'000, 'x') + "\"}").size(),
              std::string("status 401: ").size() + 200);
    EXPECT_THAT(judge(net::HttpResponse{.status = 204}).detail, IsEmpty());
}

}  // namespace
}  // namespace relay::book
