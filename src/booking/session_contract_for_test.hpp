// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/store_fixture_for_test.hpp"

// Bookings and holds over any backend. Instantiated with store_contract_for_test.hpp.
namespace relay::booking {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

TEST_P(StoreContract, a_booking_comes_back_as_it_was_written) {
    put_pool("bench");
    const Offer rig = put_rig("laser-7");
    Booking written = booking("n\xc3\xa9 '1'", 0, 60);
    written.user = "\xe6\xbf\x80 \"user\"";
    written.group = "";
    written.pool = "no such pool";
    written.idempotency_key = "key 1";
    written.request_check = 4'294'967'295U;
    written.created -= std::chrono::milliseconds(1);
    EXPECT_TRUE(is_booked(written));
    for (int round = 0; round < 2; ++round) {
        const auto found = find(written.name);
        ASSERT_TRUE(found);
        EXPECT_EQ(*found, (Session{written, rig}));
        EXPECT_EQ(find("n"), std::nullopt);
        change([&](Transaction& unit) -> Result<void> {
            EXPECT_EQ(unit.sessions().find_by_key(written.user, "key 1").value(), found);
            EXPECT_EQ(unit.sessions().find_by_key(written.user, "key").value(), std::nullopt);
            EXPECT_EQ(unit.sessions().find_by_key(written.user, "").value(), std::nullopt);
            EXPECT_EQ(unit.sessions().find_by_key("ada", "key 1").value(), std::nullopt);
            return {};
        });
        backend->reopen();
    }
}

TEST_P(StoreContract, holds_of_a_resource_never_overlap) {
    struct Case {
        const char* name;
        int from, to;  // against [100, 200)
        bool is_free;
    };
    put_pool("bench");
    put_rig("laser-7");
    EXPECT_TRUE(is_booked(booking("first", 100, 200)));
    for (const Case& each : std::vector<Case>{{"equal", 100, 200, false},
                                              {"contained", 120, 180, false},
                                              {"containing", 50, 250, false},
                                              {"same start, shorter", 100, 101, false},
                                              {"same end, shorter", 199, 200, false},
                                              {"over the start", 99, 101, false},
                                              {"over the end", 199, 201, false},
                                              {"touching the start", 90, 100, true},
                                              {"touching the end", 200, 210, true},
                                              {"before", 10, 20, true},
                                              {"between", 20, 90, true},
                                              {"after", 1000, 2000, true},
                                              {"over several", 15, 95, false}})
        EXPECT_EQ(is_booked(booking(each.name, each.from, each.to)), each.is_free) << each.name;
    Booking close = booking("one millisecond", 200, 201);
    close.time = {now + std::chrono::milliseconds(209'999), now + std::chrono::seconds(300)};
    EXPECT_FALSE(is_booked(close));
    close.time.start += std::chrono::milliseconds(1);
    EXPECT_TRUE(is_booked(close));
    put_rig("laser-8");
    EXPECT_TRUE(is_booked(booking("another resource", 100, 200), "laser-8"));
}

TEST_P(StoreContract, two_offers_of_one_resource_share_its_holds) {
    put_pool("bench");
    Offer rig = put_rig("laser-7");
    rig.id = rig.key = "laser-7b";
    put_offer(rig);
    EXPECT_TRUE(is_booked(booking("first", 0, 60), "laser-7"));
    EXPECT_FALSE(is_booked(booking("second", 59, 100), "laser-7b"));
}

TEST_P(StoreContract, what_began_when_it_was_booked_blocks_all_before_its_end) {
    put_pool("bench");
    put_rig("laser-7");
    EXPECT_TRUE(is_booked(booking("on", 0, 600)));
    now -= std::chrono::hours(1);
    EXPECT_FALSE(is_booked(booking("the clock was set back", 0, 60)));
    EXPECT_FALSE(is_booked(booking("also ahead", 120, 180)));
    EXPECT_TRUE(is_booked(booking("after it", 3600 + 600, 3600 + 700)));
    EXPECT_THAT(
        candidates().at(0).held,
        ElementsAre(
            Held{{now + std::chrono::seconds(3600), now + std::chrono::seconds(4200)}, true},
            Held{{now + std::chrono::seconds(4200), now + std::chrono::seconds(4300)}, false}));
}

TEST_P(StoreContract, what_is_to_come_leaves_room_before_it) {
    put_pool("bench");
    put_rig("laser-7");
    EXPECT_TRUE(is_booked(booking("later", 100, 200)));
    EXPECT_TRUE(is_booked(booking("until then", 0, 100)));
}

TEST_P(StoreContract, a_booking_of_what_is_taken_writes_nothing) {
    put_pool("bench");
    put_rig("laser-7");
    EXPECT_TRUE(is_booked(booking("first", 0, 60)));
    Booking second = booking("second", 0, 60);
    second.idempotency_key = "key";
    EXPECT_EQ(write_booking(second, "laser-7"), SessionTable::Outcome::taken);
    EXPECT_EQ(find("second"), std::nullopt);
    put_rig("laser-8");
    EXPECT_EQ(write_booking(second, "laser-8"), SessionTable::Outcome::booked)
        << "name and key are still free";
}

TEST_P(StoreContract, a_booking_that_cannot_be_written_says_why_and_writes_nothing) {
    put_pool("bench");
    put_rig("laser-7");
    put_rig("laser-8");
    put_rig("gone");
    EXPECT_TRUE(retire_offer("gone"));
    Booking first = booking("first", 0, 60);
    first.idempotency_key = "key";
    EXPECT_TRUE(is_booked(first));
    const auto refused = [&](const Booking& wanted, const std::string& offer) {
        return error_of([&](Transaction& unit) -> Result<void> {
            const auto outcome = unit.sessions().book(wanted, offer);
            if (!outcome) return std::unexpected(outcome.error());
            return {};
        });
    };
    Booking same_name = first;
    same_name.idempotency_key = "";
    EXPECT_EQ(refused(same_name, "laser-8"), Errc::conflict);
    Booking same_key = booking("second", 0, 60);
    same_key.idempotency_key = "key";
    EXPECT_EQ(refused(same_key, "laser-8"), Errc::conflict);
    EXPECT_EQ(refused(booking("second", 0, 60), "unknown"), Errc::not_found);
    EXPECT_EQ(refused(booking("second", 0, 60), "gone"), Errc::not_found);
    EXPECT_EQ(refused(booking("second", 60, 60), "laser-8"), Errc::invalid);
    EXPECT_EQ(refused(booking("second", 60, 0), "laser-8"), Errc::invalid);
    EXPECT_THAT(live(), ElementsAre("first"));
    same_key.user = "bob";
    EXPECT_TRUE(is_booked(same_key, "laser-8")) << "keys are of a user";
}

TEST_P(StoreContract, candidates_tell_what_the_rules_need) {
    put_pool("bench");
    Offer rig = put_rig("laser-7");
    const ResourceNumber unused = put_rig("laser-8").resource;
    put_pool("other");
    put_rig("elsewhere", {"other"});
    EXPECT_TRUE(is_booked(booking("past", 0, 60)));
    now += std::chrono::seconds(60);
    EXPECT_TRUE(is_booked(booking("on", 0, 60)));
    EXPECT_TRUE(is_booked(booking("later", 100, 160)));
    const BookingTime on = now;
    now += std::chrono::seconds(1);
    std::vector<Candidate> found = candidates();
    std::ranges::sort(found, {}, &Candidate::offer);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].resource, rig.resource);
    EXPECT_EQ(found[0].expires, rig.activity.expires);
    EXPECT_EQ(found[0].last_used, on);
    EXPECT_THAT(
        found[0].held,
        ElementsAre(Held{{on, on + std::chrono::seconds(60)}, true},
                    Held{{on + std::chrono::seconds(100), on + std::chrono::seconds(160)}, false}));
    EXPECT_EQ(found[1].resource, unused);
    EXPECT_EQ(found[1].last_used, BookingTime());
    EXPECT_THAT(found[1].held, IsEmpty());
    EXPECT_THAT(candidates("unknown"), IsEmpty());
}

TEST_P(StoreContract, each_candidate_has_the_holds_of_its_own_resource_by_start) {
    put_pool("bench");
    Offer rig = put_rig("laser-7");
    put_rig("laser-8");
    EXPECT_TRUE(is_booked(booking("third", 300, 360)));
    EXPECT_TRUE(is_booked(booking("first", 0, 60)));
    EXPECT_TRUE(is_booked(booking("given up", 70, 80)));
    EXPECT_TRUE(begin_cancel("given up"));
    EXPECT_TRUE(finish_cancel("given up"));
    EXPECT_TRUE(is_booked(booking("second", 100, 160)));
    rig.id = rig.key = "laser-7b";
    put_offer(rig);
    EXPECT_TRUE(is_booked(booking("of the other", 10, 20), "laser-8"));
    const auto starts = [&](const std::string& offer) {
        std::vector<std::int64_t> seconds;
        int found = 0;
        for (const Candidate& each : candidates()) {
            if (each.offer != offer) continue;
            ++found;
            for (const Held& held : each.held)
                seconds.push_back(unix_seconds(held.time.start) - unix_seconds(now));
        }
        EXPECT_EQ(found, 1) << offer;
        return seconds;
    };
    EXPECT_THAT(candidates(), testing::SizeIs(3));
    EXPECT_THAT(starts("laser-7"), ElementsAre(0, 100, 300));
    EXPECT_THAT(starts("laser-7b"), ElementsAre(0, 100, 300));
    EXPECT_THAT(starts("laser-8"), ElementsAre(10));
}

TEST_P(StoreContract, sessions_are_listed_until_they_end_or_are_cancelled) {
    put_pool("bench");
    for (const char* id : {"a", "b", "c", "d"}) put_rig(id);
    EXPECT_TRUE(is_booked(booking("later", 50, 60), "b"));
    EXPECT_TRUE(is_booked(booking("on", 0, 60), "a"));
    Booking other = booking("of bob", 10, 70);
    other.user = "bob";
    EXPECT_TRUE(is_booked(other, "c"));
    EXPECT_TRUE(is_booked(booking("cancelling", 5, 60), "d"));
    EXPECT_TRUE(begin_cancel("cancelling"));
    EXPECT_THAT(live(), ElementsAre("on", "cancelling", "of bob", "later"));
    EXPECT_THAT(sessions_of("ada"), ElementsAre("on", "cancelling", "later"));
    EXPECT_THAT(sessions_of("bob"), ElementsAre("of bob"));
    EXPECT_THAT(sessions_of("nobody"), IsEmpty());
    EXPECT_TRUE(finish_cancel("cancelling"));
    EXPECT_THAT(sessions_of("ada"), ElementsAre("on", "later"));
    now += std::chrono::seconds(60);
    EXPECT_THAT(live(), ElementsAre("of bob"));
    now -= std::chrono::milliseconds(1);
    EXPECT_THAT(live(), ElementsAre("on", "of bob", "later"));
}

TEST_P(StoreContract, a_booking_is_cancelled_in_two_steps) {
    put_pool("bench");
    put_rig("laser-7");
    EXPECT_EQ(begin_cancel("unknown").error().code, Errc::not_found);
    EXPECT_EQ(finish_cancel("unknown").error().code, Errc::not_found);
    EXPECT_TRUE(is_booked(booking("b", 0, 600)));
    EXPECT_EQ(finish_cancel("b").error().code, Errc::conflict);
    now += std::chrono::seconds(10);
    EXPECT_TRUE(begin_cancel("b"));
    EXPECT_EQ(state_of("b"), BookingState::cancelling);
    EXPECT_EQ(begin_cancel("b").error().code, Errc::not_found);
    EXPECT_FALSE(is_booked(booking("early", 0, 60))) << "the resource stays held";
    now += std::chrono::seconds(10);
    EXPECT_TRUE(finish_cancel("b"));
    EXPECT_EQ(state_of("b"), BookingState::cancelled);
    EXPECT_EQ(find("b")->booking.time.end, now + std::chrono::seconds(580)) << "as booked";
    EXPECT_EQ(begin_cancel("b").error().code, Errc::not_found);
    EXPECT_TRUE(is_booked(booking("next", 0, 60)));
    now += std::chrono::seconds(5);
    EXPECT_TRUE(finish_cancel("b")) << "without an effect";
    EXPECT_EQ(candidates().at(0).held.size(), 1U);
}

TEST_P(StoreContract, a_cancelled_booking_holds_nothing_whenever_it_was_finished) {
    put_pool("bench");
    put_rig("laser-7");
    int number = 0;
    // Before its start, at it, within, at its end, after it.
    for (const int finished : {-50, 0, 30, 60, 90}) {
        const std::string name = std::to_string(number++);
        const BookingTime before = now;
        EXPECT_TRUE(is_booked(booking(name, 100, 160)));
        now += std::chrono::seconds(100 + finished);
        EXPECT_TRUE(begin_cancel(name));
        EXPECT_TRUE(finish_cancel(name));
        now = before;
        EXPECT_TRUE(is_booked(booking(name + " again", 100, 160))) << finished;
        now += std::chrono::hours(1);
    }
}

TEST_P(StoreContract, counts_are_of_what_there_is_now) {
    put_pool("bench");
    put_rig("laser-7");
    Offer expiring = put_rig("laser-8");
    expiring.activity.expires = now + std::chrono::seconds(100);
    put_offer(expiring);
    put_rig("gone");
    EXPECT_TRUE(retire_offer("gone"));
    put_group({"g", "", {}, {}});
    const auto count = [&] {
        return look<SessionTable::Counts>(
            [&](const Transaction& seen) { return seen.sessions().counts(now); });
    };
    EXPECT_EQ(count().sessions, 0U);
    EXPECT_EQ(count().last_end, std::nullopt);
    EXPECT_TRUE(is_booked(booking("a", 0, 60)));
    EXPECT_TRUE(is_booked(booking("b", 0, 90), "laser-8"));
    SessionTable::Counts counts = count();
    EXPECT_EQ(counts.groups, 1U);
    EXPECT_EQ(counts.pools, 1U);
    EXPECT_EQ(counts.activities, 2U);
    EXPECT_EQ(counts.sessions, 2U);
    EXPECT_EQ(counts.last_end, now + std::chrono::seconds(90));
    EXPECT_TRUE(begin_cancel("b"));
    EXPECT_TRUE(finish_cancel("b"));
    EXPECT_EQ(count().last_end, now + std::chrono::seconds(60));
    now += std::chrono::seconds(100);
    EXPECT_EQ(count().sessions, 0U);
    EXPECT_EQ(count().activities, 1U);
}

}  // namespace relay::booking
