// SPDX-License-Identifier: Apache-2.0
// Bytes, ends and aborts of a stream on one connection.
#include "shell_stream/resumable_stream.hpp"

#include "shell_stream/stream_for_test.hpp"

#include <gtest/gtest.h>

namespace relay::shell_stream {
namespace {

using Outcome = ResumableStream::Outcome;
using Closed = ResumableStream::Closed;

constexpr StreamSettings small{.buffer = 100, .chunk = 16};

TEST(ResumableStream, CarriesBytesBothWays) {
    Pair pair;
    pair.establish();
    feed(pair.client, "SSH-2.0-client");
    feed(*pair.host, "SSH-2.0-server");
    pair.exchange();
    EXPECT_EQ(take(*pair.host), "SSH-2.0-client");
    EXPECT_EQ(take(pair.client), "SSH-2.0-server");
    EXPECT_EQ(pair.client.outcome(), Outcome::open);
}

TEST(ResumableStream, BeginsWithAnOpenThatOffersTheBufferAndNothingBeforeTheAnswer) {
    Pair pair(small);
    feed(pair.client, "early");
    EXPECT_FALSE(pair.client.next_frame()) << "there is no connection";
    pair.client.connected(1, pair.now);
    const auto open = frame_in<Open>(pair.client.next_frame());
    EXPECT_EQ(open.key.id, pair.client.id());
    EXPECT_EQ(open.window, 100u);
    EXPECT_FALSE(pair.client.next_frame()) << "bytes wait for Accept";
    pair.client.received(1, encode(Accept{60, 0})->payload());
    EXPECT_EQ(text_of(frame_in<Data>(pair.client.next_frame()).bytes), "early");
}

TEST(ResumableStream, AgreesOnTheSmallerBuffer) {
    Pair pair(small);
    pair.settings_of_host.buffer = 30;
    pair.connect();
    EXPECT_EQ(frame_in<Accept>(pair.host->next_frame()).window, 30u);

    Pair other(small);
    other.settings_of_host.buffer = 1000;
    other.connect();
    EXPECT_EQ(frame_in<Accept>(other.host->next_frame()).window, 100u);
}

TEST(ResumableStream, StopsReadingWhileTheOtherEndDoesNotWriteAndGoesOnAfterwards) {
    Pair pair(small);
    pair.establish();
    const std::string text(1000, 'x');
    EXPECT_EQ(feed(pair.client, text), 100u);
    pair.exchange();
    EXPECT_TRUE(pair.client.read_room().empty()) << "received is not yet written";
    EXPECT_EQ(feed(pair.client, text), 0u);

    EXPECT_EQ(take(*pair.host, 25).size(), 25u);
    pair.exchange();
    EXPECT_EQ(feed(pair.client, text), 25u);
    EXPECT_LE(pair.client.memory() + pair.host->memory(), 2 * (100u + 2 * 16u));
}

TEST(ResumableStream, OneDirectionEndsAndTheOtherGoesOn) {
    Pair pair;
    pair.establish();
    feed(pair.client, "GET / HTTP/1.0\r\n\r\n");
    pair.client.read_end();
    pair.exchange();
    EXPECT_FALSE(pair.host->half_close_due()) << "there are bytes to write first";
    EXPECT_EQ(take(*pair.host), "GET / HTTP/1.0\r\n\r\n");
    ASSERT_TRUE(pair.host->half_close_due());
    pair.host->half_closed();
    pair.exchange();
    EXPECT_EQ(pair.host->outcome(), Outcome::open);

    feed(*pair.host, "HTTP/1.0 200 OK\r\n");
    pair.exchange();
    EXPECT_EQ(take(pair.client), "HTTP/1.0 200 OK\r\n");
    EXPECT_EQ(pair.client.outcome(), Outcome::open);
}

// Ends both directions, so that all is acknowledged.
void finish(Pair& pair) {
    pair.client.read_end();
    pair.host->read_end();
    pair.exchange();
    take(pair.client);
    take(*pair.host);
    pair.client.half_closed();
    pair.host->half_closed();
    pair.exchange();
}

TEST(ResumableStream, FinishesWhenBothDirectionsHaveEndedAndAreAcknowledged) {
    Pair pair;
    pair.establish();
    feed(pair.client, "exit\n");
    finish(pair);
    EXPECT_EQ(pair.client.outcome(), Outcome::finished);
    EXPECT_EQ(pair.host->outcome(), Outcome::finished);
    EXPECT_TRUE(pair.client.done());
    EXPECT_EQ(pair.client.memory() + pair.host->memory(), 0u);
}

TEST(ResumableStream, IsNotFinishedBeforeThePeerHasWrittenTheEnd) {
    Pair pair;
    pair.establish();
    pair.client.read_end();
    pair.host->read_end();
    pair.exchange();
    pair.client.half_closed();
    pair.exchange();
    EXPECT_EQ(pair.client.outcome(), Outcome::open) << "the host has not passed its end on";
    EXPECT_EQ(pair.host->outcome(), Outcome::open);
}

TEST(ResumableStream, AHostThatFinishedStaysUntilTheClientCloses) {
    Pair pair;
    pair.establish();
    finish(pair);
    EXPECT_FALSE(pair.host->done()) << "the client may have missed the last acknowledgement";
    pair.disconnect(Closed::normally);
    EXPECT_TRUE(pair.host->done());
}

TEST(ResumableStream, AClientThatFinishedReturnsUntilItHasHeardThatAllIsDone) {
    Pair pair;
    pair.establish();
    pair.client.read_end();
    pair.host->read_end();
    pair.exchange();
    pair.host->half_closed();
    pair.exchange();
    pair.client.half_closed();
    ASSERT_EQ(pair.client.outcome(), Outcome::finished);
    pull(pair.client);  // the last acknowledgement, lost
    pair.client.disconnected(pair.number, Closed::normally, pair.now);
    pair.host->disconnected(pair.number, Closed::otherwise, pair.now);
    EXPECT_FALSE(pair.client.done()) << "the host would wait, and fail";
    pair.establish();
    EXPECT_EQ(pair.host->outcome(), Outcome::finished);
    EXPECT_TRUE(pair.client.done());
}

TEST(ResumableStream, AClientRefusesToHearTooEarlyThatAllIsDone) {
    Pair pair;
    pair.establish();
    pair.client.received(pair.number, encode(Done{})->payload());
    EXPECT_EQ(pair.client.failure().text, "DONE frame before the end");
}

TEST(ResumableStream, AnAbortEndsBothEndsWithItsReason) {
    Pair pair;
    pair.establish();
    feed(pair.client, "lost");
    pair.host->abort(AbortReason::target_unreachable, "localhost:22: connection refused");
    EXPECT_FALSE(pair.host->done()) << "the client is to be told";
    pair.exchange();
    EXPECT_TRUE(pair.host->done());
    EXPECT_FALSE(pair.host->failure().by_peer);

    EXPECT_EQ(pair.client.outcome(), Outcome::failed);
    EXPECT_EQ(pair.client.failure().reason, AbortReason::target_unreachable);
    EXPECT_EQ(pair.client.failure().text, "localhost:22: connection refused");
    EXPECT_TRUE(pair.client.failure().by_peer);
    EXPECT_TRUE(pair.client.done());
    EXPECT_TRUE(pair.client.read_room().empty());
    EXPECT_EQ(pair.client.memory(), 0u);
}

TEST(ResumableStream, PassesNoEndOnAfterAnAbort) {
    Pair pair;
    pair.establish();
    feed(pair.client, "half a fi");
    pair.client.read_end();
    pair.exchange();
    pair.client.abort(AbortReason::local_error, "reset");
    pair.exchange();
    EXPECT_EQ(pair.host->outcome(), Outcome::failed);
    EXPECT_TRUE(pair.host->write_bytes().empty());
    EXPECT_FALSE(pair.host->half_close_due()) << "an end would say that all bytes had come";
}

TEST(ResumableStream, OnlyTheFirstFailureCounts) {
    Pair pair;
    pair.establish();
    pair.client.abort(AbortReason::local_error, "first");
    pair.client.abort(AbortReason::stopping, "second");
    EXPECT_EQ(pair.client.failure().text, "first");
}

TEST(ResumableStream, AStreamThatHasFinishedDoesNotFailAnyMore) {
    Pair pair;
    pair.establish();
    finish(pair);
    pair.host->abort(AbortReason::stopping, "");
    EXPECT_EQ(pair.host->outcome(), Outcome::finished);
    EXPECT_TRUE(pair.host->done());
}

struct Forbidden {
    const char* name;
    Frame frame;
    const char* reason;
};

class ResumableStreamRefusal : public testing::TestWithParam<Forbidden> {};

TEST_P(ResumableStreamRefusal, OfWhatTheProtocolForbidsEndsTheStream) {
    Pair pair(small);
    pair.establish();
    pair.host->received(pair.number, encode(GetParam().frame)->payload());
    EXPECT_EQ(pair.host->outcome(), Outcome::failed);
    EXPECT_EQ(pair.host->failure().text, GetParam().reason);
    const auto abort = frame_in<Abort>(pair.host->next_frame());
    EXPECT_EQ(abort.reason, AbortReason::protocol_error);
    EXPECT_EQ(abort.text, GetParam().reason);
    EXPECT_FALSE(pair.host->next_frame());
}

const std::string much(101, 'x');

INSTANTIATE_TEST_SUITE_P(
    , ResumableStreamRefusal,
    testing::Values(Forbidden{"Open", Open{key_for_test(), 9, 9}, "OPEN frame inside a connection"},
                    Forbidden{"Resume", Resume{key_for_test(), 9, 0},
                              "RESUME frame inside a connection"},
                    Forbidden{"Accept", Accept{9, 0}, "ACCEPT frame out of turn"},
                    Forbidden{"Gap", Data{1, bytes_of("x")}, "DATA frame at 1 instead of 0"},
                    Forbidden{"Flood", Data{0, bytes_of(much)}, "DATA frame beyond the window"},
                    Forbidden{"EndElsewhere", End{5}, "END frame at 5 instead of 0"},
                    Forbidden{"Done", Done{}, "DONE frame before the end"},
                    Forbidden{"Acknowledgement", Acknowledge{1}, "ACK frame out of range"}),
    [](const auto& each) { return each.param.name; });

TEST(ResumableStream, RefusesWhatIsNoFrame) {
    Pair pair;
    pair.establish();
    pair.client.received(pair.number, bytes_of("SSH-2.0"));
    EXPECT_EQ(pair.client.failure().reason, AbortReason::protocol_error);
    EXPECT_EQ(pair.client.failure().text, "a frame of unknown type 83");
}

TEST(ResumableStream, AClientRefusesFramesBeforeTheAnswer) {
    Pair pair;
    pair.client.connected(1, pair.now);
    pair.client.next_frame();
    pair.client.received(1, encode(Data{0, bytes_of("x")})->payload());
    EXPECT_EQ(pair.client.failure().text, "a frame before ACCEPT");
}

TEST(ResumableStream, AClientRefusesAWindowThatItDidNotOffer) {
    Pair pair(small);
    pair.client.connected(1, pair.now);
    pair.client.next_frame();
    pair.client.received(1, encode(Accept{101, 0})->payload());
    EXPECT_EQ(pair.client.failure().text, "ACCEPT frame with a window that was not offered");
}

}  // namespace
}  // namespace relay::shell_stream
