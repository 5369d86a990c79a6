// SPDX-License-Identifier: Apache-2.0
#include "access/api.hpp"

#include "access/api_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::access {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::StartsWith;

struct AccessApi : ApiFixture {
    // The code in the answer to a session call.
    static std::string code_in(const net::HttpResponse& response) {
        const std::size_t begin = response.body.find("?code=") + 6;
        return response.body.substr(begin, response.body.find('"', begin) - begin);
    }
};

TEST_F(AccessApi, a_session_call_gives_a_uri_whose_code_can_be_redeemed) {
    const net::HttpResponse response = send("POST", "/session/spin30-data", sign(session_claims()));
    ASSERT_EQ(response.status, 200);
    EXPECT_THAT(response.body,
                StartsWith(R"({"uri":"wss://relay.example/ed0/relay/session/spin30-data?code=)"));
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(response.fields["Cache-Control"], "no-store");
    const auto grant = admission.redeem(code_in(response));
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->topic, "spin30-data");
    EXPECT_TRUE(grant->can_read);
    EXPECT_TRUE(grant->can_write);
    EXPECT_EQ(grant->expires, now + 1h);
}

TEST_F(AccessApi, base_path_and_trailing_slash_make_no_difference) {
    const std::string token = sign(session_claims());
    for (const char* target :
         {"/session/spin30-data/", "/ed0/access/session/spin30-data", "/session/spin30-data?x=1"}) {
        EXPECT_EQ(send("POST", target, token).status, 200) << target;
    }
    EXPECT_EQ(send("POST", "/ed1/access/session/spin30-data", token).status, 404);
}

TEST_F(AccessApi, a_topic_with_a_slash_is_escaped_in_the_request_and_plain_in_the_uri) {
    auth::Claims claims = session_claims();
    claims.topic = "spin30/da ta?";
    const net::HttpResponse response = send("POST", "/session/spin30%2Fda%20ta%3F", sign(claims));
    EXPECT_THAT(
        response.body,
        StartsWith(R"({"uri":"wss://relay.example/ed0/relay/session/spin30/da%20ta%3F?code=)"));
}

TEST_F(AccessApi, without_a_relay_address_the_uri_follows_the_host_that_was_asked) {
    settings.relay_address = "";
    settings.relay_port = 8083;
    const net::Router router = make(admission);
    const struct {
        std::string host, begin;
    } rows[] = {
        {"lab.example", "ws://lab.example:8083/session/"},
        {"lab.example:8082", "ws://lab.example:8083/session/"},
        {"127.0.0.1:8082", "ws://127.0.0.1:8083/session/"},
        {"[::1]:8082", "ws://[::1]:8083/session/"},
        {"[::1]", "ws://[::1]:8083/session/"},
    };
    for (const auto& row : rows) {
        net::HttpRequest request;
        request.method = "POST";
        request.target = "/session/spin30-data";
        request.fields.add("Host", row.host);
        request.fields.add("Authorization", sign(session_claims()));
        EXPECT_THAT(router.respond(request).body, StartsWith(R"({"uri":")" + row.begin));
    }
}

TEST_F(AccessApi, the_stats_topic_is_joined_like_any_other) {
    auth::Claims claims = session_claims();
    claims.topic = "stats";
    claims.scopes = {"read"};
    const net::HttpResponse response = send("POST", "/session/stats", sign(claims));
    ASSERT_EQ(response.status, 200);
    EXPECT_FALSE(admission.redeem(code_in(response))->can_write);
}

TEST_F(AccessApi, a_booking_that_asked_for_a_session_is_in_the_allow_list) {
    EXPECT_EQ(send("GET", "/bids/allow", admin_token()).body, R"({"booking_ids":[]})");
    send("POST", "/session/spin30-data", sign(session_claims()));
    EXPECT_EQ(send("GET", "/bids/allow", admin_token()).body, R"({"booking_ids":["b1"]})");
}

TEST_F(AccessApi, denial_moves_a_booking_between_the_lists_and_closes_it) {
    const std::string code = code_in(send("POST", "/session/spin30-data", sign(session_claims())));
    const net::HttpResponse response =
        send("POST", "/bids/deny?bid=b1&exp=1795346350", admin_token());
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.body, "");
    EXPECT_THAT(closed, ElementsAre("b1"));
    EXPECT_EQ(send("GET", "/bids/deny", admin_token()).body, R"({"booking_ids":["b1"]})");
    EXPECT_EQ(send("GET", "/bids/allow", admin_token()).body, R"({"booking_ids":[]})");
    EXPECT_FALSE(admission.redeem(code));
}

// spec/session-relay.md §13, row 2
TEST_F(AccessApi, defect_2_deny_then_allow_then_join_works) {
    EXPECT_EQ(send("POST", "/bids/deny?bid=b1&exp=1795346350", admin_token()).status, 204);
    EXPECT_EQ(send("POST", "/bids/allow?bid=b1&exp=1795346350", admin_token()).status, 204);
    EXPECT_EQ(send("POST", "/session/spin30-data", sign(session_claims())).status, 200);
    EXPECT_EQ(send("GET", "/bids/deny", admin_token()).body, R"({"booking_ids":[]})");
}

TEST_F(AccessApi, allowing_a_booking_that_is_not_denied_is_no_error) {
    EXPECT_EQ(send("POST", "/bids/allow?bid=b9&exp=1795346350", admin_token()).status, 204);
    EXPECT_EQ(send("GET", "/bids/allow", admin_token()).body, R"({"booking_ids":["b9"]})");
}

TEST_F(AccessApi, booking_ids_of_any_text_come_back_as_json) {
    send("POST", "/bids/deny?bid=a%22%20%C3%A9&exp=1795346350", admin_token());
    send("POST", "/bids/deny?bid=%ff&exp=9223372036854775807", admin_token());
    EXPECT_EQ(send("GET", "/bids/deny", admin_token()).body,
              "{\"booking_ids\":[\"a\\\" \xc3\xa9\",\"\xef\xbf\xbd\"]}");
}

TEST_F(AccessApi, admin_calls_need_neither_topic_nor_booking) {
    EXPECT_EQ(send("GET", "/bids/deny", admin_token()).status, 200);
}

TEST_F(AccessApi, without_booking_id_a_token_passes_where_that_is_allowed) {
    Admission lenient([this] { return now; }, true, journal);
    const net::Router router = make(lenient);
    auth::Claims claims = session_claims();
    claims.booking_id.clear();
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/session/spin30-data";
    request.fields.add("authorization", sign(claims));
    EXPECT_EQ(router.respond(request).status, 200);
    EXPECT_TRUE(lenient.allowed().empty());
}

TEST_F(AccessApi, status_is_what_the_relay_reports) {
    const net::HttpResponse response = send("GET", "/status", sign(claims_of({"relay:stats"})));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"([{"topic":"stats"}])");
}

TEST_F(AccessApi, health_needs_no_token) {
    const net::HttpResponse response = send("GET", "/healthz");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"status":"ok"})");
}

TEST_F(AccessApi, browsers_of_any_origin_may_read_answers_and_errors) {
    for (const std::string& token : {sign(session_claims()), std::string("bad")}) {
        const net::HttpResponse response =
            send("POST", "/session/spin30-data", token, "https://page");
        EXPECT_EQ(response.fields["Access-Control-Allow-Origin"], "*");
    }
}

TEST_F(AccessApi, a_list_of_origins_limits_who_may_read) {
    settings.allowed_origins = {"https://page"};
    api = make(admission);
    const std::string token = sign(session_claims());
    EXPECT_EQ(send("POST", "/session/spin30-data", token, "https://page")
                  .fields["Access-Control-Allow-Origin"],
              "https://page");
    const net::HttpResponse other = send("POST", "/session/spin30-data", token, "https://other");
    EXPECT_FALSE(other.fields.find("Access-Control-Allow-Origin"));
    EXPECT_EQ(other.fields["Vary"], "Origin");
}

TEST_F(AccessApi, preflight_needs_no_token) {
    for (const char* target :
         {"/session/spin30-data", "/bids/deny", "/bids/allow", "/status", "/healthz"}) {
        const net::HttpResponse response = send("OPTIONS", target, "", "https://page");
        EXPECT_EQ(response.status, 204) << target;
        EXPECT_EQ(response.fields["Access-Control-Allow-Headers"], "Authorization, Content-Type");
    }
    EXPECT_EQ(send("OPTIONS", "/bids/deny").fields["Access-Control-Allow-Methods"], "GET, POST");
    EXPECT_EQ(send("OPTIONS", "/nothing").status, 404);
}

}  // namespace
}  // namespace relay::access
