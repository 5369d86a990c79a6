// SPDX-License-Identifier: Apache-2.0
#include "book/api_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::book {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

struct GroupsTest : testing::Test {
    json pools_of(const std::string& group) {
        return api.get("GET", "/groups/" + group + "/pools", api.admin());
    }
    std::string user_of(std::string group) {
        auth::Claims claims = api.claims({"booking:user"}, {std::move(group)});
        claims.subject = "ann";
        return api.sign(claims);
    }

    ApiForTest api;
};

TEST_F(GroupsTest, are_found_by_name) {
    const std::string one = api.add_group("physics"), other = api.add_group("physics");
    api.add_group("chemistry");
    EXPECT_THAT(api.get("GET", "/groups?name=physics", api.admin()),
                UnorderedElementsAre(one, other));
    EXPECT_THAT(api.get("GET", "/groups?name=physics", user_of("physics")),
                UnorderedElementsAre(one, other));
}

TEST_F(GroupsTest, of_others_are_not_shown_to_users) {
    const std::string id = api.add_group("physics");
    expect_refusal(api.call("GET", "/groups?name=physics", user_of("x")), 401,
                   "Missing Group in Groups Claim");
    for (const std::string& path : {"/groups/" + id, "/groups/" + id + "/pools"})
        expect_refusal(api.call("GET", path, user_of("x")), 401,
                       "Missing Group Name in Groups Claim");
}

TEST_F(GroupsTest, that_are_not_there_are_500_by_name_and_id_and_404_by_their_pools) {
    expect_refusal(api.call("GET", "/groups?name=physics", api.admin()), 500, "not found");
    expect_refusal(api.call("GET", "/groups/unknown", api.admin()), 500, "not found");
    expect_refusal(api.call("GET", "/groups/unknown/pools", api.admin()), 404, "not found");
    for (const std::string method : {"POST", "PUT", "DELETE"}) {
        const auto answer = api.call(method, "/groups/unknown/pools", api.admin(), "[]");
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(answer.body, "");
    }
}

TEST_F(GroupsTest, need_a_name_to_be_found) {
    expect_framework_error(api.call("GET", "/groups", api.admin()), 422, 602,
                           "name in query is required");
}

TEST_F(GroupsTest, are_described_with_their_id) {
    const std::string id = api.add_group("physics", {}, R"(,"max_sessions":3)");
    EXPECT_EQ(api.get("GET", "/groups/" + id, user_of("physics")),
              (json{{"id", id}, {"name", "physics"}, {"type", "t"}, {"max_sessions", 3}}));
}

TEST_F(GroupsTest, get_an_id_of_their_own) {
    const std::string id =
        api.get("POST", "/groups", api.admin(),
                R"({"description":{"id":"chosen","name":"g","type":"t"}})")["id"];
    EXPECT_EQ(id.size(), 36u);
}

TEST_F(GroupsTest, of_unknown_pools_are_refused) {
    const std::string pool = api.add_pool();
    expect_refusal(api.call("POST", "/groups", api.admin(),
                            json{{"description", {{"name", "g"}, {"type", "t"}}},
                                 {"pools", json::array({pool, "p9"})}}
                                .dump()),
                   500, "p9 not found");
    expect_refusal(api.call("GET", "/groups?name=g", api.admin()), 500, "not found");
}

TEST_F(GroupsTest, need_a_description_with_name_and_type) {
    const std::pair<std::string, std::string_view> rows[] = {
        {"{}", "description in body is required"},
        {R"({"description":{}})", "description.name in body is required"},
        {R"({"description":{"name":"n"}})", "description.type in body is required"}};
    for (const auto& [body, message] : rows)
        expect_framework_error(api.call("POST", "/groups", api.admin(), body), 422, 602, message);
    for (const std::string more : {R"("pools":[1])", R"("max_sessions":-1)",
                                   R"("max_sessions":1e10)", R"("max_sessions":"2")"}) {
        const auto answer = api.call("POST", "/groups", api.admin(),
                                     R"({"description":{"name":"n","type":"t"},)" + more + "}");
        EXPECT_EQ(answer.status, 400) << more;
        EXPECT_THAT(answer.body, HasSubstr("parsing group body from"));
    }
}

TEST_F(GroupsTest, are_deleted_with_404_and_their_pools_stay) {
    const std::string pool = api.add_pool(), id = api.add_group("physics", {pool});
    for (int i = 0; i < 2; ++i) {
        const auto answer = api.call("DELETE", "/groups/" + id, api.admin());
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(answer.body, "");
    }
    EXPECT_EQ(api.call("GET", "/groups/" + id, api.admin()).status, 500);
    EXPECT_EQ(api.get("GET", "/pools/" + pool, api.admin())["id"], pool);
}

TEST_F(GroupsTest, pools_are_added_once_each_replaced_and_removed) {
    const std::string a = api.add_pool("a"), b = api.add_pool("b"), c = api.add_pool("c");
    const std::string path = "/groups/" + api.add_group("physics", {a}) + "/pools";
    const auto change = [&](std::string method, const json& pools) {
        return api.get(std::move(method), path, api.admin(), pools.dump());
    };
    EXPECT_EQ(change("POST", {b, a, b}), json::array({a, b}));
    EXPECT_EQ(change("PUT", {c, b, c}), json::array({c, b}));
    EXPECT_EQ(change("DELETE", {b, "unknown"}), json::array({c}));
    EXPECT_EQ(change("PUT", json::array()), json::array());
    EXPECT_EQ(api.get("GET", path, api.admin()), json::array());
}

TEST_F(GroupsTest, with_an_unknown_pool_nothing_changes) {
    const std::string a = api.add_pool("a"), b = api.add_pool("b");
    const std::string group = api.add_group("physics", {a});
    for (const std::string method : {"POST", "PUT"}) {
        expect_refusal(api.call(method, "/groups/" + group + "/pools", api.admin(),
                                json::array({b, "p9"}).dump()),
                       500, "p9 not found");
    }
    EXPECT_EQ(pools_of(group), json::array({a}));
}

TEST_F(GroupsTest, take_nothing_but_lists_of_ids) {
    const std::string path = "/groups/" + api.add_group("physics") + "/pools";
    for (const std::string body : {"{}", "[1]", R"("a")"}) {
        const auto answer = api.call("PUT", path, api.admin(), body);
        EXPECT_EQ(answer.status, 400) << body;
        EXPECT_THAT(answer.body, HasSubstr("parsing pools body from"));
    }
    expect_framework_error(api.call("PUT", path, api.admin(), "null"), 422, 602,
                           "pools in body is required");
}

TEST_F(GroupsTest, are_changed_by_administrators_only) {
    const std::string id = api.add_group("physics");
    const std::pair<std::string, std::string> rows[] = {{"POST", "/groups"},
                                                        {"DELETE", "/groups/" + id},
                                                        {"POST", "/groups/" + id + "/pools"},
                                                        {"PUT", "/groups/" + id + "/pools"},
                                                        {"DELETE", "/groups/" + id + "/pools"}};
    for (const auto& [method, path] : rows)
        expect_refusal(api.call(method, path, user_of("physics"), "[]"), 401,
                       "Missing booking:admin Scope");
}

}  // namespace
}  // namespace relay::book
