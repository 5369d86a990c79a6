// SPDX-License-Identifier: Apache-2.0
#include "net/peer_watch.hpp"

#include <gtest/gtest.h>

namespace relay::net {
namespace {

using namespace std::chrono_literals;
using enum PeerWatch::Due;

constexpr bool listening = true;
constexpr bool deaf = false;

class PeerWatchTest : public testing::Test {
protected:
    static SteadyTime at(std::chrono::milliseconds offset) { return SteadyTime{} + 1h + offset; }

    WebSocketLimits limits_{
        .outbox = {}, .ping_every = 10s, .peer_timeout = 25s, .close_timeout = 2s};
    PeerWatch watch_{limits_, at(0s)};
};

TEST_F(PeerWatchTest, AsksForOnePingPerPeriodOfSilence) {
    EXPECT_EQ(watch_.next_check(listening), at(10s));
    EXPECT_EQ(watch_.check(at(9'999ms), listening), nothing);
    EXPECT_EQ(watch_.check(at(10s), listening), ping);
    EXPECT_EQ(watch_.check(at(10s), listening), nothing) << "it was asked for";
    EXPECT_EQ(watch_.next_check(listening), at(20s));
    EXPECT_EQ(watch_.check(at(20s), listening), ping);
}

TEST_F(PeerWatchTest, SparesAPeerThatTalksThePings) {
    watch_.alive(at(9s));
    EXPECT_EQ(watch_.check(at(10s), listening), nothing);
    EXPECT_EQ(watch_.next_check(listening), at(19s));
    EXPECT_EQ(watch_.check(at(19s), listening), ping);
}

TEST_F(PeerWatchTest, PingsTheCarrierOfAByteStreamThoughItTalks) {
    limits_.outbox.overflow = hub::Overflow::wait;
    for (auto time = 1s; time < 10s; ++time) watch_.alive(at(time));
    EXPECT_EQ(watch_.next_check(listening), at(10s));
    EXPECT_EQ(watch_.check(at(10s), listening), ping);
}

TEST_F(PeerWatchTest, GivesUpOnAPeerThatAnswersNoPing) {
    EXPECT_EQ(watch_.check(at(10s), listening), ping);
    EXPECT_EQ(watch_.check(at(20s), listening), ping);
    EXPECT_EQ(watch_.next_check(listening), at(25s));
    EXPECT_EQ(watch_.check(at(24'999ms), listening), nothing);
    EXPECT_EQ(watch_.check(at(25s), listening), peer_silent);
}

TEST_F(PeerWatchTest, DoesNotJudgeSilenceWhileNobodyListens) {
    EXPECT_EQ(watch_.check(at(100s), deaf), ping) << "the far side still learns that we live";
    EXPECT_EQ(watch_.next_check(deaf), at(110s));
    watch_.alive(at(101s));  // listens again
    EXPECT_EQ(watch_.check(at(102s), listening), nothing);
    EXPECT_EQ(watch_.check(at(126s), listening), peer_silent);
}

TEST_F(PeerWatchTest, TheEndOfTheSessionComesBeforeAllElse) {
    watch_.expire_at(at(5s));
    EXPECT_EQ(watch_.next_check(listening), at(5s));
    EXPECT_EQ(watch_.check(at(4'999ms), listening), nothing);
    EXPECT_EQ(watch_.check(at(5s), listening), expired);
    EXPECT_EQ(watch_.check(at(100s), listening), expired) << "though long silent";
}

TEST_F(PeerWatchTest, APeerThatReadsLateHasLongerToAnswerAClose) {
    EXPECT_EQ(watch_.answer_due(at(3s), false), at(5s));
    EXPECT_EQ(watch_.answer_due(at(3s), true), at(28s));
}

}  // namespace
}  // namespace relay::net
