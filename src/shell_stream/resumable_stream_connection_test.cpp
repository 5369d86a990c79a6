// SPDX-License-Identifier: Apache-2.0
// What becomes of a stream when its connections come and go.
#include "shell_stream/resumable_stream.hpp"
#include "shell_stream/stream_for_test.hpp"

#include <gtest/gtest.h>

namespace relay::shell_stream {
namespace {

using namespace std::chrono_literals;
using Arrival = ResumableStream::Arrival;
using Closed = ResumableStream::Closed;
using Outcome = ResumableStream::Outcome;

TEST(ResumableStreamConnection, WhatWasLostWithTheConnectionIsSentAgain) {
    Pair pair;
    pair.establish();
    feed(pair.client, "abc");
    pair.exchange();
    feed(pair.client, "def");
    feed(*pair.host, "xyz");
    pull(pair.client);  // lost
    pull(*pair.host);   // lost
    pair.disconnect();
    feed(pair.client, "ghi");
    pair.establish();
    EXPECT_EQ(take(*pair.host), "abcdefghi");
    EXPECT_EQ(take(pair.client), "xyz");
}

TEST(ResumableStreamConnection, WhatArrivedIsNotSentAgainThoughItsAcknowledgementWasLost) {
    Pair pair;
    pair.establish();
    feed(pair.client, "abc");
    pair.exchange();
    EXPECT_EQ(take(*pair.host), "abc");
    pair.disconnect();
    pair.connect();
    EXPECT_EQ(frame_in<Accept>(pair.host->next_frame()).received, 3u);
    EXPECT_EQ(frame_in<Acknowledge>(pair.host->next_frame()).position, 3u)
        << "at once, since the client may have missed earlier ones";
}

TEST(ResumableStreamConnection, ALostEndIsSentAgain) {
    Pair pair;
    pair.establish();
    pair.client.read_end();
    pull(pair.client);
    pair.disconnect();
    pair.establish();
    EXPECT_TRUE(pair.host->half_close_due());
}

TEST(ResumableStreamConnection, GoesOnReadingAndWritingWithoutAConnection) {
    Pair pair({.buffer = 10, .chunk = 16});
    pair.establish();
    feed(*pair.host, "answer");
    pair.exchange();
    pair.disconnect();
    EXPECT_EQ(take(pair.client), "answer");
    EXPECT_EQ(feed(pair.client, "0123456789ABCDEF"), 10u) << "as far as the buffer goes";
    EXPECT_FALSE(pair.client.next_frame());
}

TEST(ResumableStreamConnection, AnOpenWhoseAnswerWasLostIsRepeatedForTheSameStream) {
    Pair pair;
    ASSERT_EQ(pair.connect(), Arrival::accepted);
    feed(*pair.host, "greeting");
    pull(*pair.host);  // Accept and the greeting, lost
    pair.disconnect();
    pair.client.connected(++pair.number, pair.now);
    const auto again = pair.client.next_frame();
    EXPECT_EQ(frame_in<Open>(again).attempt, 2u);
    ASSERT_EQ(pair.arrive(again), Arrival::accepted);
    pair.exchange();
    EXPECT_EQ(take(pair.client), "greeting");
}

TEST(ResumableStreamConnection, OnceAnsweredTheClientOnlyContinues) {
    Pair pair;
    pair.establish();
    pair.disconnect();
    pair.client.connected(++pair.number, pair.now);
    EXPECT_EQ(frame_in<Resume>(pair.client.next_frame()).attempt, 2u);
}

TEST(ResumableStreamConnection, NobodyTakesAStreamOverWithoutItsSecret) {
    Pair pair;
    pair.establish();
    StreamKey guessed = key_for_test();
    guessed.secret = Secret(std::string(secret_size, '?'));
    EXPECT_EQ(pair.host->arrived(99, Resume{guessed, 1000, 0}), Arrival::unknown);
    EXPECT_EQ(pair.host->arrived(99, Open{guessed, 1000, 9}), Arrival::unknown);
    EXPECT_EQ(pair.host->connection(), pair.number);
    feed(pair.client, "undisturbed");
    pair.exchange();
    EXPECT_EQ(take(*pair.host), "undisturbed");
}

TEST(ResumableStreamConnection, TheAnswerForAnUnknownStreamEndsTheClient) {
    Pair pair;
    pair.establish();
    pair.client.disconnected(pair.number, Closed::otherwise, pair.now);
    pair.client.connected(7, pair.now);
    pair.client.next_frame();
    pair.client.received(7, unknown_stream_answer()->payload());
    EXPECT_EQ(pair.client.failure().reason, AbortReason::unknown_stream);
    EXPECT_TRUE(pair.client.done());
}

TEST(ResumableStreamConnection, ANewConnectionReplacesOneThatLingers) {
    Pair pair;
    pair.establish();
    const ConnectionNumber old = pair.number;
    pair.client.disconnected(old, Closed::otherwise, pair.now);  // the host has not noticed
    feed(*pair.host, "abc");
    const auto late = pair.host->next_frame();
    pair.establish();
    EXPECT_EQ(pair.host->connection(), pair.number);
    pair.host->disconnected(old, Closed::otherwise, pair.now);
    EXPECT_EQ(pair.host->connection(), pair.number) << "the old one's end changes nothing";
    pair.client.received(old, late->payload());
    EXPECT_EQ(take(pair.client), "abc") << "once";
}

TEST(ResumableStreamConnection, LateFramesOfAnOldConnectionAreIgnored) {
    Pair pair;
    pair.establish();
    feed(pair.client, "abc");
    const auto late = pull(pair.client);
    const ConnectionNumber old = pair.number;
    pair.establish();
    for (const auto& frame : late) pair.host->received(old, frame->payload());
    pair.host->received(old, encode(Abort{AbortReason::local_error, "old"})->payload());
    pair.exchange();
    EXPECT_EQ(take(*pair.host), "abc");
    EXPECT_EQ(pair.host->outcome(), Outcome::open);
}

TEST(ResumableStreamConnection, AGreetingThatWasOvertakenIsStale) {
    Pair pair;
    pair.establish();
    pair.client.connected(2, pair.now);
    const auto overtaken = frame_in<Resume>(pair.client.next_frame());
    pair.number = 2;
    ASSERT_EQ(pair.connect(), Arrival::accepted);
    EXPECT_EQ(pair.host->arrived(2, overtaken), Arrival::stale);
    EXPECT_EQ(pair.host->connection(), 3u);
}

TEST(ResumableStreamConnection, APositionThatIsNotHeldEndsTheStream) {
    Pair pair;
    pair.establish();
    feed(*pair.host, "abc");
    pair.exchange();
    ASSERT_EQ(pair.host->arrived(9, Resume{key_for_test(), 50, 4}), Arrival::accepted);
    EXPECT_EQ(pair.host->failure().reason, AbortReason::protocol_error);
    EXPECT_EQ(frame_in<Abort>(pair.host->next_frame()).reason, AbortReason::protocol_error);
}

TEST(ResumableStreamConnection, TheWindowDoesNotChangeLater) {
    Pair pair;
    pair.establish();
    pair.client.connected(9, pair.now);
    pair.client.next_frame();
    pair.client.received(9, encode(Accept{5, 0})->payload());
    EXPECT_EQ(pair.client.failure().text, "ACCEPT frame with a window that was not offered");
}

TEST(ResumableStreamConnection, GivesUpAfterTheTimeWithoutAConnection) {
    Pair pair({.give_up = 60s});
    EXPECT_EQ(pair.client.deadline(), pair.now + 60s) << "before the first connection";
    pair.establish();
    EXPECT_EQ(pair.client.deadline(), std::nullopt);
    pair.now += 1h;
    pair.disconnect();
    EXPECT_EQ(pair.client.deadline(), pair.now + 60s);
    pair.client.time_passed(pair.now + 59s);
    EXPECT_EQ(pair.client.outcome(), Outcome::open);
    pair.client.time_passed(pair.now + 60s);
    EXPECT_EQ(pair.client.failure().reason, AbortReason::gave_up);
    EXPECT_FALSE(pair.client.failure().by_peer);
    EXPECT_TRUE(pair.client.done()) << "there is nobody to tell";
}

TEST(ResumableStreamConnection, AConnectionWithoutAnAnswerDoesNotStopTheTime) {
    Pair pair({.give_up = 60s});
    pair.establish();
    pair.disconnect();
    const SteadyTime begin = pair.now;
    pair.now += 30s;
    pair.client.connected(++pair.number, pair.now);
    pair.client.next_frame();
    EXPECT_EQ(pair.client.deadline(), begin + 60s);
}

TEST(ResumableStreamConnection, AReturnStartsTheTimeAnew) {
    Pair pair({.give_up = 60s});
    pair.establish();
    pair.disconnect();
    pair.now += 59s;
    pair.establish();
    pair.now += 59s;
    pair.disconnect();
    EXPECT_EQ(pair.host->deadline(), pair.now + 60s);
    EXPECT_EQ(pair.client.deadline(), pair.now + 60s);
}

TEST(ResumableStreamConnection, AnAbortDuringAnOutageIsToldAtTheReturn) {
    Pair pair;
    pair.establish();
    pair.disconnect();
    pair.client.abort(AbortReason::local_error, "reset");
    EXPECT_FALSE(pair.client.done());
    pair.establish();
    EXPECT_EQ(pair.host->failure().text, "reset");
    EXPECT_TRUE(pair.client.done());

    Pair other;
    other.establish();
    other.disconnect();
    other.host->abort(AbortReason::local_error, "reset");
    other.establish();
    EXPECT_EQ(other.client.failure().text, "reset");
}

TEST(ResumableStreamConnection, AnAbortThatCannotBeToldIsForgottenInTime) {
    Pair pair({.give_up = 60s});
    pair.establish();
    pair.disconnect();
    pair.host->abort(AbortReason::local_error, "reset");
    pair.host->time_passed(pair.now + 60s);
    EXPECT_TRUE(pair.host->done());
    EXPECT_EQ(pair.host->failure().text, "reset") << "the first failure counts";
}

TEST(ResumableStreamConnection, AClientThatNeverConnectedHasNobodyToTell) {
    Pair pair;
    pair.client.abort(AbortReason::local_error, "");
    EXPECT_TRUE(pair.client.done());

    Pair other;
    other.client.connected(1, other.now);
    other.client.abort(AbortReason::local_error, "");
    EXPECT_TRUE(other.client.done());
    EXPECT_FALSE(other.client.next_frame()) << "nor begins a stream only to end it";
}

// A pair whose client has not heard that the host has all: the host's last frames were lost.
struct Unheard : Pair {
    Unheard() : Pair({.give_up = 60s}) {
        establish();
        client.read_end();
        host->read_end();
        exchange();
        client.half_closed();
        move(client, *host);
        host->half_closed();
        pull(*host);
        disconnect();
    }
};

TEST(ResumableStreamConnection, AHostThatFinishedTellsAClientThatMissedIt) {
    Unheard pair;
    ASSERT_EQ(pair.host->outcome(), Outcome::finished);
    ASSERT_EQ(pair.client.outcome(), Outcome::open);
    pair.establish();
    EXPECT_EQ(pair.client.outcome(), Outcome::finished);
    EXPECT_TRUE(pair.client.done());
}

TEST(ResumableStreamConnection, AHostThatFinishedDoesNotWaitForEver) {
    Unheard pair;
    EXPECT_FALSE(pair.host->done());
    pair.host->time_passed(pair.now + 60s);
    EXPECT_TRUE(pair.host->done());
    EXPECT_EQ(pair.host->outcome(), Outcome::finished);
}

// Both ends have passed the other's end on, and the client has not yet said so.
struct AlmostDone : Pair {
    AlmostDone() : Pair({.give_up = 60s}) {
        establish();
        client.read_end();
        host->read_end();
        exchange();
        host->half_closed();
        exchange();
        client.half_closed();
    }
};

TEST(ResumableStreamConnection, AClientWhoseLastAcknowledgementWasLostReturnsForIt) {
    AlmostDone pair;
    pull(pair.client);
    ASSERT_EQ(pair.client.outcome(), Outcome::finished);
    pair.disconnect();
    EXPECT_FALSE(pair.client.done());
    EXPECT_EQ(pair.client.deadline(), pair.now + 60s) << "but not for ever";
    EXPECT_EQ(pair.host->outcome(), Outcome::open);
    pair.establish();
    EXPECT_EQ(pair.host->outcome(), Outcome::finished);
    EXPECT_TRUE(pair.client.done());
}

TEST(ResumableStreamConnection, AClientThatFinishedNeedsNoHostThatStillKnowsIt) {
    AlmostDone pair;
    pair.client.connected(8, pair.now);
    pair.client.next_frame();
    pair.client.received(8, unknown_stream_answer()->payload());
    EXPECT_EQ(pair.client.outcome(), Outcome::finished);
    EXPECT_TRUE(pair.client.done());
}

}  // namespace
}  // namespace relay::shell_stream
