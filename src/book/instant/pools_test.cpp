// SPDX-License-Identifier: Apache-2.0
#include "book/api_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::book {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

struct PoolsTest : testing::Test {
    net::HttpResponse post(const std::string& body) {
        return api.call("POST", "/pools", api.admin(), body);
    }
    json status(const std::string& pool, std::string_view query = "") {
        return api.get("GET", fmt::format("/pools/{}/status{}", pool, query), api.admin());
    }
    // Whether a session of that length in seconds is refused as too short or too long.
    std::string judgement(const std::string& pool, std::string_view duration) {
        const auto answer = api.request_session(pool, api.user("ann", {pool}), duration);
        return answer.status == 401 ? json::parse(answer.body).get<std::string>() : "";
    }

    ApiForTest api;
};

TEST_F(PoolsTest, are_found_by_the_beginning_of_their_name_or_exactly) {
    const std::string one = api.add_pool("Laser"), other = api.add_pool("Laser-2");
    const auto find = [&](std::string_view query) {
        return api.get("GET", fmt::format("/pools{}", query), api.admin());
    };
    EXPECT_THAT(find(""), UnorderedElementsAre(one, other));
    EXPECT_THAT(find("?name="), UnorderedElementsAre(one, other));
    EXPECT_THAT(find("?name=Las"), UnorderedElementsAre(one, other));
    EXPECT_EQ(find("?name=Laser&exact=true"), json::array({one}));
    EXPECT_EQ(find("?name=Laser-2&exact=false"), json::array({other}));
}

TEST_F(PoolsTest, of_an_unknown_name_are_404_with_null) {
    api.add_pool("Laser");
    for (const std::string query : {"name=laser", "name=aser", "name=Lase&exact=true"}) {
        const auto answer = api.call("GET", "/pools?" + query, api.admin());
        EXPECT_EQ(answer.status, 404) << query;
        EXPECT_EQ(answer.body, "null\n");
    }
    EXPECT_EQ(ApiForTest().get("GET", "/pools", api.admin()), json::array());
}

TEST_F(PoolsTest, need_a_name_and_get_their_id) {
    expect_refusal(post(R"({"description":{"name":"","type":"t"}})"), 404, "Pool Missing Name");
    expect_refusal(post(R"({"description":{"id":"x","name":"n","type":"t"}})"), 404,
                   "Do Not Specify ID - Will Be Assigned");
    expect_framework_error(post("{}"), 422, 602, "description in body is required");
    expect_framework_error(post(R"({"description":{"type":"t"}})"), 422, 602,
                           "description.name in body is required");
    EXPECT_EQ(post(R"({"description":{"name":"n","type":""}})").status, 200);
}

TEST_F(PoolsTest, have_durations_from_one_minute_to_two_hours_unless_they_say_else) {
    constexpr auto too_short = "Requested duration too short";
    constexpr auto too_long = "Requested duration too long";
    const struct {
        const char* limits;
        int least, most;
    } rows[] = {
        {"", 60, 7200},
        {R"(,"min_session":0,"max_session":0)", 60, 7200},
        {R"(,"min_session":120,"max_session":120)", 120, 120},
        {R"(,"max_session":300)", 60, 300},
        {R"(,"max_session":30)", 30, 30},
        {R"(,"min_session":120)", 120, 7200},
        {R"(,"min_session":9000)", 9000, 9000},
        {R"(,"min_session":1.0,"max_session":2.5)", 1, 2},
    };
    for (const auto& row : rows) {
        const std::string pool = api.add_pool("pool", row.limits);
        EXPECT_EQ(judgement(pool, std::to_string(row.least - 1)), too_short) << row.limits;
        EXPECT_EQ(judgement(pool, std::to_string(row.least)), "") << row.limits;
        EXPECT_EQ(judgement(pool, std::to_string(row.most)), "") << row.limits;
        EXPECT_EQ(judgement(pool, std::to_string(row.most + 1)), too_long) << row.limits;
    }
}

TEST_F(PoolsTest, with_durations_that_make_no_sense_are_refused) {
    const auto body = [](std::string_view limits) {
        return fmt::format(R"({{"description":{{"name":"n","type":"t"}},{}}})", limits);
    };
    expect_framework_error(post(body(R"("min_session":100,"max_session":99)")), 422, 422,
                           "min_session in body is longer than max_session");
    for (const auto* limits : {R"("min_session":-1)", R"("max_session":1e12)",
                               R"("max_session":"60")", R"("min_session":[])"}) {
        const auto answer = post(body(limits));
        EXPECT_EQ(answer.status, 400) << limits;
        EXPECT_THAT(answer.body, HasSubstr("parsing pool body from"));
    }
}

TEST_F(PoolsTest, are_described_to_administrators_and_to_those_who_may_use_them) {
    const std::string body =
        R"({"description":{"name":"n","type":"t","short":"s","long":"l","further":"f",)"
        R"("thumb":"th","image":"i"}})";
    const std::string pool = api.get("POST", "/pools", api.admin(), body)["id"];
    json expected = json::parse(body)["description"];
    expected["id"] = pool;
    EXPECT_EQ(api.get("GET", "/pools/" + pool, api.admin()), expected);
    EXPECT_EQ(api.get("GET", "/pools/" + pool, api.user("ann", {pool})), expected);
}

TEST_F(PoolsTest, of_others_and_unknown_ones_are_401) {
    const std::string pool = api.add_pool();
    for (const std::string path : {"", "/status"}) {
        expect_refusal(api.call("GET", "/pools/" + pool + path, api.user("ann", {"x"})), 401,
                       "Pool Not In Authorized Groups");
        expect_refusal(api.call("GET", "/pools/unknown" + path, api.admin()), 401,
                       "Pool Does Not Exist");
        expect_refusal(api.call("GET", "/pools/unknown" + path, api.user("ann", {"unknown"})), 401,
                       "Pool Does Not Exist");
    }
}

TEST_F(PoolsTest, are_deleted_with_404_and_their_sessions_live_on) {
    const std::string pool = api.add_pool();
    api.add_activity(pool, api.activity());
    const std::string ann = api.user("ann", {pool});
    EXPECT_EQ(api.request_session(pool, ann).status, 200);
    for (int i = 0; i < 2; ++i) {
        const auto answer = api.call("DELETE", "/pools/" + pool, api.admin());
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(answer.body, "null\n");
    }
    EXPECT_EQ(api.get("GET", "/login", ann)["activities"].size(), 1u);
    expect_refusal(api.request_session(pool, ann), 404, "Pool Does Not Exist");
}

TEST_F(PoolsTest, tell_what_they_can_give) {
    const std::string pool = api.add_pool();
    EXPECT_EQ(status(pool), json::parse(R"({"available":0})"));
    api.add_activity(pool, api.activity());
    api.add_activity(pool, api.activity());
    EXPECT_EQ(status(pool), json::parse(R"({"available":2,"later":true})"));
    const std::string ann = api.user("ann", {pool});
    api.request_session(pool, ann, "600");
    EXPECT_EQ(status(pool), json::parse(R"({"available":1,"used":1,"later":true})"));
    api.request_session(pool, ann, "900");
    EXPECT_EQ(status(pool), json::parse(R"({"available":0,"used":2,"later":true,"wait":600})"));
    api.now += 590500ms;
    EXPECT_EQ(status(pool)["wait"], 10) << "in whole seconds, rounded up";
    api.now += 10s;
    EXPECT_EQ(status(pool), json::parse(R"({"available":1,"used":1,"later":true})"));
}

TEST_F(PoolsTest, tell_for_300_seconds_unless_asked_for_another_duration) {
    const std::string pool = api.add_pool();
    json activity = api.activity();
    activity["exp"] = 1'795'342'750 + 300;
    api.add_activity(pool, activity);
    EXPECT_EQ(status(pool)["available"], 1);
    EXPECT_EQ(status(pool, "?duration=300")["available"], 1);
    for (const auto* query : {"?duration=301", "?duration=-1", "?duration=9223372036854775807"})
        EXPECT_EQ(status(pool, query), json::parse(R"({"available":0})")) << query;
    expect_framework_error(api.call("GET", "/pools/" + pool + "/status?duration=x", api.admin()),
                           422, 601, "duration in query must be of type int64: \"x\"");
}

TEST_F(PoolsTest, are_changed_by_administrators_only) {
    const std::pair<std::string, std::string> rows[] = {
        {"GET", "/pools"}, {"POST", "/pools"}, {"DELETE", "/pools/p"}};
    for (const auto& [method, path] : rows)
        expect_refusal(api.call(method, path, api.user("ann", {"p"}), "{}"), 401,
                       "Missing booking:admin Scope");
}

}  // namespace
}  // namespace relay::book
