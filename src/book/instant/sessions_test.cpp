// SPDX-License-Identifier: Apache-2.0
#include "book/api_for_test.hpp"
#include "booking/session_desk.hpp"
#include "booking/store_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::book {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr std::int64_t test_seconds = 1'795'342'750;

struct SessionsTest : testing::Test {
    std::string user(std::string name = "ann") { return api.user(std::move(name), {pool}); }
    net::HttpResponse ask(const std::string& token, std::string_view duration = "600",
                          std::string key = "") {
        net::HttpFields fields;
        if (!key.empty()) fields.set("Idempotency-Key", std::move(key));
        return api.request_session(pool, token, duration, std::move(fields));
    }
    json take(const std::string& token, std::string_view duration = "600", std::string key = "") {
        const auto answer = ask(token, duration, std::move(key));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body);
    }
    std::string take_name(const std::string& token) { return take(token).value("session", ""); }
    net::HttpResponse cancel(const std::string& name, const std::string& token) {
        return api.call("DELETE", "/sessions/" + name, token);
    }
    json state(const std::string& name, const std::string& token) {
        return api.get("GET", "/sessions/" + name, token);
    }
    // What the courier does when a relay has answered.
    void settle(const std::string& name, const std::string& relay) {
        const auto now = booking::booking_time(api.now);
        const auto done = booking::write_now(api.store(), [&](booking::Transaction& transaction) {
            auto settled = transaction.denials().settle(name, relay);
            return settled ? booking::finish_if_settled(transaction, name, now) : settled;
        });
        ASSERT_TRUE(done) << done.error().detail;
    }

    ApiForTest api;
    std::string pool = api.add_pool();
};

// ---- POST /pools/{pool_id}/sessions (spec §5, in its order)

TEST_F(SessionsTest, are_the_activity_with_a_token_for_each_stream) {
    json sent = api.activity("rig-data");
    sent["config"] = {{"url", "https://files.example/c.json"}};
    sent["uis"] = json::array({{{"url", "https://ui.example/{{streams}}"},
                                {"description", {{"name", "n"}, {"type", "t"}}},
                                {"streamsRequired", json::array({"data"})}}});
    const std::string id = api.add_activity(pool, sent);
    json session = take(user());
    const std::string token = session["streams"][0]["token"];
    session["streams"][0].erase("token");
    const std::string name = session["session"];
    session.erase("session");
    sent["description"]["id"] = id;
    sent["exp"] = test_seconds + 600;
    EXPECT_EQ(session, sent);

    const auto claims =
        auth::verify_token(token, auth::KeyRing::make(test_relay_secret).value(), api.now, 0s);
    ASSERT_TRUE(claims) << claims.error().detail;
    EXPECT_EQ(claims->booking_id, name);
    EXPECT_EQ(claims->topic, "rig-data");
    EXPECT_EQ(claims->expires, api.now + 600s);
}

TEST_F(SessionsTest, of_simulations_have_no_streams_and_an_empty_address_of_the_configuration) {
    api.add_activity(pool, api.activity());
    const json session = take(user());
    EXPECT_EQ(session["streams"], json::array());
    EXPECT_EQ(session["uis"], json::array());
    EXPECT_EQ(session["config"], (json{{"url", ""}}));
}

TEST_F(SessionsTest, need_the_scope_of_a_user) {
    expect_refusal(ask(api.admin()), 401, "Missing booking:user Scope");
}

TEST_F(SessionsTest, need_the_pool_in_the_token) {
    for (const std::string& token : {api.user("ann"), api.user("ann", {"other"})})
        expect_refusal(ask(token), 401, "Pool Not In Authorized Groups");
    auth::Claims both = api.claims({"booking:admin", "booking:user"});
    both.subject = "ann";
    expect_refusal(ask(api.sign(both)), 401, "Pool Not In Authorized Groups");
}

TEST_F(SessionsTest, need_a_pool_that_is_there) {
    expect_refusal(api.request_session("gone", api.user("ann", {"gone"})), 404,
                   "Pool Does Not Exist");
}

TEST_F(SessionsTest, are_neither_too_short_nor_too_long) {
    for (const auto* duration : {"59", "0"})
        expect_refusal(ask(user(), duration), 401, "Requested duration too short");
    for (const auto* duration : {"7201", "-60", "4611686018427387904", "9223372036854775807"})
        expect_refusal(ask(user(), duration), 401, "Requested duration too long");
}

TEST_F(SessionsTest, need_a_duration) {
    expect_framework_error(api.call("POST", "/pools/" + pool + "/sessions", user()), 422, 602,
                           "duration in query is required");
    expect_framework_error(ask(user(), "x"), 422, 601,
                           "duration in query must be of type int64: \"x\"");
}

TEST_F(SessionsTest, need_a_user) {
    expect_refusal(ask(user("")), 401, "No subject in booking token");
}

TEST_F(SessionsTest, are_refused_while_the_service_is_locked) {
    api.add_activity(pool, api.activity());
    api.get("POST", "/admin/status?lock=true", api.admin());
    expect_refusal(ask(user()), 402, "No new sessions allowed. Try again later.");
    api.get("POST", "/admin/status?lock=false", api.admin());
    EXPECT_EQ(ask(user()).status, 200);
    expect_refusal(ask(api.user("bob", {pool}, 0)), 402,
                   "No new sessions allowed. Try again later.");
}

TEST_F(SessionsTest, are_so_many_at_one_time_as_is_permitted) {
    constexpr auto too_many = "Maximum concurrent sessions already reached. Try again later.";
    for (int i = 0; i < 4; ++i) api.add_activity(pool, api.activity());
    take(user());
    const std::string second = take_name(user());
    expect_refusal(ask(user()), 402, too_many);
    take(api.user("ann", {pool}, 3));
    expect_refusal(ask(api.user("ann", {pool}, 3)), 402, too_many);
    EXPECT_EQ(cancel(second, user()).status, 204);
    expect_refusal(ask(user()), 402, too_many);
    EXPECT_EQ(ask(user("bob")).status, 200);
}

TEST_F(SessionsTest, are_refused_when_none_is_available) {
    expect_refusal(ask(user()), 404, "none available");
    json ends_soon = api.activity();
    ends_soon["exp"] = test_seconds + 599;
    api.add_activity(pool, ends_soon);
    expect_refusal(ask(user()), 404, "none available");
    EXPECT_EQ(ask(user(), "599").status, 200);
    expect_refusal(ask(user("bob"), "60"), 404, "none available");
    api.now += 500s;
    expect_refusal(ask(user("bob"), "60"), 404, "none available");
}

TEST_F(SessionsTest, of_hardware_in_two_pools_are_one_at_a_time) {
    api.add_activity(pool, api.activity("rig-data"));
    const std::string other = api.add_pool("other");
    api.add_activity(other, api.activity("rig-data"));
    take(user());
    expect_refusal(api.request_session(other, api.user("bob", {other})), 404, "none available");
    api.now += 600s;
    EXPECT_EQ(api.request_session(other, api.user("bob", {other})).status, 200);
}

TEST_F(SessionsTest, count_for_the_group_that_gives_the_pool) {
    api.add_activity(pool, api.activity());
    api.add_group("first");
    api.add_group("second", {pool});
    auth::Claims claims = api.claims({"booking:user"}, {"first", "second"});
    claims.subject = "ann";
    claims.pools = {pool};
    const std::string name = take_name(api.sign(claims));
    EXPECT_EQ(api.get("GET", "/admin/sessions", api.admin())[0]["group"], "second");
    EXPECT_EQ(api.get("GET", "/admin/sessions", api.admin())[0]["name"], name);
}

// ---- Idempotency-Key

TEST_F(SessionsTest, are_the_same_for_a_repeated_request_with_its_key) {
    api.add_activity(pool, api.activity("rig-data"));
    const json first = take(user(), "600", "try-1");
    api.now += 5s;
    EXPECT_EQ(take(user(), "600", "try-1"), first);
    expect_refusal(ask(user(), "600", "try-2"), 404, "none available");
    expect_refusal(ask(user("bob"), "600", "try-1"), 404, "none available");
}

TEST_F(SessionsTest, have_keys_for_one_request_only) {
    api.add_activity(pool, api.activity());
    api.add_activity(pool, api.activity());
    const std::string name = take(user(), "600", "try-1").value("session", "");
    expect_refusal(ask(user(), "601", "try-1"), 409, "Idempotency-Key belongs to another request");
    EXPECT_EQ(cancel(name, user()).status, 204);
    expect_refusal(ask(user(), "600", "try-1"), 409, "Idempotency-Key belongs to another request");
}

TEST_F(SessionsTest, need_a_key_that_is_short_printable_text_if_any) {
    for (const std::string& key :
         {std::string(65, 'x'), std::string("a\tb"), std::string("\xe9")}) {
        expect_framework_error(
            ask(user(), "600", key), 422, 605,
            "Idempotency-Key in header must be 1 to 64 printable ASCII characters");
    }
    net::HttpFields empty;
    empty.set("Idempotency-Key", "");
    EXPECT_EQ(api.request_session(pool, user(), "600", empty).status, 422);
    expect_refusal(ask(user(), "600", std::string(63, '~') + " "), 404, "none available");
}

// ---- GET and DELETE /sessions/{name}

TEST_F(SessionsTest, tell_their_state) {
    api.add_activity(pool, api.activity());
    const std::string name = take_name(user());
    const json active = {{"name", name},          {"pool", pool},
                         {"start", test_seconds}, {"end", test_seconds + 600},
                         {"state", "active"},     {"pending", json::array()}};
    EXPECT_EQ(state(name, user()), active);
    EXPECT_EQ(state(name, api.admin()), active);
    api.now += 600s;
    EXPECT_EQ(state(name, user())["state"], "ended");
}

TEST_F(SessionsTest, of_others_are_as_if_they_were_not_there) {
    api.add_activity(pool, api.activity());
    const std::string name = take_name(user());
    for (const std::string& token : {user("bob"), user("")}) {
        for (const std::string method : {"GET", "DELETE"})
            expect_refusal(api.call(method, "/sessions/" + name, token), 404,
                           "Session Does Not Exist");
    }
    for (const std::string method : {"GET", "DELETE"})
        expect_refusal(api.call(method, "/sessions/unknown", api.admin()), 404,
                       "Session Does Not Exist");
    EXPECT_EQ(state(name, user())["state"], "active");
}

TEST_F(SessionsTest, of_simulations_end_at_once) {
    api.add_activity(pool, api.activity());
    const std::string name = take_name(user());
    const auto answer = cancel(name, user());
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(state(name, user())["state"], "cancelled");
    EXPECT_EQ(cancel(name, user()).status, 204) << "repeating it tells the same";
    EXPECT_EQ(ask(user("bob")).status, 200);
}

TEST_F(SessionsTest, with_streams_end_when_all_relays_know) {
    json activity = api.activity("rig-data");
    activity["streams"].push_back(ApiForTest::stream("rig-video"));
    activity["streams"][1]["for"] = "video";
    activity["streams"][1]["permission"]["audience"] = "https://other.example";
    api.add_activity(pool, activity);
    const std::string name = take_name(user());

    const auto answer = cancel(name, user());
    EXPECT_EQ(answer.status, 202);
    EXPECT_GE(api.denials, 1) << "somebody has to deliver them";
    const json cancelling = json::parse(answer.body);
    EXPECT_EQ(cancelling["state"], "cancelling");
    EXPECT_THAT(cancelling["pending"],
                testing::UnorderedElementsAre("https://relay.example", "https://other.example"));
    EXPECT_EQ(state(name, user()), cancelling);
    EXPECT_EQ(cancel(name, user()).status, 202);

    settle(name, "https://relay.example");
    EXPECT_EQ(state(name, user())["pending"], json::array({"https://other.example"}));
    expect_refusal(ask(user("bob")), 404, "none available");
    settle(name, "https://other.example");
    EXPECT_EQ(state(name, user())["state"], "cancelled");
    EXPECT_EQ(cancel(name, user()).status, 204);
    EXPECT_EQ(ask(user("bob")).status, 200);
}

TEST_F(SessionsTest, are_ended_by_administrators_too_and_who_did_it_is_on_record) {
    api.add_activity(pool, api.activity());
    EXPECT_EQ(cancel(take_name(user()), api.admin()).status, 204);
    api.now += 1s;  // what is asked for ends now
    json actors;
    for (const json& entry : api.get("GET", "/admin/audit", api.admin()))
        if (entry["action"] == "session cancelled") actors.push_back(entry["actor"]);
    EXPECT_EQ(actors, json::array({"admin"}));
}

TEST_F(SessionsTest, that_are_over_cannot_be_ended) {
    api.add_activity(pool, api.activity());
    const std::string name = take_name(user());
    api.now += 600s;
    expect_refusal(cancel(name, user()), 404, "Session Does Not Exist");
}

}  // namespace
}  // namespace relay::book
