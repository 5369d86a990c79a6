// SPDX-License-Identifier: Apache-2.0
#include "book/http/api_fixture_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::book {
namespace {

using namespace std::chrono_literals;
using namespace test;
using auth::test_key;
using auth::test_now;
using net::HttpResponse;
using testing::ElementsAre;
using testing::HasSubstr;

// ---- who may call

TEST_F(ApiTest, a_request_without_a_token_is_told_so_in_these_bytes) {
    add(echo(Body::none, Access::user));
    const HttpResponse answer = call("POST", "/echo", "");
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.body, R"({"code":401,"message":"unauthenticated for invalid credentials"})");
    EXPECT_EQ(answer.fields["WWW-Authenticate"], "Bearer");
}

TEST_F(ApiTest, a_bad_token_is_401_and_not_500) {
    add(echo(Body::none, Access::user));
    const std::string good = token({"booking:user"});
    std::string changed = good;
    char& of_signature = changed[changed.size() - 10];
    of_signature = of_signature == 'A' ? 'B' : 'A';
    auth::Claims foreign;
    foreign.audience = {"https://other.example"};
    foreign.expires = test_now + 1h;
    const std::string of_others = auth::sign_token(foreign, test_key).value().reveal();
    const struct {
        std::string token, message;
    } rows[] = {
        {"garbage", "token invalid: not three segments"},
        {"a.b", "token invalid: not three segments"},
        {good + ".x", "token invalid: not three segments"},
        {good.substr(0, good.size() - 1), "token invalid: signature is not base64url"},
        {changed, "token invalid: signature does not match"},
        {std::string(17 * 1024, 'x'), "token invalid: longer than 16 KiB"},
        {of_others, "aud [https://other.example] does not match this host " + audience},
    };
    for (const auto& row : rows) {
        const HttpResponse answer = call("POST", "/echo", row.token);
        EXPECT_EQ(answer.status, 401) << row.message;
        EXPECT_THAT(answer.body, HasSubstr(R"({"code":401,"message":")")) << row.message;
        if (!row.message.contains("base64url")) EXPECT_THAT(answer.body, HasSubstr(row.message));
    }
}

TEST_F(ApiTest, claims_and_scopes_are_asked_for_in_the_words_of_the_reference) {
    const struct {
        Access access;
        std::string token;
        std::string_view message;
    } rows[] = {
        {Access::user, token({"booking:user"}, {}), "Token Missing Required Claims"},
        {Access::admin, token({}), "Token Missing Required Claims"},
        {Access::user, token({"booking:admin"}), "Missing booking:user Scope"},
        {Access::admin, token({"booking:user"}), "Missing booking:admin Scope"},
        {Access::admin_or_user, token({"login:user"}),
         "Missing booking:admin or booking:user Scope"},
        {Access::login, token({"booking:user"}), "Missing login:user or login:admin scope"},
    };
    int number = 0;
    for (const auto& row : rows) {
        Endpoint endpoint = echo(Body::none, row.access);
        endpoint.pattern = fmt::format("/{}", number++);
        add(std::move(endpoint));
    }
    number = 0;
    for (const auto& row : rows) {
        const HttpResponse answer = call("POST", fmt::format("/{}", number++), row.token);
        EXPECT_EQ(answer.status, 401) << row.message;
        EXPECT_EQ(answer.body, fmt::format("\"{}\"\n", row.message));
    }
}

TEST_F(ApiTest, who_has_the_scope_gets_in) {
    const std::pair<Access, std::string> rows[] = {
        {Access::user, "booking:user"},          {Access::admin, "booking:admin"},
        {Access::admin_or_user, "booking:user"}, {Access::admin_or_user, "booking:admin"},
        {Access::login, "login:user"},           {Access::login, "login:admin"}};
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        Endpoint endpoint = echo(Body::none, rows[i].first);
        endpoint.pattern = fmt::format("/{}", i);
        add(std::move(endpoint));
    }
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        EXPECT_EQ(call("POST", fmt::format("/{}", i), token({rows[i].second})).status, 200) << i;
        EXPECT_EQ(call("POST", fmt::format("/{}", i), "Bearer " + token({rows[i].second})).status,
                  200);
    }
}

TEST_F(ApiTest, where_anybody_may_call_nobody_looks_at_the_token) {
    add(echo(Body::none));
    EXPECT_EQ(call("POST", "/echo", "undefined").status, 200);
}

// ---- bodies

TEST_F(ApiTest, a_body_is_parsed_whatever_its_type_says_of_characters) {
    add(echo(Body::json));
    for (const std::string type : {"application/json", "Application/JSON; charset=utf-8", ""}) {
        net::HttpFields fields;
        if (!type.empty()) fields.set("Content-Type", type);
        EXPECT_EQ(call("POST", "/echo", "", R"({"a":1})", fields).body,
                  "{\"body\":{\"a\":1},\"text\":\"{\\\"a\\\":1}\"}\n");
    }
}

TEST_F(ApiTest, another_type_is_415) {
    add(echo(Body::json));
    net::HttpFields fields;
    fields.set("Content-Type", "text/plain; charset=utf-8");
    expect_error(call("POST", "/echo", "", "{}", fields), 415, 415,
                 "unsupported media type \"text/plain\", only [application/json] are allowed");
}

TEST_F(ApiTest, what_is_no_json_is_400) {
    add(echo(Body::optional_json));
    const std::pair<std::string, std::string_view> rows[] = {
        {"{", "it is not JSON at byte 2"},
        {"{} x", "it is not JSON at byte 4"},
        {std::string("{}\0", 3), "it holds a zero byte"},
        {"\"\xff\"", "it is not JSON at byte 2"},
        {"1e999", "it holds a number that is out of range"},
        {std::string(100, '[') + std::string(100, ']'), "it is nested too deeply"},
        {std::string(100'000, '['), "it is not JSON at byte 100001"},
    };
    for (const auto& [body, reason] : rows) {
        expect_error(call("POST", "/echo", "", body), 400, 400,
                     fmt::format("parsing thing body from \"\" failed, because {}", reason));
    }
}

TEST_F(ApiTest, a_missing_body_is_422_unless_it_is_optional) {
    add(echo(Body::json));
    Endpoint optional = echo(Body::optional_json);
    optional.pattern = "/optional";
    add(std::move(optional));
    for (const std::string body : {"", "null"}) {
        expect_error(call("POST", "/echo", "", body), 422, 602, "thing in body is required");
        EXPECT_EQ(call("POST", "/optional", "", body).status, 200);
    }
}

TEST_F(ApiTest, a_body_that_is_too_long_is_413) {
    Endpoint endpoint = echo(Body::text);
    endpoint.body_limit = 10;
    add(std::move(endpoint));
    EXPECT_EQ(call("POST", "/echo", "", "0123456789").status, 200);
    const HttpResponse answer = call("POST", "/echo", "", "0123456789x");
    EXPECT_EQ(answer.status, 413);
    EXPECT_THAT(answer.body, HasSubstr(R"("code":413)"));
}

TEST_F(ApiTest, text_is_taken_as_it_is) {
    add(echo(Body::text));
    net::HttpFields fields;
    fields.set("Content-Type", "application/yaml");
    EXPECT_EQ(call("POST", "/echo", "", "a: {", fields).body,
              "{\"body\":null,\"text\":\"a: {\"}\n");
}

TEST_F(ApiTest, the_token_is_looked_at_before_the_body) {
    add(echo(Body::json, Access::admin));
    EXPECT_EQ(call("POST", "/echo", "", "{").status, 401);
    EXPECT_EQ(call("POST", "/echo", token({"booking:user"}), "{").status, 401);
    EXPECT_EQ(call("POST", "/echo", token(), "{").status, 400);
}

// ---- around

TEST_F(ApiTest, requests_of_one_address_may_be_limited) {
    Endpoint endpoint = echo(Body::none);
    endpoint.budget = Budget::login;
    add(std::move(endpoint));
    EXPECT_EQ(call("POST", "/echo", "").status, 200);
    const HttpResponse answer = call("POST", "/echo", "");
    expect_error(answer, 429, 429, "too many requests from this address");
    EXPECT_THAT(answer.fields["Retry-After"], testing::AnyOf("9", "10"));
}

TEST_F(ApiTest, looking_after_the_server_takes_no_log_ins_away) {
    Endpoint watched = echo(Body::none), login = echo(Body::none);
    watched.pattern = "/watched";
    watched.budget = Budget::service;
    login.budget = Budget::login;
    add(std::move(watched));
    add(std::move(login));
    EXPECT_EQ(call("POST", "/watched", "").status, 200);
    EXPECT_EQ(call("POST", "/watched", "").status, 200);
    EXPECT_EQ(call("POST", "/watched", "").status, 429);
    EXPECT_EQ(call("POST", "/echo", "").status, 200);
}

TEST_F(ApiTest, pages_of_listed_origins_may_read_answers_and_errors) {
    add(echo(Body::none, Access::user));
    for (const std::string origin : {"https://page.example", "https://other.example"}) {
        net::HttpFields fields;
        fields.set("Origin", origin);
        const bool listed = origin == "https://page.example";
        for (const std::string& path : {"/echo", "/nothing"}) {
            EXPECT_EQ(call("POST", path, "", "", fields).fields["Access-Control-Allow-Origin"],
                      listed ? origin : "");
        }
        const HttpResponse preflight = call("OPTIONS", "/echo", "", "", fields);
        EXPECT_EQ(preflight.status, 204);
        EXPECT_EQ(preflight.fields["Access-Control-Allow-Headers"],
                  listed ? "Authorization, Content-Type, Idempotency-Key" : "");
        EXPECT_EQ(preflight.fields["Access-Control-Allow-Methods"], listed ? "POST" : "");
    }
    EXPECT_EQ(call("OPTIONS", "/nothing", "").status, 404);
}

TEST_F(ApiTest, every_answer_is_observed) {
    add(echo(Body::none, Access::user));
    call("POST", "/echo", "");
    call("POST", "/echo", token({"booking:user"}));
    call("GET", "/echo", "");
    call("GET", "/nothing", "");
    EXPECT_THAT(observed, ElementsAre("POST /echo 401", "POST /echo 200", "  405", "  404"));
}

}  // namespace
}  // namespace relay::book
