// SPDX-License-Identifier: Apache-2.0
#include "net/liveness.hpp"

#include <gtest/gtest.h>

namespace relay::net {
namespace {

using namespace std::chrono_literals;
using enum Liveness::Verdict;

class LivenessTest : public testing::Test {
protected:
    static SteadyTime at(std::chrono::milliseconds offset) { return SteadyTime{} + 1h + offset; }
    void sent(std::chrono::milliseconds when) {
        liveness_.write_began(at(when));
        liveness_.write_ended(at(when));
    }

    Liveness::Limits limits_{10s, 25s, 30s, 1s};
    Liveness liveness_{limits_, at(0s)};
};

TEST_F(LivenessTest, asks_for_one_ping_after_silence) {
    EXPECT_EQ(liveness_.check(at(9'999ms)), alive);
    EXPECT_EQ(liveness_.next_check(at(0s)), at(10s));
    EXPECT_EQ(liveness_.check(at(10s)), ping_due);
    EXPECT_EQ(liveness_.check(at(10s)), alive) << "the ping is on its way";
    liveness_.ping_sent(at(10s));
    sent(10s);
    liveness_.heard(at(10s));
    EXPECT_EQ(liveness_.check(at(19s)), alive);
    EXPECT_EQ(liveness_.check(at(20s)), ping_due);
}

TEST_F(LivenessTest, pings_a_peer_that_only_listens_and_one_that_only_talks) {
    for (auto time = 1s; time < 10s; ++time) sent(time);
    EXPECT_EQ(liveness_.check(at(10s)), ping_due) << "nothing was heard";

    Liveness talked_to(limits_, at(0s));
    for (auto time = 1s; time < 10s; ++time) talked_to.heard(at(time));
    EXPECT_EQ(talked_to.check(at(10s)), ping_due) << "nothing was sent";
}

TEST_F(LivenessTest, does_not_judge_silence_while_nobody_listens) {
    liveness_.stop_listening();
    EXPECT_EQ(liveness_.check(at(10s)), ping_due) << "the far side still learns that we live";
    liveness_.ping_sent(at(10s));
    sent(10s);
    EXPECT_EQ(liveness_.check(at(100s)), ping_due);
    liveness_.ping_sent(at(100s));
    liveness_.listen(at(100s));
    EXPECT_EQ(liveness_.check(at(109s)), alive);
    EXPECT_EQ(liveness_.check(at(125s)), peer_silent);
}

TEST_F(LivenessTest, leaves_a_connection_alone_that_is_busy_both_ways) {
    for (auto time = 1s; time < 100s; ++time) {
        sent(time);
        liveness_.heard(at(time));
        ASSERT_EQ(liveness_.check(at(time)), alive);
    }
}

TEST_F(LivenessTest, gives_up_in_under_30_s_when_nothing_is_heard_however_much_is_sent) {
    for (auto time = 1s; time < 25s; ++time) {
        sent(time);
        if (liveness_.check(at(time)) == ping_due) liveness_.ping_sent(at(time));
        sent(time);  // the ping's own departure is no sign of life
    }
    EXPECT_EQ(liveness_.check(at(24'999ms)), alive);
    EXPECT_EQ(liveness_.next_check(at(24s)), at(25s));
    EXPECT_EQ(liveness_.check(at(25s)), peer_silent);
}

TEST_F(LivenessTest, does_not_take_a_slow_link_for_a_dead_one_while_the_ping_waits_its_turn) {
    EXPECT_EQ(liveness_.check(at(10s)), ping_due);
    for (auto time = 11s; time < 120s; time += 3s) {  // a slice of a long message every 3 s
        ASSERT_EQ(liveness_.check(at(time)), alive);
        sent(time);
    }
    liveness_.ping_sent(at(120s));
    EXPECT_EQ(liveness_.check(at(144s)), peer_silent) << "the last slice went out at 119 s";
}

TEST_F(LivenessTest, gives_up_when_a_write_makes_no_progress_although_the_peer_talks) {
    liveness_.write_began(at(1s));
    liveness_.heard(at(30s));
    EXPECT_NE(liveness_.check(at(30'999ms)), write_stuck);
    EXPECT_EQ(liveness_.check(at(31s)), write_stuck);
}

TEST_F(LivenessTest, lets_a_write_wait_for_ever_without_a_write_limit) {
    limits_.write_timeout = 0s;
    Liveness patient(limits_, at(0s));
    patient.write_began(at(1s));
    patient.heard(at(999s));
    EXPECT_NE(patient.check(at(1000s)), write_stuck);
}

TEST_F(LivenessTest, limits_the_close_handshake_and_pings_no_more) {
    liveness_.close_began(at(9'500ms));
    EXPECT_EQ(liveness_.check(at(10s)), alive);
    EXPECT_EQ(liveness_.next_check(at(10s)), at(10'500ms));
    EXPECT_EQ(liveness_.check(at(10'500ms)), close_unanswered);
}

TEST_F(LivenessTest, gives_data_on_their_way_more_time_than_a_close_alone) {
    liveness_.finish_began(at(9s));
    EXPECT_EQ(liveness_.check(at(10'500ms)), alive);
    liveness_.heard(at(20s));
    EXPECT_EQ(liveness_.check(at(33'999ms)), alive);
    EXPECT_EQ(liveness_.check(at(34s)), close_unanswered);
    liveness_.finish_began(at(35s));
    liveness_.close_began(at(36s));
    EXPECT_EQ(liveness_.next_check(at(36s)), at(37s)) << "hurried";
}

TEST_F(LivenessTest, lets_data_take_as_long_as_the_peer_lives_without_a_write_limit) {
    limits_.write_timeout = 0s;
    Liveness patient(limits_, at(0s));
    patient.finish_began(at(1s));
    for (const auto time : {10s, 30s, 50s, 999s}) {
        patient.heard(at(time));
        EXPECT_EQ(patient.check(at(time)), alive) << "and no ping behind a close";
    }
    EXPECT_EQ(patient.check(at(999s + 25s)), peer_silent);
    patient.heard(at(2000s));
    patient.close_began(at(2000s));
    EXPECT_EQ(patient.check(at(2001s)), close_unanswered) << "hurried";
}

}  // namespace
}  // namespace relay::net
