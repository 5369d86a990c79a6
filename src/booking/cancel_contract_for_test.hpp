// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/desk_fixture_for_test.hpp"

// What ending sessions early does over any backend. Instantiated with desk_contract_for_test.hpp.
namespace relay::booking {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

inline const std::string near_relay = "https://near.example/access";
inline const std::string far_relay = "https://far.example/access";

TEST_P(SessionDesk, a_simulation_is_cancelled_at_once) {
    put_pool("bench");
    put_simulation("pendulum");
    SessionRequest request = for_user("ada");
    request.max_sessions = 1;
    const std::string name = book(request).booking.name;
    now += 10s;
    EXPECT_EQ(cancel(name, "ada"), Cancellation::done);
    EXPECT_EQ(state_of(name), BookingState::cancelled);
    EXPECT_THAT(pending(name), IsEmpty());
    EXPECT_THAT(live(), IsEmpty());
    EXPECT_THAT(audit().back(), AllOf(Field(&AuditEntry::at, now), Field(&AuditEntry::actor, "ada"),
                                      Field(&AuditEntry::action, "session cancelled"),
                                      Field(&AuditEntry::object, name)));
    book(request);
}

TEST_P(SessionDesk, a_rig_stays_held_until_its_relay_has_been_told) {
    put_pool("bench");
    put_rig("laser-7", {"bench"}, {near_relay});
    SessionRequest request = for_user("ada");
    request.max_sessions = 1;
    const Session session = book(request);
    const std::string& name = session.booking.name;
    now += 10s;
    EXPECT_EQ(cancel(name, "ada"), Cancellation::pending);

    EXPECT_EQ(state_of(name), BookingState::cancelling);
    EXPECT_THAT(pending(name), ElementsAre(Denial{.booking = name,
                                                  .relay = near_relay,
                                                  .until = session.booking.time.end,
                                                  .attempts = 0,
                                                  .next_attempt = now}));
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);
    EXPECT_EQ(refusal(request), Refusal::too_many_sessions);
    EXPECT_THAT(live(), ElementsAre(name));

    now += 30s;
    settle(name, near_relay);
    EXPECT_EQ(state_of(name), BookingState::cancelled);
    EXPECT_THAT(live(), IsEmpty());
    book(for_user("bob"));
    EXPECT_EQ(refusal(request), Refusal::none_available) << "the quota is free, the rig is not";
}

TEST_P(SessionDesk, each_relay_is_told_once_and_the_last_one_frees_the_rig) {
    put_pool("bench");
    Offer rig = put_rig("laser-7", {"bench"}, {near_relay, far_relay});
    rig.activity.streams.push_back(rig.activity.streams[0]);
    rig.activity.streams.back().role = "video";
    put_offer(rig);
    const std::string name = book(for_user("ada")).booking.name;
    EXPECT_EQ(cancel(name), Cancellation::pending);
    EXPECT_THAT(pending(name),
                ElementsAre(Field(&Denial::relay, far_relay), Field(&Denial::relay, near_relay)));
    settle(name, near_relay);
    EXPECT_EQ(state_of(name), BookingState::cancelling);
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);
    EXPECT_EQ(cancel(name), Cancellation::pending);
    settle(name, far_relay);
    EXPECT_EQ(state_of(name), BookingState::cancelled);
    EXPECT_EQ(cancel(name), Cancellation::done);
    book(for_user("bob"));
}

TEST_P(SessionDesk, cancelling_again_tells_how_it_stands_and_changes_nothing) {
    put_pool("bench");
    put_rig("laser-7");
    const std::string name = book(for_user("ada")).booking.name;
    EXPECT_EQ(cancel(name, "ada"), Cancellation::pending);
    const std::vector<Denial> denials = pending(name);
    const std::vector<AuditEntry> entries = audit();
    now += 5s;
    EXPECT_EQ(cancel(name, "ada"), Cancellation::pending);
    EXPECT_EQ(cancel(name), Cancellation::pending);
    EXPECT_EQ(pending(name), denials);
    EXPECT_EQ(audit(), entries);
    settle(name, denials.at(0).relay);
    EXPECT_EQ(cancel(name, "ada"), Cancellation::done);
    now += 24h;
    EXPECT_EQ(cancel(name, "ada"), Cancellation::done);
}

TEST_P(SessionDesk, a_user_cancels_only_sessions_of_their_own) {
    put_pool("bench");
    put_rig("laser-7");
    const Session session = book(for_user("ada"));
    EXPECT_EQ(cancel(session.booking.name, "bob").error().code, Errc::not_found);
    EXPECT_EQ(cancel("", "ada").error().code, Errc::not_found);
    EXPECT_EQ(cancel("no-such-session").error().code, Errc::not_found);
    EXPECT_EQ(find(session.booking.name), session);
    EXPECT_EQ(cancel(session.booking.name, ""), Cancellation::pending) << "an administrator";
    EXPECT_EQ(cancel(session.booking.name, "bob").error().code, Errc::not_found);
}

TEST_P(SessionDesk, what_is_over_cannot_be_cancelled) {
    put_pool("bench");
    put_rig("laser-7");
    const Session session = book(for_user("ada", "bench", 60s));
    now = session.booking.time.end;
    EXPECT_EQ(cancel(session.booking.name).error().code, Errc::not_found);
    EXPECT_EQ(find(session.booking.name), session);
    EXPECT_THAT(pending(session.booking.name), IsEmpty());
    now -= 1ms;
    EXPECT_EQ(cancel(session.booking.name), Cancellation::pending);
}

TEST_P(SessionDesk, the_end_frees_a_rig_whose_relay_was_never_told) {
    put_pool("bench");
    const std::string relay = put_rig("laser-7").activity.streams.at(0).topic.audience;
    const Session session = book(for_user("ada", "bench", 60s));
    EXPECT_EQ(cancel(session.booking.name), Cancellation::pending);
    now = session.booking.time.end;
    EXPECT_EQ(cancel(session.booking.name), Cancellation::done);
    EXPECT_THAT(live(), IsEmpty());
    book(for_user("bob"));
    settle(session.booking.name, relay);
    EXPECT_EQ(state_of(session.booking.name), BookingState::cancelled);
}

TEST_P(SessionDesk, a_settled_denial_finishes_nothing_that_was_not_cancelled) {
    put_pool("bench");
    put_rig("laser-7");
    const Session session = book(for_user("ada"));
    settle(session.booking.name, near_relay);
    settle("no-such-session", near_relay);
    EXPECT_EQ(find(session.booking.name), session);
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);
}

TEST_P(SessionDesk, relays_are_told_of_a_session_that_began_before_the_clock_was_set_back) {
    put_pool("bench");
    const std::string relay = put_rig("laser-7").activity.streams.at(0).topic.audience;
    const Session session = book(for_user("ada"));
    now -= 1h;
    EXPECT_EQ(cancel(session.booking.name), Cancellation::pending);
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);
    settle(session.booking.name, relay);
    EXPECT_EQ(state_of(session.booking.name), BookingState::cancelled);
    book(for_user("bob"));
}

TEST_P(SessionDesk, what_was_cancelled_blocks_nobody_when_the_clock_is_set_back) {
    put_pool("bench");
    put_simulation("pendulum");
    const std::string name = book(for_user("ada")).booking.name;
    now += 300s;
    EXPECT_EQ(cancel(name), Cancellation::done);
    now -= 200s;
    EXPECT_THAT(sessions_of("ada"), IsEmpty());
    book(for_user("bob"));
}

TEST_P(SessionDesk, a_session_that_is_to_come_is_cancelled_at_once) {
    put_pool("bench");
    put_rig("laser-7");
    change([&](Transaction& transaction) -> Result<void> {
        const Booking later{.name = "later",
                            .user = "ada",
                            .pool = "bench",
                            .time = {now + 600s, now + 900s},
                            .created = now};
        EXPECT_EQ(transaction.sessions().book(later, "laser-7"), SessionTable::Outcome::booked);
        return {};
    });
    now += 600s - 1ms;
    EXPECT_EQ(cancel("later", "ada"), Cancellation::done) << "nobody was given tokens for it";
    EXPECT_EQ(state_of("later"), BookingState::cancelled);
    book(for_user("bob"));
}

TEST_P(SessionDesk, a_cancelled_session_ends_in_the_statistics_when_the_rig_was_freed) {
    put_pool("bench");
    const Offer rig = put_rig("laser-7");
    const BookingTime start = now;
    const std::string name = book(for_user("ada")).booking.name;
    now += 10s;
    EXPECT_EQ(cancel(name), Cancellation::pending);
    now += 5s;
    settle(name, rig.activity.streams.at(0).topic.audience);
    const auto uses = look<std::vector<UseRecord>>(
        [&](const Transaction& seen) { return seen.records().uses({start, start + 24h}); });
    EXPECT_THAT(
        uses, ElementsAre(AllOf(Field(&UseRecord::time, Interval{start, now}),
                                Field(&UseRecord::cancelled, true), Field(&UseRecord::user, "ada"),
                                Field(&UseRecord::resource, rig.resource))));
}

TEST_P(SessionDesk, a_cancellation_goes_on_after_a_restart) {
    put_pool("bench");
    const std::string relay = put_rig("laser-7").activity.streams.at(0).topic.audience;
    const std::string name = book(for_user("ada")).booking.name;
    EXPECT_EQ(cancel(name), Cancellation::pending);
    const std::vector<Denial> denials = pending(name);
    backend->reopen();
    EXPECT_EQ(pending(name), denials);
    EXPECT_EQ(cancel(name), Cancellation::pending);
    EXPECT_EQ(refusal(for_user("bob")), Refusal::none_available);
    settle(name, relay);
    book(for_user("bob"));
}

TEST_P(SessionDesk, reset_ends_all_sessions_and_withdraws_all_that_is_offered) {
    put_pool("bench");
    const std::string relay = put_rig("laser-7").activity.streams.at(0).topic.audience;
    put_simulation("pendulum");
    change([&](Transaction& transaction) {
        return transaction.catalogue().put_group(
            {.id = "g1",
             .group = {.description = {.name = "optics", .type = "group"}},
             .pools = {"bench"}});
    });
    const Session ended = book(for_user("ada", "bench", 60s));
    now += 60s;
    const Session first = book(for_user("ada"));
    const Session second = book(for_user("bob"));
    const Session& on_rig = first.offer.id == "laser-7" ? first : second;
    const Session& simulated = first.offer.id == "laser-7" ? second : first;
    set_state({.locked = false, .message = "exams"});

    change([&](Transaction& transaction) { return reset(transaction, "root", now); });
    EXPECT_EQ(look<Catalogue>([](const Transaction& seen) { return seen.catalogue().all(); }),
              Catalogue());
    EXPECT_EQ(find(ended.booking.name), ended);
    EXPECT_EQ(state_of(simulated.booking.name), BookingState::cancelled);
    EXPECT_EQ(state_of(on_rig.booking.name), BookingState::cancelling);
    EXPECT_THAT(pending(on_rig.booking.name), SizeIs(1));
    EXPECT_EQ(refusal(for_user("ada")), Refusal::unknown_pool);
    EXPECT_EQ(audit().back(), (AuditEntry{.at = now,
                                          .actor = "root",
                                          .action = "everything reset",
                                          .object = "",
                                          .detail = "sessions ended: 2"}));
    const auto state =
        look<ServiceState>([](const Transaction& seen) { return seen.records().state(); });
    EXPECT_EQ(state.message, "exams");

    // Again: there is nothing left to end, what waits for its relay goes on waiting.
    change([&](Transaction& transaction) { return reset(transaction, "root", now); });
    EXPECT_EQ(audit().back().detail, "sessions ended: 0");
    EXPECT_THAT(pending(on_rig.booking.name), SizeIs(1));

    // The same equipment offered anew is free when its relay has been told.
    put_pool("bench");
    put_offer(on_rig.offer);
    EXPECT_EQ(refusal(for_user("cy")), Refusal::none_available);
    settle(on_rig.booking.name, relay);
    book(for_user("cy"));
}

}  // namespace relay::booking
