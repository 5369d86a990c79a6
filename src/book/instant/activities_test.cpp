// SPDX-License-Identifier: Apache-2.0
#include "book/api_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::book {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct ActivitiesTest : testing::Test {
    net::HttpResponse post(const json& body) {
        return api.call("POST", "/pools/" + pool + "/activities", api.admin(), body.dump());
    }
    net::HttpResponse put(const std::string& id, const json& body) {
        return api.call("PUT", "/pools/" + pool + "/activities/" + id, api.admin(), body.dump());
    }
    json get(const std::string& id) {
        return api.get("GET", "/pools/" + pool + "/activities/" + id, api.admin());
    }
    json named(const std::string& id, const std::string& name, std::string_view topic = "") {
        json body = api.activity(topic);
        body["description"]["id"] = id;
        body["description"]["name"] = name;
        return body;
    }
    json with_permission(const char* member, const json& value) {
        json body = api.activity("rig-data");
        body["streams"][0]["permission"][member] = value;
        return body;
    }

    ApiForTest api;
    std::string pool = api.add_pool();
};

TEST_F(ActivitiesTest, get_a_new_id_whatever_they_bring) {
    const json answer = json::parse(post(named("chosen", "Rig")).body);
    EXPECT_EQ(answer.size(), 1u);
    const std::string id = answer["id"];
    EXPECT_EQ(id.size(), 36u);
    EXPECT_EQ(get(id), (json{{"id", id}, {"name", "Rig"}, {"type", "a"}}));
}

TEST_F(ActivitiesTest, are_described_to_those_who_may_use_the_pool) {
    const std::string id = api.add_activity(pool, api.activity());
    const std::string path = "/pools/" + pool + "/activities/" + id + "?details=true";
    EXPECT_EQ(api.get("GET", path, api.user("ann", {pool}))["id"], id);
    expect_refusal(api.call("GET", path, api.user("ann")), 401, "Pool Not In Authorized Groups");
}

TEST_F(ActivitiesTest, that_are_not_there_are_404) {
    const std::string other = api.add_pool("other");
    const std::string id = api.add_activity(pool, api.activity());
    expect_refusal(api.call("GET", "/pools/unknown/activities/" + id, api.admin()), 404,
                   "Pool Does Not Exist");
    for (const std::string& path : {pool + "/activities/unknown", other + "/activities/" + id})
        expect_refusal(api.call("GET", "/pools/" + path, api.admin()), 404,
                       "Activity Does Not Exist");
}

TEST_F(ActivitiesTest, of_an_unknown_pool_are_looked_at_first) {
    json expired = api.activity();
    expired["exp"] = 1;
    const auto call = [&](std::string method, const std::string& path, const json& body) {
        return api.call(std::move(method), path, api.admin(), body.dump());
    };
    EXPECT_EQ(call("POST", "/pools/unknown/activities", expired).status, 500);
    expect_refusal(call("POST", "/pools/unknown/activities", api.activity()), 404,
                   "Pool Does Not Exist");
    expect_refusal(call("PUT", "/pools/unknown/activities/a", named("a", "A")), 404,
                   "Pool Does Not Exist");
}

TEST_F(ActivitiesTest, are_added_or_replaced_under_the_id_of_the_path) {
    for (const std::string name : {"one", "two"}) {
        EXPECT_EQ(put("a1", named("a1", name)).body, "{\"id\":\"a1\"}\n");
        EXPECT_EQ(get("a1")["name"], name);
    }
    EXPECT_EQ(api.get("GET", "/pools/" + pool + "/status", api.admin())["available"], 1);
}

TEST_F(ActivitiesTest, need_the_id_of_the_path) {
    expect_refusal(put("a1", named("a2", "x")), 404,
                   "ID in path (a1) does not match that in body (a2)");
    expect_refusal(put("a1", api.activity()), 404,
                   "ID in path (a1) does not match that in body ()");
}

TEST_F(ActivitiesTest, in_use_stay_in_use_when_they_are_replaced) {
    put("a1", named("a1", "before", "rig-data"));
    const std::string ann = api.user("ann", {pool});
    const json session = json::parse(api.request_session(pool, ann).body);
    EXPECT_EQ(put("a1", named("a1", "after", "rig-data")).status, 200);
    expect_refusal(api.request_session(pool, api.user("bob", {pool})), 404, "none available");
    EXPECT_EQ(api.get("GET", "/login", ann)["activities"], json::array({session}))
        << "a session keeps what it was given";
}

TEST_F(ActivitiesTest, are_deleted_with_404) {
    const std::string id = api.add_activity(pool, api.activity());
    for (int i = 0; i < 2; ++i) {
        const auto answer = api.call("DELETE", "/pools/" + pool + "/activities/" + id, api.admin());
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(answer.body, "null\n");
    }
    EXPECT_EQ(api.get("GET", "/pools/" + pool + "/status", api.admin())["available"], 0);
}

TEST_F(ActivitiesTest, are_deleted_from_the_pool_that_is_named) {
    const std::string other = api.add_pool("other");
    const std::string id = api.add_activity(pool, api.activity());
    EXPECT_EQ(api.call("DELETE", "/pools/" + other + "/activities/" + id, api.admin()).status, 404);
    EXPECT_EQ(get(id)["id"], id);
}

TEST_F(ActivitiesTest, that_make_no_sense_are_500_with_the_reason) {
    json expired = api.activity(), nameless = api.activity(), without_page = api.activity();
    expired["exp"] = 1'795'342'750;
    nameless["description"] = {{"name", ""}, {"type", ""}};
    without_page["uis"] =
        json::array({{{"url", "x"}, {"description", {{"name", "n"}, {"type", "t"}}}},
                     {{"url", ""}, {"description", {{"name", "n"}, {"type", "t"}}}}});
    const std::pair<json, std::string_view> rows[] = {
        {expired,
         "activity already expired at 2026-11-22T10:19:10Z (time now is 2026-11-22T10:19:10Z)"},
        {nameless, "empty description"},
        {with_permission("audience", ""), "empty audience"},
        {with_permission("connection_type", "video"),
         "connection_type video is not session or shell"},
        {with_permission("topic", ""), "empty topic"},
        {without_page, "user interface 1 missing url"},
    };
    for (const auto& [body, reason] : rows) {
        expect_refusal(post(body), 500, reason);
        json with_id = body;
        with_id["description"]["id"] = "a1";
        expect_refusal(put("a1", with_id), 500, reason);
    }
    for (const auto* audience : {"no url", "//relay.example", "ftp://relay.example"}) {
        const auto answer = post(with_permission("audience", audience));
        EXPECT_EQ(answer.status, 500);
        EXPECT_THAT(answer.body, HasSubstr("\"audience not an url because "));
    }
}

TEST_F(ActivitiesTest, need_their_members_in_alphabetical_order) {
    json body = api.activity("rig-data");
    body["uis"] = json::array({{{"url", "x"}, {"description", {{"name", "n"}, {"type", "t"}}}}});
    body["config"] = {{"url", "https://files.example/c.json"}};
    ASSERT_EQ(post(body).status, 200);
    const std::pair<const char*, std::string_view> rows[] = {
        {"/config/url", "config.url"},
        {"/description", "description"},
        {"/description/name", "description.name"},
        {"/description/type", "description.type"},
        {"/exp", "exp"},
        {"/streams", "streams"},
        {"/streams/0/for", "streams.0.for"},
        {"/streams/0/permission", "streams.0.permission"},
        {"/streams/0/permission/audience", "streams.0.permission.audience"},
        {"/streams/0/permission/connection_type", "streams.0.permission.connection_type"},
        {"/streams/0/permission/scopes", "streams.0.permission.scopes"},
        {"/streams/0/permission/topic", "streams.0.permission.topic"},
        {"/streams/0/url", "streams.0.url"},
        {"/uis", "uis"},
        {"/uis/0/description", "uis.0.description"},
        {"/uis/0/url", "uis.0.url"},
    };
    for (const auto& [pointer, path] : rows) {
        json without = body;
        without[json::json_pointer(pointer)] = nullptr;
        expect_framework_error(post(without), 422, 602, std::string(path) + " in body is required");
    }
    expect_framework_error(post(json::object()), 422, 602, "description in body is required");
    for (const auto* pointer : {"/exp", "/streams", "/streams/0", "/uis/0/url", "/config",
                                "/description/short", "/uis/0/streamsRequired"}) {
        json wrong = body;
        wrong[json::json_pointer(pointer)] = true;
        const auto answer = post(wrong);
        EXPECT_EQ(answer.status, 400) << pointer;
        EXPECT_THAT(answer.body, HasSubstr("parsing activity body from"));
    }
}

TEST_F(ActivitiesTest, with_two_streams_of_one_role_have_the_last) {
    json body = api.activity("first");
    body["streams"].push_back(ApiForTest::stream("last"));
    api.add_activity(pool, body);
    const json session = json::parse(api.request_session(pool, api.user("ann", {pool})).body);
    ASSERT_EQ(session["streams"].size(), 1u);
    EXPECT_EQ(session["streams"][0]["permission"]["topic"], "last");
}

TEST_F(ActivitiesTest, of_any_time_are_taken) {
    for (const double expires : {1'795'342'750.5, 4e9, 253'402'300'799.0, 1e300}) {
        json body = api.activity();
        body["exp"] = expires;
        EXPECT_EQ(post(body).status, 200) << expires;
    }
    json body = api.activity();
    body["exp"] = -1e300;
    EXPECT_EQ(post(body).status, 500);
}

TEST_F(ActivitiesTest, are_changed_by_administrators_only) {
    const std::string path = "/pools/" + pool + "/activities";
    const std::pair<std::string, std::string> rows[] = {
        {"POST", path}, {"PUT", path + "/a"}, {"DELETE", path + "/a"}};
    for (const auto& [method, target] : rows)
        expect_refusal(api.call(method, target, api.user("ann", {pool}), "{}"), 401,
                       "Missing booking:admin Scope");
}

}  // namespace
}  // namespace relay::book
