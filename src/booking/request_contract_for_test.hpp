// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/desk_fixture_for_test.hpp"

// What booking does over any backend. Instantiated with desk_contract_for_test.hpp.
namespace relay::booking {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST_P(SessionDesk, books_what_was_asked_for_from_now_on) {
    put_pool("bench");
    const Offer rig = put_rig("laser-7");
    SessionRequest request = for_user("ada", "bench", 90s);
    request.idempotency_key = "k1";
    const Session session = book(request);

    EXPECT_EQ(session.booking.name.size(), 36U);
    EXPECT_EQ(session.booking.user, "ada");
    EXPECT_EQ(session.booking.pool, "bench");
    EXPECT_EQ(session.booking.group, "optics");
    EXPECT_EQ(session.booking.time, (Interval{now, now + 90s}));
    EXPECT_EQ(session.booking.state, BookingState::active);
    EXPECT_EQ(session.booking.idempotency_key, "k1");
    EXPECT_EQ(session.booking.created, now);
    EXPECT_EQ(session.offer, rig);
    EXPECT_EQ(find(session.booking.name), session);
    EXPECT_THAT(sessions_of("ada"), ElementsAre(session.booking.name));
    EXPECT_THAT(live(), ElementsAre(session.booking.name));
    EXPECT_THAT(audit(),
                ElementsAre(AuditEntry{.at = now,
                                       .actor = "ada",
                                       .action = "session booked",
                                       .object = session.booking.name,
                                       .detail = "activity laser-7 of pool bench for 90 s"}));
    EXPECT_THAT(refusals(), IsEmpty());
}

TEST_P(SessionDesk, gives_the_last_rig_to_one_user_only) {
    put_pool("bench");
    put_rig("laser-7");
    book(for_user("ada"));
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);
    EXPECT_THAT(sessions_of("bob"), IsEmpty());
    EXPECT_THAT(live(), SizeIs(1));
}

TEST_P(SessionDesk, names_differ) {
    put_pool("bench");
    put_rig("laser-7");
    put_rig("laser-8");
    EXPECT_NE(book(for_user("ada")).booking.name, book(for_user("ada")).booking.name);
}

TEST_P(SessionDesk, refuses_with_a_reason_and_counts_it) {
    put_pool("bench");
    put_rig("laser-7");
    now = from_unix_seconds(1'795'500'000 / 3600 * 3600) + 59min;
    const BookingTime hour = now - 59min;

    EXPECT_EQ(refusal(for_user("ada", "no-pool")), Refusal::unknown_pool);
    EXPECT_EQ(refusal(for_user("ada", "bench", 59s)), Refusal::too_short);
    EXPECT_EQ(refusal(for_user("ada", "bench", 7201s)), Refusal::too_long);
    EXPECT_EQ(refusal(for_user("ada", "bench", std::chrono::seconds::max())), Refusal::too_long);
    EXPECT_EQ(refusal(for_user("")), Refusal::no_user);
    SessionRequest none = for_user("ada");
    none.max_sessions = 0;
    EXPECT_EQ(refusal(none), Refusal::locked);
    book(for_user("ada"));
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);
    now += 1min;
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);

    const auto row = [](BookingTime at, std::string pool, std::string reason, std::uint64_t count) {
        return RefusalCount{at, std::move(pool), "optics", std::move(reason), count};
    };
    EXPECT_THAT(refusals(),
                UnorderedElementsAre(
                    row(hour, "no-pool", "unknown pool", 1), row(hour, "bench", "too short", 1),
                    row(hour, "bench", "too long", 2), row(hour, "bench", "no user", 1),
                    row(hour, "bench", "locked", 1), row(hour, "bench", "none available", 1),
                    row(hour + 1h, "bench", "none available", 1)));
    EXPECT_THAT(audit(), SizeIs(1)) << "only what was booked";
}

TEST_P(SessionDesk, books_nothing_while_locked_and_sessions_go_on) {
    put_pool("bench");
    put_rig("laser-7");
    put_rig("laser-8");
    const Session session = book(for_user("ada"));
    set_state({.locked = true, .message = "maintenance"});
    EXPECT_EQ(refusal(for_user("bob")), Refusal::locked);
    EXPECT_EQ(find(session.booking.name), session);
    set_state({.locked = false, .message = "go on"});
    book(for_user("bob"));
}

TEST_P(SessionDesk, gives_an_item_that_is_in_several_pools_once) {
    put_pool("bench");
    put_pool("demonstration");
    put_rig("laser-7", {"bench", "demonstration"});
    book(for_user("ada", "bench"));
    EXPECT_EQ(refusal(for_user("bob", "demonstration")), Refusal::none_available);
}

TEST_P(SessionDesk, gives_an_item_with_two_activities_once) {
    put_pool("bench");
    put_pool("advanced");
    Offer rig = put_rig("laser-7");
    rig.id = rig.key = "laser-7-advanced";
    rig.activity.description.name = "with the polariser";
    rig.pools = {"advanced"};
    put_offer(rig);
    book(for_user("ada", "advanced"));
    EXPECT_EQ(refusal(for_user("bob", "bench")), Refusal::none_available);
    EXPECT_EQ(refusal(for_user("bob", "advanced")), Refusal::none_available);
}

TEST_P(SessionDesk, gives_a_simulation_to_one_user_at_a_time) {
    put_pool("bench");
    put_simulation("pendulum-1");
    put_simulation("pendulum-2");
    EXPECT_NE(book(for_user("ada")).offer.id, book(for_user("bob")).offer.id);
    EXPECT_EQ(refusal(for_user("cy")), Refusal::none_available);
}

TEST_P(SessionDesk, a_user_has_two_sessions_at_most_in_all_pools_together) {
    put_pool("bench");
    put_pool("other");
    for (const char* id : {"a", "b", "c"}) put_rig(id);
    put_rig("d", {"other"});
    book(for_user("ada", "bench", 60s));
    book(for_user("ada", "bench", 600s));
    EXPECT_EQ(refusal(for_user("ada", "bench")), Refusal::too_many_sessions);
    EXPECT_EQ(refusal(for_user("ada", "other")), Refusal::too_many_sessions);
    book(for_user("bob"));

    now += 60s - 1ms;
    EXPECT_EQ(refusal(for_user("ada", "other")), Refusal::too_many_sessions);
    now += 1ms;
    book(for_user("ada", "other"));
}

TEST_P(SessionDesk, a_request_may_permit_more_sessions_or_fewer) {
    put_pool("bench");
    for (const char* id : {"a", "b", "c", "d"}) put_rig(id);
    SessionRequest request = for_user("ada");
    request.max_sessions = 3;
    for (int i = 0; i < 3; ++i) book(request);
    EXPECT_EQ(refusal(request), Refusal::too_many_sessions);
    request.user = "bob";
    request.max_sessions = 1;
    book(request);
    EXPECT_EQ(refusal(request), Refusal::too_many_sessions);
}

TEST_P(SessionDesk, takes_what_was_used_longest_ago) {
    put_pool("bench");
    for (const char* id : {"c", "a", "b"}) put_rig(id);
    std::string order;
    for (int i = 0; i < 7; ++i) {
        order += book(for_user("ada", "bench", 60s)).offer.id;
        now += 60s;
    }
    EXPECT_EQ(order, "abcabca");
    // A session that was short does not make an item more recent than one that began later.
    const Session of_b = book(for_user("ada", "bench", 600s));
    now += 1s;
    const Session of_c = book(for_user("bob", "bench", 60s));
    EXPECT_EQ(of_b.offer.id + of_c.offer.id, "bc");
    now = of_b.booking.time.end;
    EXPECT_EQ(book(for_user("ada")).offer.id, "a");
    EXPECT_EQ(book(for_user("ada")).offer.id, "b");
}

TEST_P(SessionDesk, what_was_used_under_another_activity_counts_as_used) {
    put_pool("bench");
    put_pool("advanced");
    Offer rig = put_rig("a");
    put_rig("b");
    rig.id = rig.key = "z";
    rig.pools = {"advanced"};
    put_offer(rig);
    book(for_user("ada", "advanced", 60s));
    now += 60s;
    EXPECT_EQ(book(for_user("ada", "bench")).offer.id, "b");
}

TEST_P(SessionDesk, a_rig_is_free_again_at_the_end_and_not_a_millisecond_before) {
    put_pool("bench");
    put_rig("laser-7");
    const Session first = book(for_user("ada", "bench", 60s));
    now = first.booking.time.end - 1ms;
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);
    EXPECT_THAT(live(), SizeIs(1));
    now += 1ms;
    EXPECT_THAT(live(), IsEmpty());
    const Session second = book(for_user("bob"));
    EXPECT_EQ(second.booking.time.start, first.booking.time.end);
}

TEST_P(SessionDesk, an_offer_can_be_booked_until_it_expires) {
    put_pool("bench");
    Offer rig = put_rig("laser-7");
    rig.activity.expires = now + 600s;
    put_offer(rig);
    now += 1ms;
    EXPECT_EQ(refusal(for_user("ada", "bench", 600s)), Refusal::none_available);
    book(for_user("ada", "bench", 599s));
}

TEST_P(SessionDesk, what_is_out_of_service_is_not_given) {
    put_pool("bench");
    const Offer rig = put_rig("laser-7");
    const auto set_available = [&](bool available) {
        change([&](Transaction& transaction) {
            return transaction.catalogue().set_available(rig.resource, available, "lamp");
        });
    };
    set_available(false);
    EXPECT_EQ(refusal(for_user("ada")), Refusal::none_available);
    set_available(true);
    book(for_user("ada"));
}

TEST_P(SessionDesk, a_rig_in_use_stays_so_when_the_clock_is_set_back) {
    put_pool("bench");
    put_rig("laser-7");
    const Session session = book(for_user("ada", "bench", 60s));
    now -= 1h;
    EXPECT_EQ(refusal(for_user("bob", "bench", 60s)), Refusal::none_available);
    EXPECT_EQ(refusal(for_user("bob", "bench", 7200s)), Refusal::none_available);
    EXPECT_THAT(sessions_of("ada"), ElementsAre(session.booking.name));
    now += 1h + 60s;
    book(for_user("bob"));
}

TEST_P(SessionDesk, a_rig_is_free_when_the_clock_is_set_forward_behind_the_end) {
    put_pool("bench");
    put_rig("laser-7");
    book(for_user("ada", "bench", 60s));
    now += 1h;
    book(for_user("bob", "bench", 60s));
    now -= 1h;
    EXPECT_EQ(refusal(for_user("cy", "bench", 60s)), Refusal::none_available)
        << "two sessions have a claim to it now";
}

TEST_P(SessionDesk, a_hold_in_advance_is_respected) {
    put_pool("bench");
    put_rig("laser-7");
    change([&](Transaction& transaction) -> Result<void> {
        const Booking later{.name = "later",
                            .user = "bob",
                            .pool = "bench",
                            .time = {now + 600s, now + 900s},
                            .created = now};
        const auto outcome = transaction.sessions().book(later, "laser-7");
        EXPECT_EQ(outcome, SessionTable::Outcome::booked);
        return {};
    });
    EXPECT_EQ(refusal(for_user("ada", "bench", 601s)), Refusal::none_available);
    book(for_user("ada", "bench", 600s));
    now += 600s;
    EXPECT_EQ(refusal(for_user("ada", "bench", 60s)), Refusal::none_available);
    now += 300s;
    book(for_user("ada", "bench", 60s));
}

TEST_P(SessionDesk, a_session_keeps_what_it_was_given) {
    put_pool("bench");
    Offer rig = put_rig("laser-7");
    SessionRequest request = for_user("ada");
    request.idempotency_key = "k1";
    const Session session = book(request);

    rig.activity.description.name = "Laser 7, new lens";
    rig.activity.streams[0].scopes = {"read"};
    put_offer(rig);
    EXPECT_EQ(find(session.booking.name), session);
    EXPECT_EQ(book(request), session);
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available) << "the item is the same";
    now = session.booking.time.end;
    EXPECT_EQ(book(for_user("bob")).offer, rig);
}

TEST_P(SessionDesk, withdrawing_an_offer_or_a_pool_leaves_sessions_alone) {
    put_pool("bench");
    const Offer rig = put_rig("laser-7");
    const Session session = book(for_user("ada"));
    change([&](Transaction& transaction) -> Result<void> {
        EXPECT_EQ(transaction.catalogue().retire_offer("laser-7", now), true);
        return {};
    });
    EXPECT_EQ(find(session.booking.name), session);
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);
    put_offer(rig);
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);
    change([&](Transaction& transaction) -> Result<void> {
        EXPECT_EQ(transaction.catalogue().retire_pool("bench", now), true);
        return {};
    });
    EXPECT_EQ(refusal(for_user("bob")), Refusal::unknown_pool);
    EXPECT_THAT(sessions_of("ada"), ElementsAre(session.booking.name));
}

TEST_P(SessionDesk, a_unit_that_fails_leaves_no_trace_of_its_booking) {
    put_pool("bench");
    put_rig("laser-7");
    const Result<void> done =
        write_now(backend->store(), [&](Transaction& transaction) -> Result<void> {
            EXPECT_TRUE(request_session(transaction, for_user("ada"), now));
            EXPECT_TRUE(request_session(transaction, for_user("bob"), now));
            return fail(Errc::invalid, "changed my mind");
        });
    EXPECT_EQ(done.error().detail, "changed my mind");
    EXPECT_THAT(live(), IsEmpty());
    EXPECT_THAT(audit(), IsEmpty());
    EXPECT_THAT(refusals(), IsEmpty());
    book(for_user("ada"));
}

TEST_P(SessionDesk, sessions_are_there_after_a_restart) {
    put_pool("bench");
    put_rig("laser-7");
    SessionRequest request = for_user("ada");
    request.idempotency_key = "k1";
    request.max_sessions = 1;
    const Session session = book(request);
    backend->reopen();
    EXPECT_EQ(find(session.booking.name), session);
    EXPECT_EQ(book(request), session);
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);
    request.idempotency_key = "k2";
    EXPECT_EQ(refusal(request), Refusal::too_many_sessions);
}

}  // namespace relay::booking
