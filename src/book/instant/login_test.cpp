// SPDX-License-Identifier: Apache-2.0
#include "book/api_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::book {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

struct LoginTest : testing::Test {
    json log_in(const std::string& token, std::string_view former = "") {
        return api.get("POST", "/login", token,
                       former.empty() ? "" : json{{"token", former}}.dump());
    }
    json sessions_of(const std::string& token) { return api.get("GET", "/login", token); }

    ApiForTest api;
};

// ---- POST /login (spec §3.3, §4.1)

TEST_F(LoginTest, gives_a_booking_token_and_tells_what_it_says) {
    const std::string pool = api.add_pool();
    api.add_group("physics", {pool});
    const json login = log_in(api.class_token({"physics"}));
    const std::int64_t now = 1'795'342'750;
    json expected = {{"aud", test_audience},
                     {"exp", now + 3600},
                     {"groups", json::array({"physics"})},
                     {"iat", now - 1},
                     {"nbf", now - 1},
                     {"pools", json::array({pool})},
                     {"scopes", json::array({"booking:user"})},
                     {"sub", login.value("sub", "")},
                     {"token", login.value("token", "")}};
    EXPECT_EQ(login, expected);
    EXPECT_EQ(login.value("sub", "").size(), 36u);
    const auto claims = auth::verify_token(login.value("token", ""),
                                           auth::KeyRing::make(test_secret).value(), api.now, 0s);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->subject, login.value("sub", ""));
    EXPECT_EQ(claims->pools, std::vector{pool});
}

TEST_F(LoginTest, pools_are_those_of_all_groups_once_each) {
    const std::string one = api.add_pool("one"), other = api.add_pool("other");
    api.add_group("a", {one, other});
    api.add_group("b", {other});
    api.add_group("b", {one});  // names may repeat
    EXPECT_THAT(log_in(api.class_token({"unknown", "b", "a"}))["pools"],
                UnorderedElementsAre(one, other));
    EXPECT_EQ(log_in(api.class_token({"unknown"}))["pools"], json::array());
}

TEST_F(LoginTest, the_former_token_keeps_the_user_but_neither_groups_nor_pools) {
    const std::string pool = api.add_pool();
    api.add_group("physics", {pool});
    const std::string former = log_in(api.class_token({"chemistry"}))["token"];
    const json login = log_in(api.class_token({"physics"}), former);
    EXPECT_EQ(login["sub"], log_in(api.class_token(), former)["sub"]);
    EXPECT_EQ(login["groups"], json::array({"physics"}));
    EXPECT_EQ(login["pools"], json::array({pool}));
    EXPECT_NE(login["sub"], log_in(api.class_token())["sub"]);
}

TEST_F(LoginTest, an_expired_former_token_keeps_its_user) {
    const json first = log_in(api.class_token());
    api.now += 2h;
    EXPECT_EQ(log_in(api.class_token(), first.value("token", ""))["sub"], first["sub"]);
}

TEST_F(LoginTest, a_former_token_that_is_no_good_is_no_error) {
    for (const std::string former : {"garbage", "a.b.c", ""}) {
        EXPECT_EQ(
            api.call("POST", "/login", api.class_token(), json{{"token", former}}.dump()).status,
            200);
    }
    EXPECT_EQ(api.call("POST", "/login", api.class_token(), "{}").status, 200);
    EXPECT_EQ(api.call("POST", "/login", api.class_token(), "null").status, 200);
}

TEST_F(LoginTest, a_body_of_another_type_is_400) {
    for (const std::string body : {R"({"token":5})", "[]", R"("text")"}) {
        const auto answer = api.call("POST", "/login", api.class_token(), body);
        EXPECT_EQ(answer.status, 400) << body;
        EXPECT_THAT(answer.body, HasSubstr("parsing expired body from"));
    }
}

TEST_F(LoginTest, needs_a_scope_for_it) {
    expect_refusal(api.call("POST", "/login", api.user("ann")), 401,
                   "Missing login:user or login:admin scope");
}

TEST_F(LoginTest, may_be_repeated_only_so_often_from_one_address) {
    ApiForTest limited(2, {.rate = 0.01, .burst = 2});
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(limited.call("POST", "/login", limited.class_token()).status, 200);
    EXPECT_EQ(limited.call("POST", "/login", limited.class_token()).status, 429);
    EXPECT_EQ(limited.call("GET", "/login", limited.user("ann")).status, 200);
}

// ---- GET /login

TEST_F(LoginTest, tells_of_a_user_without_sessions) {
    EXPECT_EQ(sessions_of(api.user("ann")),
              json::parse(R"({"max":2,"activities":[],"msg":"Open for bookings"})"));
}

TEST_F(LoginTest, tells_of_sessions_as_they_were_given) {
    const std::string pool = api.add_pool();
    api.add_activity(pool, api.activity("rig-data"));
    const std::string ann = api.user("ann", {pool});
    const auto given = api.request_session(pool, ann);
    ASSERT_EQ(given.status, 200) << given.body;
    EXPECT_EQ(sessions_of(ann)["activities"], json::array({json::parse(given.body)}));
    EXPECT_EQ(sessions_of(api.user("bob", {pool}))["activities"], json::array());
    api.now += 600s;
    EXPECT_EQ(sessions_of(api.user("ann"))["activities"], json::array());
}

TEST_F(LoginTest, tells_of_sessions_that_are_being_cancelled_without_their_tokens) {
    const std::string pool = api.add_pool();
    api.add_activity(pool, api.activity("rig-data"));
    const std::string ann = api.user("ann", {pool});
    const json session = json::parse(api.request_session(pool, ann).body);
    const std::string name = session.value("session", "");
    EXPECT_EQ(api.call("DELETE", "/sessions/" + name, ann).status, 202);
    const json told = sessions_of(ann);
    EXPECT_EQ(told["activities"], json::array());
    EXPECT_EQ(
        told["cancelling"],
        json::array(
            {{{"name", name}, {"pool", pool}, {"activity", "Rig"}, {"end", session["exp"]}}}));
    EXPECT_FALSE(sessions_of(api.user("bob", {pool})).contains("cancelling"));
    api.now += 600s;
    EXPECT_FALSE(sessions_of(api.user("ann")).contains("cancelling"));
}

TEST_F(LoginTest, tells_of_the_lock_and_the_message) {
    api.get("POST", "/admin/status?lock=true&msg=Closed", api.admin());
    EXPECT_EQ(sessions_of(api.user("ann")),
              json::parse(R"({"max":2,"activities":[],"locked":true,"msg":"Closed"})"));
}

TEST_F(LoginTest, tells_how_many_sessions_are_permitted_by_token_group_or_server) {
    ApiForTest server(7);
    const auto most = [&](const std::string& token) {
        return server.get("GET", "/login", token).value("max", -1);
    };
    auth::Claims claims = server.claims({"booking:user"}, {"everyone", "some", "many"});
    claims.subject = "ann";
    EXPECT_EQ(most(server.sign(claims)), 7);
    server.add_group("everyone");
    EXPECT_EQ(most(server.sign(claims)), 7);
    server.add_group("some", {}, R"(,"max_sessions":3)");
    server.add_group("many", {}, R"(,"max_sessions":4)");
    EXPECT_EQ(most(server.sign(claims)), 4);
    claims.max_sessions = 1;
    EXPECT_EQ(most(server.sign(claims)), 1);
}

TEST_F(LoginTest, needs_a_user) {
    expect_refusal(api.call("GET", "/login", api.user("")), 401, "no subject in token (userID)");
    expect_refusal(api.call("GET", "/login", api.admin()), 401, "Missing booking:user Scope");
}

}  // namespace
}  // namespace relay::book
