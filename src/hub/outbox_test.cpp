// SPDX-License-Identifier: Apache-2.0
#include "hub/outbox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace relay::hub {
namespace {

using namespace std::chrono_literals;
using wire::Message;
using wire::MessagePtr;
using wire::MessageType;

constexpr SteadyTime start{1000s};

MessagePtr data(std::size_t size, char fill = 'd') {
    const std::string text(size, fill);
    return Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), size},
                            MessageType::binary);
}

// A picture of `packets` 188-byte packets in one message, as the session host makes them.
MessagePtr picture(std::size_t packets, bool random_access, char fill = 'p') {
    MessagePtr message = data(packets * 188, fill);
    message->set_pictures(
        {.first_start = 0, .random_access = random_access ? 0 : Message::Pictures::none});
    return message;
}

MessagePtr control(const std::string& text) {
    return Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                            MessageType::ping);
}

// Takes everything out, as an idle socket would; the first payload byte of each frame.
std::string drain(Outbox& outbox) {
    std::string seen;
    std::array<iovec, 16> vectors;
    while (const std::size_t used = outbox.gather(vectors)) {
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < used; ++i) {
            const auto* frame = static_cast<const std::uint8_t*>(vectors[i].iov_base);
            const int length = frame[1] & 0x7F;
            seen += static_cast<char>(frame[length == 126 ? 4 : length == 127 ? 10 : 2]);
            bytes += vectors[i].iov_len;
        }
        outbox.sent(bytes);
    }
    return seen;
}

struct OutboxTest : testing::Test {
    OutboxLimits limits{.bytes = 10'000, .video_age = 1s, .data_age = 5s};
    Outbox outbox{limits};
};

TEST_F(OutboxTest, GivesMessagesBackInOrderWhateverTheSocketTakes) {
    for (char c = 'a'; c <= 'e'; ++c) outbox.push(data(100, c), start, false);
    std::string seen;
    std::array<iovec, 2> vectors;
    while (outbox.gather(vectors)) {
        seen += *static_cast<const char*>(vectors[0].iov_base);
        outbox.sent(1);
    }
    EXPECT_EQ(seen.size(), 5u * 102u);
    for (std::size_t i = 0; i < seen.size(); ++i)
        if (i % 102 >= 2) EXPECT_EQ(seen[i], 'a' + static_cast<char>(i / 102));
    EXPECT_TRUE(outbox.empty());
    EXPECT_EQ(outbox.bytes(), 0u);
}

TEST_F(OutboxTest, DataOverTheByteLimitIsOverflow) {
    for (int i = 0; i < 9; ++i)
        EXPECT_EQ(outbox.push(data(1000), start, false), Outbox::Outcome::queued);
    EXPECT_EQ(outbox.push(data(1000), start, false), Outbox::Outcome::overflow);
    EXPECT_EQ(outbox.drops().messages, 1u);
    EXPECT_EQ(outbox.bytes(), 9u * 1004u);
}

TEST_F(OutboxTest, DataThatWaitsTooLongIsOverflow) {
    outbox.push(data(10), start, false);
    EXPECT_EQ(outbox.push(data(10), start + 5s, false), Outbox::Outcome::queued);
    EXPECT_EQ(outbox.push(data(10), start + 5001ms, false), Outbox::Outcome::overflow);
}

TEST_F(OutboxTest, OneMessageMayAlwaysWaitHoweverLarge) {
    EXPECT_EQ(outbox.push(data(50'000), start, false), Outbox::Outcome::queued);
    EXPECT_EQ(outbox.push(data(1), start, false), Outbox::Outcome::overflow);
    drain(outbox);
    EXPECT_EQ(outbox.push(data(50'000), start, false), Outbox::Outcome::queued);
}

TEST_F(OutboxTest, DropOldestKeepsTheNewest) {
    limits.overflow = Overflow::drop_oldest;
    for (char c = 'a'; c <= 'z'; ++c) outbox.push(data(1000, c), start, false);
    EXPECT_EQ(drain(outbox), "rstuvwxyz");
    EXPECT_EQ(outbox.drops().messages, 17u);
}

TEST_F(OutboxTest, DropOldestFinishesWhatWasBegun) {
    limits.overflow = Overflow::drop_oldest;
    outbox.push(data(1000, 'A'), start, false);
    outbox.sent(5);
    for (char c = 'a'; c <= 'z'; ++c) outbox.push(data(1000, c), start, false);
    std::array<iovec, 1> vectors;
    outbox.gather(vectors);
    EXPECT_EQ(vectors[0].iov_len, 999u);
    EXPECT_EQ(*static_cast<const char*>(vectors[0].iov_base), 'A');
}

TEST_F(OutboxTest, VideoSkipsToTheNewestRandomAccessPoint) {
    outbox.push(picture(10, true, 'I'), start, true);
    outbox.sent(100);  // begun: must be finished
    outbox.push(picture(10, false, 'p'), start, true);
    outbox.push(picture(10, false, 'q'), start, true);
    outbox.push(picture(10, true, 'J'), start, true);
    outbox.push(picture(10, false, 'r'), start, true);
    outbox.push(picture(10, false, 's'), start, true);
    EXPECT_EQ(outbox.push(picture(10, false, 't'), start, true), Outbox::Outcome::dropped);
    EXPECT_EQ(outbox.drops().messages, 2u);
    EXPECT_EQ(outbox.drops().bytes, 2u * 1880u);
    EXPECT_EQ(outbox.drops().skips, 1u);
    outbox.sent(1884 - 100);
    EXPECT_EQ(drain(outbox), "Jrst");
}

TEST_F(OutboxTest, CountsThePicturesThatItDrops) {
    outbox.push(picture(10, true, 'I'), start, true);
    outbox.push(data(1880, 'i'), start, true);  // the rest of the first
    outbox.push(picture(10, false, 'p'), start, true);
    const MessagePtr both = picture(10, true, 'q');  // the end of p, a whole picture, and the next
    both->set_pictures({.first_start = 188, .random_access = 4 * 188});
    outbox.push(both, start, true);
    EXPECT_EQ(outbox.drops().pictures, 0u);
    EXPECT_EQ(outbox.push(picture(20, false, 'r'), start, true), Outbox::Outcome::dropped);
    EXPECT_EQ(outbox.drops().pictures, 3u) << "I, p and the first of q";
    EXPECT_EQ(outbox.drops().bytes, 3u * 1880u + 4u * 188u);
    EXPECT_EQ(drain(outbox), "qr");
}

TEST_F(OutboxTest, VideoThatIsTooOldSkipsEvenWhenSmall) {
    outbox.push(picture(1, true, 'I'), start, true);
    outbox.push(picture(1, false, 'p'), start + 40ms, true);
    outbox.push(picture(1, true, 'J'), start + 900ms, true);
    outbox.push(picture(1, false, 'q'), start + 1001ms, true);
    EXPECT_EQ(drain(outbox), "Jq");
}

TEST_F(OutboxTest, WithoutARandomAccessPointVideoWaitsForTheNext) {
    outbox.push(picture(10, true, 'I'), start, true);
    for (int i = 0; i < 5; ++i) outbox.push(picture(10, false, 'p'), start, true);
    EXPECT_TRUE(outbox.empty());  // the only random-access point was too far back
    EXPECT_EQ(outbox.push(picture(1, false, 'p'), start, true), Outbox::Outcome::dropped);
    EXPECT_EQ(outbox.push(picture(1, true, 'J'), start, true), Outbox::Outcome::queued);
    EXPECT_EQ(outbox.push(picture(1, false, 'q'), start, true), Outbox::Outcome::queued);
    EXPECT_EQ(drain(outbox), "Jq");
}

TEST_F(OutboxTest, NothingBypassesAnOutboxThatWaitsForARandomAccessPoint) {
    EXPECT_TRUE(outbox.idle());
    for (int i = 0; i < 6; ++i) outbox.push(picture(10, false, 'p'), start, true);
    EXPECT_TRUE(outbox.empty());
    EXPECT_FALSE(outbox.idle());
    outbox.push(picture(1, true, 'J'), start, true);
    drain(outbox);
    EXPECT_TRUE(outbox.idle());
}

TEST_F(OutboxTest, AfterALossElsewhereVideoWaitsForTheNextRandomAccessPoint) {
    outbox.await_random_access(start);
    EXPECT_FALSE(outbox.idle());
    EXPECT_EQ(outbox.push(picture(1, false, 'p'), start, true), Outbox::Outcome::dropped);
    EXPECT_EQ(outbox.push(data(10, 'd'), start, false), Outbox::Outcome::queued);
    EXPECT_EQ(outbox.push(picture(1, true, 'I'), start, true), Outbox::Outcome::queued);
    EXPECT_EQ(outbox.push(picture(1, false, 'q'), start, true), Outbox::Outcome::queued);
    EXPECT_EQ(drain(outbox), "dIq");
    EXPECT_EQ(outbox.drops().pictures, 1u);
}

TEST_F(OutboxTest, AStreamThatNeverMarksRandomAccessGoesOnAfterAWhile) {
    for (int i = 0; i < 6; ++i) outbox.push(picture(10, false, 'p'), start, true);
    drain(outbox);
    EXPECT_EQ(outbox.push(picture(1, false, 'x'), start + 9s, true), Outbox::Outcome::dropped);
    EXPECT_EQ(outbox.push(picture(1, false, 'y'), start + 10s, true), Outbox::Outcome::queued);
    EXPECT_EQ(drain(outbox), "y");
}

// Large pictures come in several messages, of which only the first begins one.
TEST_F(OutboxTest, AStreamThatNeverMarksRandomAccessGoesOnWithTheBeginningOfAPicture) {
    outbox.await_random_access(start);
    outbox.push(picture(1, false, 'w'), start + 9s, true);
    EXPECT_EQ(outbox.push(data(188, 'x'), start + 10s, true), Outbox::Outcome::dropped);
    MessagePtr both = data(2 * 188, 'y');
    both->set_pictures({.first_start = 188});
    EXPECT_EQ(outbox.push(both, start + 11s, true), Outbox::Outcome::queued);
    EXPECT_EQ(outbox.take()->size(), 188u);
    EXPECT_EQ(outbox.drops().bytes, 3u * 188u);
}

TEST_F(OutboxTest, AStreamWithoutPicturesIsBoundedToo) {
    for (int i = 0; i < 100; ++i) outbox.push(data(1880), start, true);
    EXPECT_LE(outbox.bytes(), limits.bytes);
}

TEST_F(OutboxTest, ControlFramesSurviveASkip) {
    outbox.push(picture(10, true, 'I'), start, true);
    outbox.push(picture(10, false, 'p'), start, true);
    outbox.push_control(control("!"));
    for (int i = 0; i < 4; ++i) outbox.push(picture(10, false, 'p'), start, true);
    EXPECT_EQ(drain(outbox), "!");
}

TEST_F(OutboxTest, DroppingDataKeepsControlFramesAndWhatWasBegun) {
    outbox.push(data(100, 'a'), start, false);
    outbox.sent(1);
    outbox.push(data(100, 'b'), start, false);
    outbox.push_control(control("!"));
    outbox.drop_data();
    outbox.sent(101);
    EXPECT_EQ(drain(outbox), "!");
}

TEST_F(OutboxTest, GivesWholeMessagesToOneWhoEncodesThemAnew) {
    outbox.push(data(100, 'a'), start, false);
    outbox.push(data(50, 'b'), start, false);
    EXPECT_EQ(outbox.take()->size(), 100u);
    EXPECT_EQ(outbox.take()->size(), 50u);
    EXPECT_FALSE(outbox.take());
    EXPECT_EQ(outbox.bytes(), 0u);
}

TEST_F(OutboxTest, TakesOverWhatASocketTookInPart) {
    const MessagePtr message = data(100, 'a');
    outbox.push_rest(message, 60, start);
    EXPECT_EQ(outbox.bytes(), 42u);
    std::array<iovec, 1> vectors;
    EXPECT_EQ(outbox.gather(vectors), 1u);
    EXPECT_EQ(vectors[0].iov_len, 42u);
}

}  // namespace
}  // namespace relay::hub
