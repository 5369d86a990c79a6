// SPDX-License-Identifier: Apache-2.0
#include "uplink/backoff.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace relay::uplink {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

double almost_one() {
    return 0.9999999;
}
double zero() {
    return 0;
}

std::vector<milliseconds> first_waits(Backoff& backoff, int count) {
    std::vector<milliseconds> waits;
    for (int i = 0; i < count; ++i) waits.push_back(backoff.next());
    return waits;
}

TEST(Backoff, doubles_its_upper_bound_up_to_the_longest_wait) {
    Backoff backoff({}, almost_one);
    const std::vector<milliseconds> expected{499ms, 999ms, 1999ms, 3999ms, 7999ms, 9999ms, 9999ms};
    EXPECT_EQ(first_waits(backoff, 7), expected);
}

TEST(Backoff, never_waits_less_than_half_the_shortest_so_that_tries_stay_under_four_a_second) {
    Backoff backoff({}, zero);
    for (const milliseconds wait : first_waits(backoff, 20)) EXPECT_EQ(wait, 250ms);
}

TEST(Backoff, spreads_its_waits_over_the_whole_range) {
    Backoff backoff({}, random_fraction);
    first_waits(backoff, 10);
    int early = 0;
    for (const milliseconds wait : first_waits(backoff, 1000)) {
        ASSERT_GE(wait, 250ms);
        ASSERT_LT(wait, 10s);
        early += wait < 5125ms;
    }
    EXPECT_GT(early, 350);
    EXPECT_LT(early, 650);
}

TEST(Backoff, goes_on_growing_when_connections_end_soon) {
    Backoff backoff({}, almost_one);
    first_waits(backoff, 3);
    EXPECT_FALSE(backoff.connection_ended(0s));
    EXPECT_FALSE(backoff.connection_ended(9'999ms));
    EXPECT_EQ(backoff.next(), 3999ms);
}

TEST(Backoff, starts_anew_after_a_connection_that_lasted) {
    Backoff backoff({}, almost_one);
    first_waits(backoff, 6);
    EXPECT_TRUE(backoff.connection_ended(10s));
    EXPECT_EQ(backoff.next(), 499ms);
}

TEST(Backoff, returns_to_a_peer_that_restarts_before_3_s_are_over) {
    Backoff backoff({}, almost_one);
    for (int i = 0; i < 20; ++i) EXPECT_LT(backoff.next(Backoff::Cause::restart), 2'200ms) << i;
    EXPECT_EQ(backoff.next(Backoff::Cause::restart), 2'199ms);
}

TEST(Backoff, does_not_let_restarts_prolong_or_shorten_the_waits_of_other_failures) {
    Backoff restarted({}, almost_one);
    for (int i = 0; i < 20; ++i) restarted.next(Backoff::Cause::restart);
    EXPECT_EQ(restarted.next(), 2'199ms);
    EXPECT_EQ(restarted.next(), 4'399ms);
    Backoff failed({}, almost_one);
    first_waits(failed, 10);
    EXPECT_EQ(failed.next(Backoff::Cause::restart), 2'199ms);
    EXPECT_EQ(failed.next(), 9'999ms);
}

TEST(Backoff, stays_away_for_a_minute_from_where_another_has_taken_its_place) {
    Backoff early({}, zero);
    EXPECT_EQ(early.next(Backoff::Cause::replaced), 60s);
    Backoff late({}, almost_one);
    EXPECT_EQ(late.next(Backoff::Cause::replaced), 74'999ms);
    EXPECT_EQ(late.next(Backoff::Cause::replaced), 74'999ms) << "no longer for a repetition";
    EXPECT_EQ(late.next(), 499ms) << "other failures wait as before";
}

TEST(Backoff, takes_a_longest_wait_below_the_shortest_as_the_shortest) {
    Backoff backoff({.shortest = 100ms, .longest = 10ms, .lasting = 1s}, almost_one);
    EXPECT_EQ(backoff.next(), 99ms);
    EXPECT_EQ(backoff.next(), 99ms);
}

}  // namespace
}  // namespace relay::uplink
