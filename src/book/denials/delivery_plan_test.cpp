// SPDX-License-Identifier: Apache-2.0
#include "book/denials/delivery_plan.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace relay::book {
namespace {

using booking::BookingTime;
using booking::Denial;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

const std::string dead = "https://dead.test", other = "https://other.test";

Denial denial(const std::string& booking, const std::string& relay = dead) {
    return {.booking = booking, .relay = relay, .until = BookingTime(1h)};
}

struct DeliveryPlanTest : testing::Test {
    // The booking that is next, or "none".
    std::string next_booking() {
        const auto attempt = plan.next(now);
        if (attempt) attempts.push_back(*attempt);
        return attempt ? attempt->denial.booking : "none";
    }
    DeliveryPlan::Attempt begin() {
        auto attempt = plan.next(now);
        EXPECT_TRUE(attempt);
        return attempt.value_or(DeliveryPlan::Attempt{});
    }
    void fill(std::size_t count, const std::string& relay = dead) {
        std::vector<Denial> outbox;
        for (std::size_t i = 0; i < count; ++i) outbox.push_back(denial(std::to_string(i), relay));
        plan.refill(outbox);
    }
    // Has the relay answer once.
    void prove(const std::string& relay) {
        plan.refill({denial("first", relay)});
        const auto attempt = begin();
        plan.answered(attempt);
        plan.finished(attempt.denial);
    }

    SteadyTime now{100h};
    double random = 0.5;
    DeliveryPlan::Limits limits;
    DeliveryPlan plan{limits, [this] { return random; }};
    std::vector<DeliveryPlan::Attempt> attempts;
};

TEST_F(DeliveryPlanTest, asks_an_unknown_relay_one_thing_and_one_that_answers_several) {
    fill(10);
    EXPECT_EQ(next_booking(), "0");
    EXPECT_EQ(next_booking(), "none");
    EXPECT_EQ(plan.next_try(), std::nullopt) << "it depends on the answer";
    plan.answered(attempts[0]);
    EXPECT_EQ(plan.next_try(), SteadyTime()) << "at once";
    for (const char* expected : {"1", "2", "3", "4", "none"}) EXPECT_EQ(next_booking(), expected);
}

TEST_F(DeliveryPlanTest, asks_a_relay_that_failed_again_after_growing_pauses) {
    fill(300);
    for (const auto bound : {250ms, 500ms, 1000ms, 2000ms, 4000ms, 8000ms, 10'000ms, 10'000ms}) {
        const auto attempt = begin();
        EXPECT_EQ(next_booking(), "none");
        const auto pause = 125ms + (bound - 125ms) / 2;
        EXPECT_LE(plan.failed(attempt, now) - pause, 1ms);
        EXPECT_EQ(next_booking(), "none") << "none of the 300 goes round the pause";
        const auto again = plan.next_try().value();
        EXPECT_GE(again, now + pause - 1ms);
        EXPECT_LE(again, now + pause + 1ms);
        now = again;
    }
}

TEST_F(DeliveryPlanTest, pauses_are_random_and_never_shorter_than_half_of_the_shortest) {
    fill(1);
    random = 0;
    EXPECT_EQ(plan.failed(begin(), now), 125ms);
    now += 125ms;
    random = 0.999;
    EXPECT_GT(plan.failed(begin(), now), 490ms);
}

TEST_F(DeliveryPlanTest, an_answer_ends_the_pauses) {
    fill(10);
    for (int i = 0; i < 5; ++i) {
        plan.failed(begin(), now);
        now = plan.next_try().value();
    }
    const auto attempt = begin();
    plan.answered(attempt);
    EXPECT_NE(next_booking(), "none");
    EXPECT_NE(next_booking(), "none") << "and several at a time again";
    EXPECT_LE(plan.failed(attempts[0], now), 250ms) << "the sequence starts anew";
}

TEST_F(DeliveryPlanTest, failures_side_by_side_count_once) {
    prove(dead);
    fill(4);
    for (int i = 0; i < 4; ++i) next_booking();
    ASSERT_EQ(attempts.size(), 4U);
    const auto pause = plan.failed(attempts[0], now);
    for (int i = 1; i < 4; ++i)
        EXPECT_EQ(plan.failed(attempts[static_cast<std::size_t>(i)], now), pause);
    now += pause;
    EXPECT_NE(next_booking(), "none");
    EXPECT_EQ(next_booking(), "none") << "one at a time again";
}

TEST_F(DeliveryPlanTest, a_relay_that_is_down_delays_no_other) {
    std::vector<Denial> outbox;
    for (int i = 0; i < 100; ++i) outbox.push_back(denial(std::to_string(i)));
    outbox.push_back(denial("late", other));
    plan.refill(outbox);
    EXPECT_EQ(next_booking(), "0");
    EXPECT_EQ(next_booking(), "late");
    plan.failed(attempts[0], now);
    plan.answered(attempts[1]);
    plan.finished(attempts[1].denial);
    plan.refill({denial("0"), denial("more", other)});
    EXPECT_EQ(next_booking(), "more");
}

TEST_F(DeliveryPlanTest, relays_take_turns) {
    limits = {.parallel = 2, .per_relay = 4};
    plan = DeliveryPlan(limits, [] { return 0.5; });
    prove(dead);
    prove(other);
    plan.refill({denial("a"), denial("b"), denial("c", other), denial("d", other)});
    EXPECT_EQ(next_booking(), "a");
    EXPECT_EQ(next_booking(), "c");
    EXPECT_EQ(next_booking(), "none") << "two at a time";
    EXPECT_EQ(plan.next_try(), std::nullopt) << "until one of them has ended";
    EXPECT_EQ(plan.attempts(), 2U);
    plan.answered(attempts[1]);
    EXPECT_EQ(next_booking(), "b");
}

TEST_F(DeliveryPlanTest, what_is_in_work_is_not_begun_twice) {
    fill(1);
    const auto attempt = begin();
    fill(1);
    EXPECT_EQ(next_booking(), "none") << "it is being delivered";
    plan.answered(attempt);
    fill(1);
    EXPECT_EQ(next_booking(), "none") << "it is being settled";
    plan.finished(attempt.denial);
    fill(1);
    EXPECT_EQ(next_booking(), "0") << "the outbox has it anew";
}

TEST_F(DeliveryPlanTest, the_same_booking_goes_to_each_of_its_relays) {
    plan.refill({denial("a"), denial("a", other)});
    EXPECT_EQ(next_booking(), "a");
    EXPECT_EQ(next_booking(), "a");
}

TEST_F(DeliveryPlanTest, what_the_outbox_has_no_more_is_forgotten) {
    fill(3);
    plan.refill({});
    EXPECT_EQ(next_booking(), "none");
    EXPECT_EQ(plan.next_try(), std::nullopt);
}

TEST_F(DeliveryPlanTest, gives_up_a_minute_after_the_end_of_a_booking) {
    plan.refill({denial("a"), {.booking = "b", .relay = dead, .until = BookingTime(2h)}});
    EXPECT_THAT(plan.take_over(BookingTime(1h + 1min - 1ms)), IsEmpty());
    const auto over = plan.take_over(BookingTime(1h + 1min));
    EXPECT_THAT(over, ElementsAre(denial("a")));
    EXPECT_EQ(next_booking(), "b");
    plan.refill({denial("a")});
    EXPECT_EQ(next_booking(), "none") << "until it is settled";
    plan.finished(over[0]);
    EXPECT_THAT(plan.take_over(BookingTime(3h)), IsEmpty());
}

}  // namespace
}  // namespace relay::book
