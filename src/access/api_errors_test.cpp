// SPDX-License-Identifier: Apache-2.0
#include "access/api_for_test.hpp"

#include <gmock/gmock.h>

// The rows of the failure table of spec/session-relay.md §3, in its order. The shape is always
// {"code":"401","message":"..."} and faults of tokens are 401; the messages are the reference's.
namespace relay::access {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct AccessErrors : ApiFixture {
    // Refused as an invalid token, without repeating any part of it.
    void expect_invalid(const std::string& token, const std::string& reason) {
        expect_error(send("POST", "/session/spin30-data", token), 401, "token invalid: " + reason);
    }
};

TEST_F(AccessErrors, row_no_authorization_is_401) {
    const net::HttpResponse response = send("POST", "/session/spin30-data");
    expect_error(response, 401, "unauthenticated for invalid credentials");
    EXPECT_EQ(response.body,
              R"({"code":"401","message":"unauthenticated for invalid credentials"})");
    EXPECT_EQ(response.fields["WWW-Authenticate"], "Bearer");
    for (const char* target : {"/bids/deny", "/bids/allow", "/status"}) {
        expect_error(send("GET", target), 401, "unauthenticated for invalid credentials");
    }
    expect_error(send("POST", "/bids/deny?bid=b1&exp=9999999999"), 401,
                 "unauthenticated for invalid credentials");
}

TEST_F(AccessErrors, row_bad_signature_is_401_not_500) {
    const std::string token =
        auth::sign_token(session_claims(), Secret(std::string(32, 'x'))).value().reveal();
    expect_invalid(token, "signature does not match");
}

TEST_F(AccessErrors, row_expired_is_401_not_500) {
    auth::Claims claims = session_claims();
    claims.expires = now;
    expect_invalid(sign(claims), "expired");
}

TEST_F(AccessErrors, row_nbf_in_future_is_401_not_500) {
    auth::Claims claims = session_claims();
    claims.not_before = now + 1s;
    expect_invalid(sign(claims), "not valid yet (nbf)");
}

TEST_F(AccessErrors, row_iat_in_future_is_401_not_500) {
    auth::Claims claims = session_claims();
    claims.issued_at = now + 1s;
    expect_invalid(sign(claims), "issued in the future (iat)");
}

TEST_F(AccessErrors, row_bearer_prefix_is_accepted_here) {
    EXPECT_EQ(send("POST", "/session/spin30-data", "Bearer " + sign(session_claims())).status, 200);
}

TEST_F(AccessErrors, row_not_base64_is_401_not_500) {
    expect_invalid("!.!.!", "header is not base64url");
}

TEST_F(AccessErrors, row_not_three_segments_is_401_not_a_dropped_connection) {
    expect_invalid("abc", "not three segments");
}

TEST_F(AccessErrors, row_wrong_audience_is_401_not_500) {
    const auto with_audience = [&](std::vector<std::string> list) {
        return join([&](auth::Claims& claims) { claims.audience = std::move(list); });
    };
    expect_error(with_audience({"https://other.example"}), 401,
                 "aud [https://other.example] does not match this host " + audience);
    expect_error(with_audience({audience + "/"}), 401,
                 "aud [" + audience + "/] does not match this host " + audience);
    expect_error(with_audience({"a", "b"}), 401, "aud [a b] does not match this host " + audience);
    EXPECT_EQ(with_audience({"a", audience}).status, 200);
}

TEST_F(AccessErrors, row_valid_token_without_exp_is_401_not_a_dropped_connection) {
    // {"aud":"a","topic":"t"}, signed with the secret of this test by another implementation
    expect_invalid(
        "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJhIiwidG9waWMiOiJ0In0."
        "FcACZlnm6TyDJeWNgHMXTte1_0v88DuiGOSGM1yxTTs",
        "exp is missing");
}

TEST_F(AccessErrors, row_valid_token_without_iat_and_nbf_is_accepted) {
    const net::HttpResponse response = join([](auth::Claims& claims) {
        claims.issued_at.reset();
        claims.not_before.reset();
    });
    EXPECT_EQ(response.status, 200);
}

TEST_F(AccessErrors, row_topic_that_differs_from_the_path_is_401) {
    for (const char* target : {"/session/other", "/session/spin30-dat", "/session/Spin30-data",
                               "/session/spin30-data%00"}) {
        expect_error(send("POST", target, sign(session_claims())), 401, "Token Wrong Topic");
    }
}

TEST_F(AccessErrors, row_claim_missing_is_401) {
    const std::function<void(auth::Claims&)> removals[] = {
        [](auth::Claims& claims) { claims.topic.clear(); },
        [](auth::Claims& claims) { claims.scopes.clear(); },
        [](auth::Claims& claims) { claims.prefix.clear(); },
        [](auth::Claims& claims) { claims.audience.clear(); },
    };
    for (const auto& remove : removals) {
        expect_error(join(remove), 401, "Token Missing Required Claims");
    }
}

TEST_F(AccessErrors, row_empty_booking_id_is_400) {
    const auto without = [](auth::Claims& claims) { claims.booking_id.clear(); };
    expect_error(join(without), 400, "empty bookingID field is not permitted");
}

TEST_F(AccessErrors, row_denied_booking_is_400) {
    ASSERT_TRUE(admission.deny("b1", now + 1h));
    expect_error(join([](auth::Claims&) {}), 400,
                 "bookingID has been deny-listed, probably because the session was cancelled");
}

TEST_F(AccessErrors, row_deny_without_admin_scope_is_401) {
    expect_error(send("POST", "/bids/deny?bid=b1&exp=1795346350", sign(claims_of({"relay:stats"}))),
                 401, "is token missing relay:admin scope? Missing relay:admin Scope");
    EXPECT_FALSE(admission.is_denied("b1"));
}

TEST_F(AccessErrors, row_allow_and_both_lists_without_admin_scope_are_401) {
    ASSERT_TRUE(admission.deny("b1", now + 1h));
    const std::string token = sign(claims_of({"read", "relay:adminx"}));
    const std::string message = "token missing relay:admin scope";
    expect_error(send("POST", "/bids/allow?bid=b1&exp=1795346350", token), 401, message);
    expect_error(send("GET", "/bids/allow", token), 401, message);
    expect_error(send("GET", "/bids/deny", token), 401, message);
    EXPECT_TRUE(admission.is_denied("b1"));
}

TEST_F(AccessErrors, row_status_without_stats_scope_is_401) {
    expect_error(send("GET", "/status", admin_token()), 401, "token missing relay:stats scope");
}

TEST_F(AccessErrors, row_query_absent_or_empty_is_422) {
    for (const std::string path : {"/bids/deny", "/bids/allow"}) {
        for (const char* query : {"", "?", "?exp=1795346350", "?bid=&exp=1795346350", "?bid",
                                  "?BID=b1&exp=1795346350", "?bid=%zz&exp=1795346350"}) {
            expect_error(send("POST", path + query, admin_token()), 422,
                         "bid in query is required");
        }
        for (const char* query : {"?bid=b1", "?bid=b1&exp=", "?bid=b1&exp"}) {
            expect_error(send("POST", path + query, admin_token()), 422,
                         "exp in query is required");
        }
    }
}

TEST_F(AccessErrors, row_exp_that_is_no_integer_is_422) {
    for (const std::string exp :
         {"abc", "1.5", "1e9", "12x", "0x10", "99999999999999999999", "--1"}) {
        expect_error(send("POST", "/bids/deny?bid=b1&exp=" + exp, admin_token()), 422,
                     "exp in query must be of type int64: \"" + exp + "\"");
        expect_error(send("POST", "/bids/allow?bid=b1&exp=" + exp, admin_token()), 422,
                     "exp in query must be of type int64: \"" + exp + "\"");
    }
    // Whatever is repeated stays valid JSON, and short.
    expect_error(
        send("POST", "/bids/deny?bid=b1&exp=%ff%0a" + std::string(100, 'x'), admin_token()), 422,
        "exp in query must be of type int64: \"??" + std::string(30, 'x') + "\"");
}

TEST_F(AccessErrors, row_past_exp_at_deny_is_400) {
    expect_error(send("POST", "/bids/deny?bid=b1&exp=1", admin_token()), 400,
                 "booking expiry time (exp) of [1] missing or in the past");
    EXPECT_EQ(send("POST", "/bids/deny?bid=b1&exp=1795342749", admin_token()).status, 400);
    EXPECT_EQ(send("POST", "/bids/deny?bid=b1&exp=-9223372036854775808", admin_token()).status,
              400);
    EXPECT_EQ(send("POST", "/bids/deny?bid=b1&exp=1795342750", admin_token()).status, 204);
}

TEST_F(AccessErrors, row_past_exp_at_allow_is_400) {
    expect_error(send("POST", "/bids/allow?bid=b1&exp=1", admin_token()), 400,
                 "exp (booking expiry time) missing or in the past");
}

TEST_F(AccessErrors, row_wrong_method_is_405_and_names_the_right_one) {
    const net::HttpResponse response = send("GET", "/session/spin30-data", sign(session_claims()));
    EXPECT_EQ(response.status, 405);
    EXPECT_THAT(response.body, StartsWith(R"({"code":"405","message":"method GET is not allowed)"));
    EXPECT_THAT(std::string(response.fields["Allow"]), HasSubstr("POST"));
    EXPECT_EQ(send("POST", "/status", admin_token()).status, 405);
    EXPECT_EQ(send("DELETE", "/bids/deny", admin_token()).status, 405);
}

TEST_F(AccessErrors, row_unknown_path_is_404) {
    expect_error(send("GET", "/nothing"), 404, "path /nothing was not found");
    EXPECT_EQ(send("POST", "/session/a/b", sign(session_claims())).status, 404);
    EXPECT_EQ(send("POST", "/session", sign(session_claims())).status, 404);
    EXPECT_EQ(send("POST", "/session/", sign(session_claims())).status, 404);
}

// Beyond the table: the reference gives codes that cannot work.
TEST_F(AccessErrors, a_token_without_read_and_write_is_401) {
    const auto banana = [](auth::Claims& claims) { claims.scopes = {"banana", "Read"}; };
    expect_error(join(banana), 401, "token has neither read nor write scope");
}

TEST_F(AccessErrors, a_token_of_another_prefix_is_401) {
    const auto shell = [](auth::Claims& claims) { claims.prefix = "shell"; };
    expect_error(join(shell), 401, "token is not for a session: its prefix is not 'session'");
}

TEST_F(AccessErrors, no_answer_repeats_the_token) {
    const std::string token = sign(session_claims()) + "x";
    EXPECT_THAT(send("POST", "/session/spin30-data", token).body,
                Not(HasSubstr(token.substr(0, 20))));
}

}  // namespace
}  // namespace relay::access
