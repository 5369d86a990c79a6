// SPDX-License-Identifier: Apache-2.0
#include "auth/claims.hpp"

#include "auth/claims_json_detail.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Claims read(std::string_view payload) {
    const auto claims = parse_claims(payload);
    EXPECT_TRUE(claims) << payload << ": " << (claims ? "" : claims.error().detail);
    return claims.value_or(Claims{});
}

TEST(Claims, audience_is_one_text_or_a_list) {
    EXPECT_THAT(read(R"({"exp":1,"aud":"a"})").audience, ElementsAre("a"));
    EXPECT_THAT(read(R"({"exp":1,"aud":["a","b"]})").audience, ElementsAre("a", "b"));
    EXPECT_THAT(read(R"({"exp":1,"aud":[]})").audience, IsEmpty());
    EXPECT_THAT(read(R"({"exp":1})").audience, IsEmpty());
}

TEST(Claims, audience_and_scope_compare_exactly) {
    const Claims claims = read(R"({"exp":1,"aud":["https://x/a"],"scopes":["read"]})");
    EXPECT_TRUE(claims.is_for("https://x/a"));
    for (const std::string_view host : {"https://x/a/", "https://x/A", "https://x", ""}) {
        EXPECT_FALSE(claims.is_for(host)) << host;
    }
    EXPECT_TRUE(claims.has_scope("read"));
    EXPECT_FALSE(claims.has_scope("Read"));
    EXPECT_FALSE(claims.has_scope(""));
}

TEST(Claims, booking_id_has_two_names) {
    EXPECT_EQ(read(R"({"exp":1,"booking_id":"b"})").booking_id, "b");
    EXPECT_EQ(read(R"({"exp":1,"bookingID":"b"})").booking_id, "b");
    EXPECT_EQ(read(R"({"exp":1,"bookingID":"b","booking_id":"b"})").booking_id, "b");
    EXPECT_EQ(read(R"({"exp":1})").booking_id, "");
}

TEST(Claims, two_different_booking_ids_are_refused) {
    for (const std::string_view payload : {R"({"exp":1,"booking_id":"a","bookingID":"b"})",
                                           R"({"exp":1,"booking_id":"","bookingID":"b"})",
                                           R"({"exp":1,"booking_id":"a","bookingID":""})"}) {
        EXPECT_EQ(parse_claims(payload).error().detail,
                  "token invalid: booking_id and bookingID differ");
    }
}

TEST(Claims, null_counts_as_absent_except_for_exp) {
    const Claims claims = read(R"({"exp":1,"aud":null,"scopes":null,"topic":null,"nbf":null,)"
                               R"("iat":null,"alertHost":null,"booking_id":null,"bookingID":"b"})");
    EXPECT_THAT(claims.scopes, IsEmpty());
    EXPECT_FALSE(claims.not_before);
    EXPECT_EQ(claims.booking_id, "b");
    EXPECT_EQ(parse_claims(R"({"exp":null})").error().detail, "token invalid: exp is missing");
}

TEST(Claims, an_error_names_the_claim_with_the_wrong_type) {
    const struct {
        std::string_view payload, detail;
    } rows[] = {
        {R"({})", "token invalid: exp is missing"},
        {R"({"exp":"1"})", "token invalid: exp is not a number"},
        {R"({"exp":true})", "token invalid: exp is not a number"},
        {R"({"exp":-1})", "token invalid: exp is out of range"},
        {R"({"exp":1,"nbf":[]})", "token invalid: nbf is not a number"},
        {R"({"exp":1,"iat":"x"})", "token invalid: iat is not a number"},
        {R"({"exp":1,"aud":5})", "token invalid: aud is not an array of strings"},
        {R"({"exp":1,"aud":{"a":1}})", "token invalid: aud is not an array of strings"},
        {R"({"exp":1,"aud":["a",["b"]]})", "token invalid: aud is not an array of strings"},
        {R"({"exp":1,"scopes":"read"})", "token invalid: scopes is not an array of strings"},
        {R"({"exp":1,"scopes":[1]})", "token invalid: scopes is not an array of strings"},
        {R"({"exp":1,"topic":5})", "token invalid: topic is not a string"},
        {R"({"exp":1,"prefix":{}})", "token invalid: prefix is not a string"},
        {R"({"exp":1,"booking_id":5})", "token invalid: booking_id is not a string"},
        {R"({"exp":1,"bookingID":[]})", "token invalid: bookingID is not a string"},
        {R"({"exp":1,"topicSalt":1})", "token invalid: topicSalt is not a string"},
        {R"({"exp":1,"alertHost":"true"})", "token invalid: alertHost is not true or false"},
        {R"({"exp":1,"sub":1})", "token invalid: sub is not a string"},
        {R"({"exp":1,"groups":"a"})", "token invalid: groups is not an array of strings"},
        {R"({"exp":1,"pools":[1]})", "token invalid: pools is not an array of strings"},
        {R"({"exp":1,"max_sessions":"2"})", "token invalid: max_sessions is not a count"},
        {R"({"exp":1,"max_sessions":-1})", "token invalid: max_sessions is not a count"},
        {R"({"exp":1,"max_sessions":1.5})", "token invalid: max_sessions is not a count"},
        {R"({"exp":1,"max_sessions":4294967296})", "token invalid: max_sessions is out of range"},
    };
    for (const auto& row : rows) {
        const auto claims = parse_claims(row.payload);
        ASSERT_FALSE(claims) << row.payload;
        EXPECT_EQ(claims.error().code, Errc::unauthorized);
        EXPECT_EQ(claims.error().detail, row.detail) << row.payload;
    }
}

TEST(Claims, of_a_booking_server_are_read_and_written) {
    const Claims claims =
        read(R"({"exp":1,"groups":["physics","everyone"],"pools":["p1"],"max_sessions":3})");
    EXPECT_THAT(claims.groups, ElementsAre("physics", "everyone"));
    EXPECT_THAT(claims.pools, ElementsAre("p1"));
    EXPECT_EQ(claims.max_sessions, 3);
    const Claims again = read(format_claims(claims).value());
    EXPECT_EQ(again.groups, claims.groups);
    EXPECT_EQ(again.pools, claims.pools);
    EXPECT_EQ(again.max_sessions, 3);
}

TEST(Claims, of_a_booking_server_are_left_out_when_they_are_not_there) {
    const Claims claims = read(R"({"exp":1,"groups":null,"pools":[],"max_sessions":null})");
    EXPECT_THAT(claims.groups, IsEmpty());
    EXPECT_THAT(claims.pools, IsEmpty());
    EXPECT_FALSE(claims.max_sessions);
    EXPECT_EQ(format_claims(claims).value(), R"({"exp":1,"scopes":[]})");
}

TEST(Claims, no_sessions_at_all_can_be_claimed) {
    EXPECT_EQ(read(R"({"exp":1,"max_sessions":0})").max_sessions, 0);
    EXPECT_EQ(read(R"({"exp":1,"max_sessions":4294967295})").max_sessions, 4'294'967'295);
}

TEST(Claims, unknown_claims_are_skipped_whatever_they_hold) {
    EXPECT_EQ(read(R"({"exp":1,"x":{"y":[1,{"exp":2,"exp":3}]},"topic":"t"})").topic, "t");
}

}  // namespace
}  // namespace relay::auth
