// SPDX-License-Identifier: Apache-2.0
#include "book/admin/admin_for_test.hpp"
#include "book/admin/poolstore_for_test.hpp"

#include <gmock/gmock.h>

// Export, import and reset, on a real store.
namespace relay::book {
namespace {

using namespace test;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class PoolstoreDesk : public AdminTest {
protected:
    json exported() { return get("/admin/poolstore"); }
    net::HttpResponse import(const json& document) {
        return call("POST", "/admin/poolstore", document);
    }
    // Another server with a store of its own takes over what this one has.
    void move_to_another_server(const json& document) {
        store->stop();
        store = std::move(booking_sqlite::open(folder / "other.db").value());
        const auto response = import(document);
        ASSERT_EQ(response.status, 200) << response.body;
    }
};

TEST_F(PoolstoreDesk, an_export_of_the_reference_is_taken_over) {
    const auto response = import(reference_export());
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(json::parse(response.body),
              json::parse(R"({"groups":2,"pools":2,"activities":2,"bookings":2,
                              "last_booking_ends":1795347000,"locked":true,
                              "msg":"Closed for an export"})"));
    EXPECT_THAT(contradictions(), IsEmpty());
    const auto sessions = live();
    ASSERT_THAT(sessions, SizeIs(2));
    for (const booking::Session& session : sessions) EXPECT_EQ(session.booking.user, "ann");
    EXPECT_THAT(catalogue().pools, SizeIs(2)) << "the session of a withdrawn one is in none";
    EXPECT_THAT(catalogue().offers, SizeIs(2));

    call("POST", "/admin/status?lock=false");
    const std::string bench = "5b1e61a2-0000-4000-8000-0000000000b1";
    EXPECT_THAT(book(bench, "cleo"), SizeIs(36)) << "the simulation is free";
    EXPECT_EQ(book(bench, "cleo"), "none available") << "ann has the laser";
    now += 1h;
    EXPECT_THAT(book(bench, "cleo"), SizeIs(36));
}

TEST_F(PoolstoreDesk, quota_goes_on_after_an_import) {
    ASSERT_EQ(import(reference_export()).status, 200);
    write([&](Transaction& transaction) -> Result<void> {
        EXPECT_THAT(transaction.sessions().of_user("ann", now).value(), SizeIs(2));
        EXPECT_THAT(transaction.sessions().of_user("ben", now).value(), IsEmpty());
        return {};
    });
}

TEST_F(PoolstoreDesk, sessions_that_are_over_are_not_taken_over) {
    now = booking::from_unix_seconds(1'795'345'200);
    ASSERT_EQ(import(reference_export()).status, 200);
    EXPECT_THAT(live(), SizeIs(1)) << "one ends at this very time";
}

TEST_F(PoolstoreDesk, everything_moves_to_another_server) {
    put_pool("p1");
    put_pool("p2", "Annex");
    put_group("g1", {"p2", "p1"});
    put_activity("p1", "a1", laser("t1"));
    put_activity("p2", "a1", laser("t1"));
    put_activity("p2", "a2", laser("t2", "Other laser"));
    const std::string first = book("p1", "ann");
    now += 90s + 123ms;
    const std::string second = book("p2", "ben");
    const auto before = live();
    const booking::Catalogue offered = catalogue();

    move_to_another_server(exported());
    const auto after = live();
    ASSERT_THAT(after, SizeIs(2));
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(after[i].booking.name, before[i].booking.name);
        EXPECT_EQ(after[i].booking.user, before[i].booking.user);
        EXPECT_EQ(after[i].booking.pool, before[i].booking.pool);
        EXPECT_EQ(after[i].booking.group, "optics");
        EXPECT_EQ(after[i].booking.time, before[i].booking.time) << "to the millisecond";
        EXPECT_EQ(after[i].offer.activity, before[i].offer.activity);
    }
    EXPECT_EQ(after[0].booking.name, first);
    EXPECT_EQ(after[1].booking.name, second);
    EXPECT_EQ(catalogue(), offered);
    EXPECT_EQ(book("p2", "cleo"), "none available");
    EXPECT_THAT(contradictions(), IsEmpty());
}

TEST_F(PoolstoreDesk, importing_what_was_just_exported_changes_nothing) {
    put_pool("p1");
    put_group("g1", {"p1"});
    put_activity("p1", "a1", laser("t1"));
    book("p1", "ann");
    const auto sessions = live();
    const booking::Catalogue offered = catalogue();
    ASSERT_EQ(import(exported()).status, 200);
    EXPECT_EQ(live(), sessions);
    EXPECT_EQ(catalogue(), offered);
}

TEST_F(PoolstoreDesk, a_backup_brings_back_what_a_reset_withdrew_but_no_cancelled_session) {
    put_pool("p1");
    put_group("g1", {"p1"});
    put_activity("p1", "a1", laser("t1"));
    book("p1", "ann");
    const json backup = exported();
    const booking::Catalogue offered = catalogue();

    const auto reset = call("DELETE", "/admin/poolstore");
    EXPECT_EQ(reset.status, 404) << "the reference's success";
    EXPECT_EQ(reset.body, "null\n");
    EXPECT_EQ(denials_told, 1);
    EXPECT_EQ(catalogue(), booking::Catalogue{});
    ASSERT_THAT(live(), SizeIs(1));
    EXPECT_EQ(live()[0].booking.state, booking::BookingState::cancelling);

    const auto response = import(backup);
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(catalogue(), offered);
    EXPECT_EQ(live()[0].booking.state, booking::BookingState::cancelling);
}

TEST_F(PoolstoreDesk, what_the_import_does_not_have_is_withdrawn_and_its_sessions_go_on) {
    put_pool("old");
    put_group("old", {"old"});
    put_activity("old", "old", laser("old"));
    const std::string session = book("old", "ann");
    ASSERT_EQ(import(reference_export(reference_pools, "{}")).status, 200);
    ASSERT_THAT(live(), SizeIs(1));
    EXPECT_EQ(live()[0].booking.name, session);
    EXPECT_EQ(live()[0].offer.activity.streams[0].topic.name, "old");
    EXPECT_THAT(catalogue().pools, SizeIs(2));
    EXPECT_THAT(catalogue().offers, SizeIs(2));
    EXPECT_THAT(contradictions(), IsEmpty());
}

TEST_F(PoolstoreDesk, a_session_keeps_what_was_booked_though_it_is_offered_otherwise) {
    put_pool("p1");
    put_activity("p1", "a1", laser("t1", "As booked"));
    book("p1", "ann");
    put_activity("p1", "a1", laser("t1", "As offered now"));
    move_to_another_server(exported());
    EXPECT_EQ(live()[0].offer.activity.description.name, "As booked");
    ASSERT_THAT(catalogue().offers, SizeIs(1));
    EXPECT_EQ(catalogue().offers[0].activity.description.name, "As offered now");
    EXPECT_EQ(book("p1", "ben"), "none available");
}

// The reference lets two users have one laser by two activities.
json twice_booked() {
    json pools = json::parse(reference_pools), bookings = json::parse(reference_bookings);
    json& activities = pools["pools"]["5b1e61a2-0000-4000-8000-0000000000b1"]["activities"];
    activities["copy"] = activities["5b1e61a2-0000-4000-8000-0000000000c1"];
    json session = bookings["activities"]["ann"]["5b1e61a2-0000-4000-8000-0000000000d1"];
    session["description"]["id"] = "copy";
    session["description"]["name"] = "Laser 7, a copy";
    bookings["activities"]["ben"]["second-session"] = session;
    bookings["sessions"]["ben"]["second-session"] = 1'795'345'200;
    return reference_export(pools.dump(), bookings.dump());
}

TEST_F(PoolstoreDesk, two_sessions_of_one_laser_are_refused_by_their_names_and_nothing_is_written) {
    put_pool("p1");
    const booking::Catalogue offered = catalogue();
    const auto response = import(twice_booked());
    EXPECT_EQ(response.status, 409);
    EXPECT_THAT(response.body,
                AllOf(StartsWith("\"import booking:"), HasSubstr("second-session"),
                      HasSubstr("5b1e61a2-0000-4000-8000-0000000000d1"), HasSubstr("Laser 7")));
    EXPECT_EQ(catalogue(), offered);
    EXPECT_THAT(live(), IsEmpty());
    EXPECT_FALSE(get("/admin/status").contains("locked"));
}

TEST_F(PoolstoreDesk, a_session_of_an_import_does_not_take_a_resource_from_one_that_is_here) {
    put_pool("p1");
    booking::Activity mine = laser("laser-7-data", "Mine");
    put_activity("p1", "a1", mine);
    const std::string session = book("p1", "ben");
    const auto response = import(reference_export());
    EXPECT_EQ(response.status, 409);
    EXPECT_THAT(response.body, AllOf(HasSubstr(session), HasSubstr("Mine")));
    EXPECT_THAT(live(), SizeIs(1));

    now += 20min;
    EXPECT_EQ(import(reference_export()).status, 200) << "when it is over";
    EXPECT_THAT(live(), SizeIs(2));
    EXPECT_THAT(contradictions(), IsEmpty());
}

TEST_F(PoolstoreDesk, what_is_no_export_is_refused_with_the_reason) {
    const auto response = import({{"pool", ""}, {"booking", ""}});
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body, "\"Empty poolstore in request\"\n");
}

TEST_F(PoolstoreDesk, an_import_is_on_record) {
    import(reference_export());
    const json audit = get("/admin/audit?from=0&to=1795341601");
    ASSERT_THAT(audit, SizeIs(1));
    EXPECT_EQ(audit[0]["actor"], "root");
    EXPECT_EQ(audit[0]["action"], "store imported");
    EXPECT_EQ(audit[0]["detail"], "pools: 2, groups: 2, activities: 2, sessions: 2");
    EXPECT_EQ(audit[0]["at"], 1'795'341'600);
}

}  // namespace
}  // namespace relay::book
