// SPDX-License-Identifier: Apache-2.0
#include "book/instant/tokens.hpp"

#include "auth/token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::book {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

const Secret secret("0123456789abcdef0123456789abcdef");
const Secret relay_secret("fedcba9876543210fedcba9876543210");
const std::string audience = "https://lab.example/book";
constexpr WallTime now{std::chrono::seconds(1'795'342'750)};

Tokens tokens(std::chrono::seconds keep_user = 24h) {
    return {{.audience = audience,
             .secret = secret,
             .relay_secret = relay_secret,
             .login_time = 1h,
             .keep_user = keep_user},
            auth::KeyRing::make(secret).value()};
}

auth::Claims class_claims(std::vector<std::string> scopes = {"login:user"}) {
    auth::Claims claims;
    claims.audience = {audience, "https://relay.example"};
    claims.scopes = std::move(scopes);
    claims.groups = {"physics"};
    claims.subject = "is overwritten";
    return claims;
}

std::string booking_token(std::string user, WallTime expires, const Secret& key = secret,
                          std::string of = audience, std::string scope = "booking:user") {
    auth::Claims claims;
    claims.audience = {std::move(of)};
    claims.expires = expires;
    claims.scopes = {std::move(scope)};
    claims.subject = std::move(user);
    return auth::sign_token(claims, key).value().reveal();
}

TEST(Tokens, a_booking_token_takes_over_what_the_class_token_says) {
    auth::Claims sent = class_claims();
    sent.max_sessions = 5;
    const auto made = tokens();
    const auto claims = made.booking_claims(sent, {"p1", "p2"}, "", now + 250ms);
    const auto token = made.sign_booking(claims);
    ASSERT_TRUE(token);
    const auto read =
        auth::verify_token(token->reveal(), auth::KeyRing::make(secret).value(), now, 0s);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_THAT(read->audience, ElementsAre(audience, "https://relay.example"));
    EXPECT_EQ(read->expires, now + 1h);
    EXPECT_EQ(read->issued_at, now - 1s);
    EXPECT_EQ(read->not_before, now - 1s);
    EXPECT_THAT(read->groups, ElementsAre("physics"));
    EXPECT_THAT(read->pools, ElementsAre("p1", "p2"));
    EXPECT_THAT(read->scopes, ElementsAre("booking:user"));
    EXPECT_EQ(read->max_sessions, 5);
    EXPECT_EQ(read->booking_id, "");
}

TEST(Tokens, one_that_would_be_too_long_to_be_accepted_is_not_given_out) {
    const auto made = tokens();
    const auto sign = [&made](std::size_t pools) {
        const std::vector<std::string> ids(pools, "00000000-0000-4000-8000-000000000000");
        return made.sign_booking(made.booking_claims(class_claims(), ids, "", now));
    };
    const auto most = sign(300);
    ASSERT_TRUE(most);
    EXPECT_TRUE(auth::verify_token(most->reveal(), auth::KeyRing::make(secret).value(), now, 0s));
    const auto more = sign(320);
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, Errc::limit);
}

TEST(Tokens, scopes_are_extras_then_admin_then_user) {
    const auto scopes = [](std::vector<std::string> sent) {
        return tokens().booking_claims(class_claims(std::move(sent)), {}, "", now).scopes;
    };
    EXPECT_THAT(scopes({"login:user", "x", "login:admin", "y"}),
                ElementsAre("x", "y", "booking:admin", "booking:user"));
    EXPECT_THAT(scopes({"login:admin"}), ElementsAre("booking:admin"));
    EXPECT_THAT(scopes({"booking:user", "login:user", "x", "x"}), ElementsAre("booking:user", "x"));
}

std::string user_for(std::string_view former, WallTime at = now,
                     std::chrono::seconds keep_user = 24h) {
    return tokens(keep_user).booking_claims(class_claims(), {}, former, at).subject;
}

TEST(Tokens, a_new_user_is_a_random_uuid) {
    const std::string user = user_for("");
    EXPECT_THAT(user, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab].*"));
    EXPECT_NE(user_for(""), user);
}

TEST(Tokens, a_former_token_keeps_its_user_also_for_a_while_after_its_end) {
    const std::string token = booking_token("ann", now);
    EXPECT_EQ(user_for(token, now - 1s), "ann");
    EXPECT_EQ(user_for(token, now), "ann");
    EXPECT_EQ(user_for(token, now + 24h - 1s), "ann");
    EXPECT_NE(user_for(token, now + 24h), "ann");
    EXPECT_NE(user_for(token, now, 0s), "ann");
    EXPECT_EQ(user_for("Bearer " + token), "ann");
}

TEST(Tokens, no_memory_is_too_long_for_the_clock) {
    EXPECT_EQ(user_for(booking_token("ann", now), now + 24h, std::chrono::seconds::max()), "ann");
}

TEST(Tokens, a_former_token_of_another_kind_means_a_new_user) {
    const std::pair<const char*, std::string> rows[] = {
        {"garbage", "garbage"},
        {"another secret", booking_token("ann", now + 1h, relay_secret)},
        {"another audience", booking_token("ann", now + 1h, secret, "https://relay.example")},
        {"no booking scope", booking_token("ann", now + 1h, secret, audience, "relay:admin")},
        {"no subject", booking_token("", now + 1h)},
        {"a long text", std::string(100'000, 'x')},
    };
    for (const auto& [name, token] : rows) {
        const std::string user = user_for(token);
        EXPECT_NE(user, "ann") << name;
        EXPECT_EQ(user.size(), 36u) << name;
    }
}

booking::Booking booking_of_an_hour() {
    return {.name = "b1",
            .user = "ann",
            .pool = "p",
            .time = {booking::booking_time(now), booking::booking_time(now + 1h + 999ms)}};
}

booking::Stream data_stream() {
    return {.role = "data",
            .url = "https://relay.example/session/rig-data",
            .verb = "POST",
            .connection_type = "session",
            .topic = {"https://relay.example", "rig-data"},
            .scopes = {"read", "write"}};
}

TEST(Tokens, a_stream_token_is_for_its_topic_until_the_end_of_the_session) {
    const auto token = tokens().stream_token(booking_of_an_hour(), data_stream(), now);
    ASSERT_TRUE(token);
    const auto claims =
        auth::verify_token(token->reveal(), auth::KeyRing::make(relay_secret).value(), now, 0s);
    ASSERT_TRUE(claims) << claims.error().detail;
    EXPECT_THAT(claims->audience, ElementsAre("https://relay.example"));
    EXPECT_EQ(claims->topic, "rig-data");
    EXPECT_EQ(claims->prefix, "session");
    EXPECT_THAT(claims->scopes, ElementsAre("read", "write"));
    EXPECT_EQ(claims->booking_id, "b1");
    EXPECT_EQ(claims->expires, now + 1h) << "never after the hold";
    EXPECT_EQ(claims->not_before, now - 1s);
    EXPECT_EQ(claims->issued_at, now - 1s);
    EXPECT_EQ(claims->subject, "");
    EXPECT_THAT(claims->groups, IsEmpty());
}

TEST(Tokens, a_stream_token_is_the_same_whenever_it_is_made) {
    const auto made = tokens();
    EXPECT_EQ(*made.stream_token(booking_of_an_hour(), data_stream(), now),
              *made.stream_token(booking_of_an_hour(), data_stream(), now + 30min));
}

TEST(Tokens, a_stream_token_is_never_of_the_future_after_the_clock_was_set_back) {
    const WallTime earlier = now - 1h;
    const auto token = tokens().stream_token(booking_of_an_hour(), data_stream(), earlier);
    const auto claims =
        auth::verify_token(token->reveal(), auth::KeyRing::make(relay_secret).value(), earlier, 0s);
    EXPECT_TRUE(claims) << claims.error().detail;
}

TEST(Tokens, text_that_is_no_utf_8_cannot_be_signed) {
    booking::Stream stream = data_stream();
    stream.topic.name = "\xff";
    EXPECT_FALSE(tokens().stream_token(booking_of_an_hour(), stream, now));
}

}  // namespace
}  // namespace relay::book
