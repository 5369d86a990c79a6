// SPDX-License-Identifier: Apache-2.0
#include "auth/token.hpp"

#include "auth/forge_for_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::auth {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const KeyRing ring = test_ring();

Result<Claims> verify(std::string_view token, WallTime now = test_now,
                      std::chrono::seconds leeway = 0s) {
    return verify_token(token, ring, now, leeway);
}

// Made by another implementation (Python's hmac and json).
constexpr std::string_view foreign[] = {
    "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9."
    "eyJhdWQiOiAiaHR0cHM6Ly9yZWxheS5leGFtcGxlL2FjY2VzcyIsICJleHAiOiAxNzk1MzQ2MzUwLCAidG9waWMiOiAi"
    "c3BpbjMwL2RhdGEiLCAicHJlZml4IjogInNlc3Npb24iLCAic2NvcGVzIjogWyJyZWFkIiwgIndyaXRlIl0sICJib29r"
    "aW5nX2lkIjogImIxIn0."
    "brG7X8nCx9rfFod381ED9EFqdVn_a0KobrIYhxvuhSQ",
    "eyJhbGciOiAiSFMzODQiLCAidHlwIjogIkpXVCJ9."
    "eyJhdWQiOiAiaHR0cHM6Ly9yZWxheS5leGFtcGxlL2FjY2VzcyIsICJleHAiOiAxNzk1MzQ2MzUwLCAidG9waWMiOiAi"
    "c3BpbjMwL2RhdGEiLCAicHJlZml4IjogInNlc3Npb24iLCAic2NvcGVzIjogWyJyZWFkIiwgIndyaXRlIl0sICJib29r"
    "aW5nX2lkIjogImIxIn0."
    "Z7NK4BVIV-SMwFVCyqTkIzlsvxL6GmWNNX-8gL03eDTGcqsUUJ0PFx0XYdMRx9XK",
    "eyJhbGciOiAiSFM1MTIiLCAidHlwIjogIkpXVCJ9."
    "eyJhdWQiOiAiaHR0cHM6Ly9yZWxheS5leGFtcGxlL2FjY2VzcyIsICJleHAiOiAxNzk1MzQ2MzUwLCAidG9waWMiOiAi"
    "c3BpbjMwL2RhdGEiLCAicHJlZml4IjogInNlc3Npb24iLCAic2NvcGVzIjogWyJyZWFkIiwgIndyaXRlIl0sICJib29r"
    "aW5nX2lkIjogImIxIn0."
    "xsIBUpmY4JLg2OzAH9zl5O4plUxSr9J_PcLzwIC3eSPu7e5gzS7v5PNiOHEzuHWTtKJxOnopWHp9hVLYIbDu4A",
};

TEST(VerifyToken, accepts_the_three_hmac_algorithms_of_another_implementation) {
    for (const std::string_view token : foreign) {
        const auto claims = verify(token);
        ASSERT_TRUE(claims) << claims.error().detail;
        EXPECT_EQ(claims->topic, "spin30/data");
        EXPECT_TRUE(claims->has_scope("write"));
    }
}

TEST(VerifyToken, accepts_the_example_of_rfc_7515) {
    // RFC 7515 appendix A.1, whose exp is 1300819380.
    const std::string key =
        base64url_decode(
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4"
            "hcgUuTwjAzZr1Z9CAow")
            .value();
    const auto claims = verify_token(
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cn"
        "V"
        "lfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        KeyRing::make(Secret(key)).value(), WallTime(1'300'819'379s), 0s);
    ASSERT_TRUE(claims) << claims.error().detail;
    EXPECT_EQ(claims->expires, WallTime(1'300'819'380s));
}

TEST(VerifyToken, a_bearer_prefix_is_skipped_once) {
    const std::string token = forge(hs256_header, good_payload);
    EXPECT_TRUE(verify("Bearer " + token));
    EXPECT_TRUE(verify("bearer " + token));
    EXPECT_FALSE(verify("Bearer Bearer " + token));
    EXPECT_FALSE(verify("Bearer  " + token));
    EXPECT_FALSE(verify("Basic " + token));
}

TEST(VerifyToken, kid_chooses_the_key) {
    constexpr std::string_view header = R"({"alg":"HS256","kid":"next"})";
    EXPECT_TRUE(verify(forge(header, good_payload, other_key)));
    EXPECT_FALSE(verify(forge(header, good_payload, test_key)));
    EXPECT_FALSE(verify(forge(hs256_header, good_payload, other_key)));
}

TEST(VerifyToken, type_is_not_looked_at) {
    EXPECT_TRUE(verify(forge(R"({"typ":5,"alg":"HS256","cty":"x"})", good_payload)));
}

TEST(VerifyToken, times_pass_at_their_second_and_leeway_widens_them) {
    const std::string token =
        forge(hs256_header, R"({"exp":1795342760,"nbf":1795342740,"iat":1795342740.5})");
    EXPECT_TRUE(verify(token, WallTime(1'795'342'759s) + 999ms));
    EXPECT_FALSE(verify(token, WallTime(1'795'342'760s)));
    EXPECT_TRUE(verify(token, WallTime(1'795'342'760s), 1s));
    EXPECT_FALSE(verify(token, WallTime(1'795'342'761s), 1s));
    EXPECT_FALSE(verify(token, WallTime(1'795'342'740s)));
    EXPECT_TRUE(verify(token, WallTime(1'795'342'740s) + 500ms));
    EXPECT_TRUE(verify(token, WallTime(1'795'342'740s), 1s));
    EXPECT_FALSE(verify(token, WallTime(1'795'342'738s), 1s));
}

TEST(VerifyToken, a_token_of_the_largest_size_passes) {
    const auto sized = [](std::size_t filling) {
        return forge(hs256_header,
                     R"({"exp":1795346350,"topic":")" + std::string(filling, 'x') + "\"}");
    };
    std::size_t filling = 12'000;
    while (sized(filling + 1).size() <= token_size_limit) ++filling;
    EXPECT_TRUE(verify("Bearer " + sized(filling)));
    EXPECT_EQ(verify(sized(filling + 3)).error().detail, "token invalid: longer than 16 KiB");
}

TEST(SignToken, verifies_to_the_same_claims) {
    Claims claims;
    claims.audience = {"https://a", "https://b"};
    claims.expires = test_now + 1h;
    claims.not_before = test_now - 1s;
    claims.issued_at = test_now - 1s;
    claims.topic = "spin30/data";
    claims.prefix = "session";
    claims.scopes = {"read", "expt"};
    claims.booking_id = "b \"1\" \xc3\xa9";
    claims.topic_salt = "salt";
    claims.alert_host = true;
    claims.subject = "user";
    const auto token = sign_token(claims, other_key, "next");
    ASSERT_TRUE(token);
    const auto back = verify(token->reveal());
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_EQ(back->audience, claims.audience);
    EXPECT_EQ(back->expires, claims.expires);
    EXPECT_EQ(back->not_before, claims.not_before);
    EXPECT_EQ(back->issued_at, claims.issued_at);
    EXPECT_EQ(back->topic, claims.topic);
    EXPECT_EQ(back->prefix, claims.prefix);
    EXPECT_EQ(back->scopes, claims.scopes);
    EXPECT_EQ(back->booking_id, claims.booking_id);
    EXPECT_EQ(back->topic_salt, "salt");
    EXPECT_TRUE(back->alert_host);
    EXPECT_EQ(back->subject, "user");
}

TEST(SignToken, writes_the_booking_under_both_names_and_nothing_that_is_empty) {
    Claims claims;
    claims.expires = test_now + 1500ms;
    const auto payload_of = [&] {
        const std::string token = sign_token(claims, test_key)->reveal();
        const std::size_t begin = token.find('.') + 1;
        return base64url_decode(token.substr(begin, token.rfind('.') - begin)).value();
    };
    EXPECT_EQ(payload_of(), R"({"exp":1795342751,"scopes":[]})");
    claims.booking_id = "b1";
    EXPECT_EQ(payload_of(), R"({"bookingID":"b1","booking_id":"b1","exp":1795342751,"scopes":[]})");
}

TEST(SignToken, refuses_an_empty_key_and_text_that_is_no_utf_8) {
    Claims claims;
    claims.expires = test_now + 1h;
    EXPECT_EQ(sign_token(claims, Secret()).error().code, Errc::invalid);
    EXPECT_EQ(sign_token(claims, test_key, "\xff").error().code, Errc::invalid);
    claims.topic = "\xff";
    EXPECT_EQ(sign_token(claims, test_key).error().code, Errc::invalid);
}

}  // namespace
}  // namespace relay::auth
