// SPDX-License-Identifier: Apache-2.0
#include "book/admin/endpoints.hpp"

#include "book/admin/admin_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::book {
namespace {

using namespace test;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using AdminEndpoints = AdminTest;

TEST_F(AdminEndpoints, the_status_leaves_out_what_is_zero) {
    EXPECT_EQ(get("/admin/status"), json::parse(R"({"msg":"Open for bookings"})"));
}

TEST_F(AdminEndpoints, the_status_counts_what_is_offered_and_booked) {
    put_pool("p1");
    put_group("g1", {"p1"});
    put_activity("p1", "a1", laser("t1"));
    put_activity("p1", "a2", laser("t2"));
    book("p1", "ann", 20min);
    book("p1", "ben", 10min);
    const json expected = {{"groups", 1},
                           {"pools", 1},
                           {"activities", 2},
                           {"bookings", 2},
                           {"last_booking_ends", booking::unix_seconds(now + 20min)},
                           {"msg", "Open for bookings"}};
    EXPECT_EQ(get("/admin/status"), expected);
}

TEST_F(AdminEndpoints, the_lock_and_the_message_are_set_and_stay) {
    const auto response = call("POST", "/admin/status?lock=true&msg=Back%20at%20noon");
    EXPECT_EQ(response.status, 200);
    const json expected = {{"locked", true}, {"msg", "Back at noon"}};
    EXPECT_EQ(json::parse(response.body), expected);
    EXPECT_EQ(get("/admin/status"), expected);
    call("POST", "/admin/status?lock=false");
    EXPECT_EQ(get("/admin/status"), json({{"msg", "Back at noon"}}));
    const json audit = get("/admin/audit?from=0&to=1795341601");
    ASSERT_THAT(audit, SizeIs(2));
    EXPECT_EQ(audit[0]["action"], "bookings locked");
    EXPECT_EQ(audit[0]["detail"], "Back at noon");
    EXPECT_EQ(audit[1]["action"], "bookings unlocked");
}

TEST_F(AdminEndpoints, the_message_is_cleared_by_its_flag_and_not_by_an_empty_one) {
    call("POST", "/admin/status?lock=false&msg=Back%20at%20noon");
    call("POST", "/admin/status?lock=false&msg=");
    EXPECT_EQ(get("/admin/status"), json({{"msg", "Back at noon"}}));
    call("POST", "/admin/status?lock=false&clear_msg=false");
    EXPECT_EQ(get("/admin/status"), json({{"msg", "Back at noon"}}));
    EXPECT_EQ(call("POST", "/admin/status?lock=false&clear_msg=true").body, "{}\n");
    EXPECT_EQ(get("/admin/status"), json::object());
    call("POST", "/admin/status?lock=false&clear_msg=true&msg=Open");
    EXPECT_EQ(get("/admin/status"), json({{"msg", "Open"}}));
}

TEST_F(AdminEndpoints, the_lock_is_required) {
    const auto response = call("POST", "/admin/status?msg=x");
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.body, R"({"code":602,"message":"lock in query is required"})");
}

TEST_F(AdminEndpoints, sessions_of_all_users_are_listed_with_the_relays_to_be_told) {
    put_pool("p1");
    put_activity("p1", "a1", laser("t1", "Laser 1"));
    put_activity("p1", "a2", laser("t2", "Laser 2"));
    const std::string first = book("p1", "ann");
    now += 5s;
    const std::string second = book("p1", "ben");
    cancel(first);
    const json sessions = get("/admin/sessions");
    ASSERT_THAT(sessions, SizeIs(2));
    EXPECT_EQ(sessions[0]["name"], first);
    EXPECT_EQ(sessions[0]["user"], "ann");
    EXPECT_EQ(sessions[0]["state"], "cancelling");
    EXPECT_EQ(sessions[0]["pending"], json({"https://relay.lab.test"}));
    EXPECT_EQ(sessions[1]["name"], second);
    EXPECT_EQ(sessions[1]["state"], "active");
    EXPECT_THAT(sessions[1]["pending"], IsEmpty());
    EXPECT_EQ(sessions[1]["pool"], "p1");
    EXPECT_EQ(sessions[1]["group"], "optics");
    EXPECT_THAT(sessions[1]["activity"].get<std::string>(), testing::StartsWith("Laser "));
    EXPECT_EQ(sessions[1]["start"], booking::unix_seconds(now));
    EXPECT_EQ(sessions[1]["end"], booking::unix_seconds(now + 20min));
    now += 20min;
    EXPECT_THAT(get("/admin/sessions"), IsEmpty());
}

TEST_F(AdminEndpoints, the_audit_is_limited_in_time_and_number) {
    for (int i = 0; i < 5; ++i) {
        call("POST", "/admin/status?lock=true");
        now += 1h;
    }
    EXPECT_THAT(get("/admin/audit"), SizeIs(5)) << "the last seven days";
    EXPECT_THAT(get("/admin/audit?limit=2"), SizeIs(2));
    EXPECT_THAT(get("/admin/audit?limit=-2"), SizeIs(1));
    EXPECT_THAT(get("/admin/audit?from=2026-11-22T11:00:00Z"), SizeIs(4));
    EXPECT_THAT(get("/admin/audit?from=1795345200&to=2026-11-22T13:00:00%2B01:00"), SizeIs(1));
    now += std::chrono::days(7);
    EXPECT_THAT(get("/admin/audit"), IsEmpty());
    EXPECT_THAT(get("/admin/audit?from=2026-11-22T00:00:00Z"), SizeIs(5));
}

TEST_F(AdminEndpoints, times_that_are_none_are_refused) {
    for (const char* target :
         {"/admin/audit?from=yesterday", "/admin/audit?to=-5", "/admin/stats?from=1e9",
          "/admin/stats?to=99999999999999999999", "/admin/stats?from=2026-02-30T00:00:00Z"}) {
        const auto response = call("GET", target);
        EXPECT_EQ(response.status, 422) << target;
        EXPECT_THAT(response.body,
                    AllOf(HasSubstr("\"code\":601"), HasSubstr("in query must be a")))
            << target;
    }
    const auto reversed = call("GET", "/admin/stats?from=20&to=20");
    EXPECT_EQ(reversed.status, 422);
    EXPECT_THAT(reversed.body, HasSubstr("from in query must be before to"));
    EXPECT_EQ(call("GET", "/admin/audit?limit=many").status, 422);
}

TEST_F(AdminEndpoints, statistics_tell_use_by_resource_and_hour_refusals_and_groups) {
    put_pool("p1", "Laser bench");
    put_activity("p1", "a1", laser("t1", "Laser 1"));
    now += 50min;  // 10:50
    const std::string cancelled = book("p1", "ann");
    EXPECT_EQ(book("p1", "ben"), "none available");
    EXPECT_EQ(book("gone", "ben"), "unknown pool");
    now += 15min;
    cancel(cancelled);
    write([&](Transaction& transaction) -> Result<void> {
        auto settled = transaction.denials().settle(cancelled, "https://relay.lab.test");
        return settled ? booking::finish_if_settled(transaction, cancelled, now) : settled;
    });
    now += 5min;  // 11:10
    book("p1", "ben", 60min);

    const json stats = get("/admin/stats?from=2026-11-22T10:00:00Z&to=2026-11-22T12:00:00Z");
    EXPECT_EQ(stats["from"], 1'795'341'600);
    EXPECT_EQ(stats["to"], 1'795'348'800);
    ASSERT_THAT(stats["resources"], SizeIs(1));
    const json& resource = stats["resources"][0];
    EXPECT_EQ(resource["activity"], "Laser 1");
    EXPECT_EQ(resource["sessions"], 2);
    EXPECT_EQ(resource["booked_s"], (15 + 50) * 60) << "the cancelled one until it was cancelled";
    EXPECT_EQ(resource["hours"], json::parse(R"([{"start":1795341600,"booked_s":600},
                                                 {"start":1795345200,"booked_s":3300}])"));
    EXPECT_EQ(stats["groups"],
              json::parse(R"([{"group":"optics","sessions":2,"users":2,"booked_s":3900}])"));
    EXPECT_EQ(stats["refusals"], json::parse(R"([
        {"reason":"none available","pool":"Laser bench","group":"optics","count":1},
        {"reason":"unknown pool","pool":"gone","group":"optics","count":1}])"));
}

TEST_F(AdminEndpoints, statistics_of_nothing_are_empty) {
    const json stats = get("/admin/stats");
    EXPECT_EQ(stats["to"], booking::unix_seconds(now));
    EXPECT_EQ(stats["from"], booking::unix_seconds(now - std::chrono::days(7)));
    for (const char* part : {"resources", "refusals", "groups"})
        EXPECT_THAT(stats[part], IsEmpty()) << part;
}

const char* const manifest = R"yaml(
groups:
  optics: {pools: [bench]}
pools:
  bench:
    description: {name: Laser bench, type: pool, short: rigs}
    minsession: 60
    maxsession: 1800
    activities: [laser]
activities:
  laser:
    description: laser
    UISet: none
    exp: 1988150400
    streams:
      data: {for: data, url: "https://relay.lab.test/session/t1", audience: "https://relay.lab.test",
             ct: session, topic: t1, verb: POST, scopes: [read]}
uis:
  basic: {description: {name: Basic, type: ui}, url: "https://ui.lab.test", streamsrequired: [data]}
UISets:
  none: [basic]
descriptions:
  laser: {name: Laser, type: laser}
)yaml";

TEST_F(AdminEndpoints, a_manifest_replaces_the_catalogue_and_tells_what_changed) {
    put_pool("old", "Old bench");
    const auto response = call("PUT", "/admin/manifest", nullptr, manifest);
    ASSERT_EQ(response.status, 200) << response.body;
    const json report = json::parse(response.body);
    EXPECT_EQ(report["applied"], true);
    EXPECT_EQ(report["changes"], json::parse(R"([{"kind":"removed","what":"pool","key":"Old bench"},
                              {"kind":"added","what":"pool","key":"bench"},
                              {"kind":"added","what":"activity","key":"laser"},
                              {"kind":"added","what":"group","key":"optics"}])"));
    EXPECT_EQ(report["status"], get("/admin/status"));
    EXPECT_EQ(report["status"]["activities"], 1);
    ASSERT_THAT(catalogue().pools, SizeIs(1));
    EXPECT_EQ(catalogue().pools[0].key, "bench");
    now += 1s;
    EXPECT_EQ(get("/admin/audit?from=0")[0]["detail"], "added: 3, changed: 0, removed: 1");
}

TEST_F(AdminEndpoints, the_same_manifest_again_changes_nothing_and_leaves_no_trace) {
    call("PUT", "/admin/manifest", nullptr, manifest);
    const booking::Catalogue before = catalogue();
    const auto response = call("PUT", "/admin/manifest", nullptr, manifest);
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(json::parse(response.body)["changes"], IsEmpty());
    EXPECT_EQ(catalogue(), before);
    now += 1s;
    EXPECT_THAT(get("/admin/audit"), SizeIs(1));
}

TEST_F(AdminEndpoints, a_dry_run_tells_the_same_and_writes_nothing) {
    put_pool("old", "Old bench");
    const auto tried = call("PUT", "/admin/manifest?dry_run=true", nullptr, manifest);
    ASSERT_EQ(tried.status, 200) << tried.body;
    const json report = json::parse(tried.body);
    EXPECT_EQ(report["applied"], false);
    EXPECT_EQ(report["status"], get("/admin/status"));
    ASSERT_THAT(catalogue().pools, SizeIs(1));
    EXPECT_EQ(catalogue().pools[0].id, "old");
    EXPECT_THAT(get("/admin/audit?from=0"), IsEmpty());
    const auto done = call("PUT", "/admin/manifest", nullptr, manifest);
    EXPECT_EQ(json::parse(done.body)["changes"], report["changes"]);
}

TEST_F(AdminEndpoints, all_mistakes_of_a_manifest_are_told_with_their_lines) {
    const auto response = call("PUT", "/admin/manifest", nullptr,
                               "groups:\n  optics: {pools: [nowhere]}\npools: {}\nactivites: {}\n");
    EXPECT_EQ(response.status, 422);
    const json refused = json::parse(response.body);
    EXPECT_EQ(refused["code"], 422);
    EXPECT_EQ(refused["message"], "the manifest has 2 mistakes");
    ASSERT_THAT(refused["problems"], SizeIs(2));
    EXPECT_EQ(refused["problems"][0]["line"], 2);
    EXPECT_THAT(refused["problems"][0]["text"].get<std::string>(), HasSubstr("nowhere"));
    EXPECT_EQ(refused["problems"][1]["line"], 4);
    EXPECT_EQ(catalogue(), booking::Catalogue{});
}

TEST_F(AdminEndpoints, a_manifest_that_would_disturb_a_session_is_refused) {
    call("PUT", "/admin/manifest", nullptr, manifest);
    const std::string pool = catalogue().pools[0].id;
    book(pool, "ann");
    std::string joined = manifest;  // with equipment that another activity has
    put_activity(pool, "other", laser("t2"));
    book(pool, "ben");
    joined.replace(joined.find("streams:\n"), 9,
                   "streams:\n      more: {for: more, url: \"https://relay.lab.test/session/t2\", "
                   "audience: \"https://relay.lab.test\", ct: session, topic: t2, verb: POST, "
                   "scopes: [read]}\n");
    const booking::Catalogue before = catalogue();
    const auto response = call("PUT", "/admin/manifest", nullptr, joined);
    EXPECT_EQ(response.status, 409) << response.body;
    EXPECT_THAT(response.body, HasSubstr("in use until"));
    EXPECT_EQ(catalogue(), before);
}

// Students who log in meanwhile do not wait for it.
TEST_F(AdminEndpoints, what_takes_long_is_neither_for_the_writer_nor_among_the_reads) {
    const auto answer_of = [&](const std::string& method, const std::string& pattern) {
        return std::ranges::find_if(endpoints,
                                    [&](const Endpoint& endpoint) {
                                        return endpoint.method == method &&
                                               endpoint.pattern == pattern;
                                    })
            ->answer;
    };
    for (const char* pattern : {"/admin/stats", "/admin/audit", "/admin/poolstore"})
        EXPECT_TRUE(std::holds_alternative<Reporting>(answer_of("GET", pattern))) << pattern;
    EXPECT_TRUE(std::holds_alternative<Preparing>(answer_of("POST", "/admin/poolstore")));
    const auto prepare = std::get<Preparing>(answer_of("PUT", "/admin/manifest"));
    const auto prepared = [&](const std::string& query) {
        Call call;
        call.request = {.method = "PUT", .target = "/admin/manifest" + query, .body = "pools: {}"};
        return prepare(call).value();
    };
    EXPECT_TRUE(std::holds_alternative<Reporting>(prepared("?dry_run=true")));
    EXPECT_TRUE(std::holds_alternative<Writing>(prepared("")));
}

}  // namespace
}  // namespace relay::book
