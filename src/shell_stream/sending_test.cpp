// SPDX-License-Identifier: Apache-2.0
#include "shell_stream/sending.hpp"

#include "shell_stream/stream_for_test.hpp"

#include <gtest/gtest.h>

namespace relay::shell_stream {
namespace {

struct SendingTest : testing::Test {
    Sending sending{10, 4};  // bytes of buffer, bytes of a chunk

    void SetUp() override { sending.set_window(8); }

    std::size_t feed(std::string_view text) {
        std::size_t fed = 0;
        for (auto room = sending.room(); !room.empty() && fed < text.size();
             room = sending.room()) {
            const std::size_t count = std::min(room.size(), text.size() - fed);
            std::ranges::copy(text.substr(fed, count), room.begin());
            sending.read(count);
            fed += count;
        }
        return fed;
    }
    // What is sent, as "position:bytes " and "position:end ".
    std::string sent() {
        std::string text;
        while (const auto frame = sending.next()) {
            if (const auto* data = std::get_if<Data>(&*frame))
                text += std::to_string(data->position) + ":" + text_of(data->bytes) + " ";
            else
                text += std::to_string(std::get<End>(*frame).position) + ":end ";
        }
        return text;
    }
};

TEST_F(SendingTest, SendsWhatWasReadOnceWithItsPosition) {
    feed("abc");
    EXPECT_EQ(sent(), "0:abc ");
    feed("de");
    EXPECT_EQ(sent(), "3:d 4:e ") << "what lies together goes together";
    EXPECT_EQ(sent(), "");
}

TEST_F(SendingTest, StopsReadingWhenTheBufferIsFullAndGoesOnWhenItIsAcknowledged) {
    EXPECT_EQ(feed("abcdefghijkl"), 10u);
    EXPECT_EQ(sending.readable(), 0u);
    EXPECT_TRUE(sending.room().empty());
    sent();
    ASSERT_TRUE(sending.acknowledged(3));
    EXPECT_EQ(sending.readable(), 3u);
    EXPECT_LE(sending.memory(), 10u + 8u);
}

TEST_F(SendingTest, TellsHowMuchIsStillToBeSent) {
    EXPECT_EQ(sending.unsent(), 0u);
    feed("abcdefghij");
    EXPECT_EQ(sending.unsent(), 10u);
    sent();
    EXPECT_EQ(sending.unsent(), 2u) << "beyond the window";
    ASSERT_TRUE(sending.rewind(3));
    EXPECT_EQ(sending.unsent(), 7u);
    ASSERT_TRUE(sending.acknowledged(3));
    sending.end();
    sent();
    EXPECT_EQ(sending.unsent(), 0u) << "the end holds no bytes";
}

TEST_F(SendingTest, StopsSendingAtTheWindow) {
    feed("abcdefghij");
    EXPECT_EQ(sent(), "0:abcd 4:efgh ");
    ASSERT_TRUE(sending.acknowledged(1));
    EXPECT_EQ(sent(), "8:i ");
}

TEST_F(SendingTest, SendsNothingBeforeTheWindowIsAgreed) {
    sending.set_window(0);
    feed("abc");
    sending.end();
    EXPECT_EQ(sent(), "");
}

TEST_F(SendingTest, TheEndComesBehindTheLastByteAndIsAPositionOfItsOwn) {
    feed("ab");
    sending.end();
    EXPECT_EQ(sent(), "0:ab 2:end ");
    EXPECT_EQ(sending.readable(), 0u);
    ASSERT_TRUE(sending.acknowledged(2));
    EXPECT_FALSE(sending.complete()) << "the end is not acknowledged yet";
    ASSERT_TRUE(sending.acknowledged(3));
    EXPECT_TRUE(sending.complete());
    EXPECT_EQ(sent(), "");
    EXPECT_EQ(sending.memory(), 0u);
}

TEST_F(SendingTest, TheEndNeedsNoWindow) {
    feed("abcdefgh");
    sending.end();
    EXPECT_EQ(sent(), "0:abcd 4:efgh 8:end ");
}

TEST_F(SendingTest, AnEmptyDirectionEndsToo) {
    sending.end();
    EXPECT_EQ(sent(), "0:end ");
    ASSERT_TRUE(sending.acknowledged(1));
    EXPECT_TRUE(sending.complete());
}

TEST_F(SendingTest, SendsAgainFromWhereThePeerIs) {
    feed("abcdef");
    sending.end();
    sent();
    ASSERT_TRUE(sending.rewind(3));
    EXPECT_EQ(sent(), "3:d 4:ef 6:end ");
    ASSERT_TRUE(sending.rewind(6));
    EXPECT_EQ(sent(), "6:end ");
    ASSERT_TRUE(sending.rewind(7));
    EXPECT_EQ(sent(), "") << "the peer has all";
}

TEST_F(SendingTest, WhatThePeerHasOnlyReceivedStaysInTheWindow) {
    feed("abcdefgh");
    sent();
    ASSERT_TRUE(sending.acknowledged(2));
    ASSERT_TRUE(sending.rewind(8));
    EXPECT_EQ(feed("ijkl"), 4u);
    EXPECT_EQ(sent(), "8:ij ") << "8 bytes from position 2 on";
}

TEST_F(SendingTest, RefusesPositionsThatCannotBe) {
    feed("abcdef");
    EXPECT_FALSE(sending.acknowledged(1)) << "nothing was sent yet";
    EXPECT_FALSE(sending.rewind(1)) << "nothing was sent yet";
    sent();
    ASSERT_TRUE(sending.acknowledged(4));
    EXPECT_FALSE(sending.acknowledged(3)) << "fewer than before";
    EXPECT_FALSE(sending.acknowledged(7)) << "more than was sent";
    EXPECT_FALSE(sending.rewind(3)) << "these bytes are gone";
    EXPECT_FALSE(sending.rewind(UINT64_MAX));
    ASSERT_TRUE(sending.rewind(5));
    EXPECT_FALSE(sending.acknowledged(6)) << "said to be missing just before";
    EXPECT_EQ(sent(), "5:f ") << "refusals change nothing";
}

}  // namespace
}  // namespace relay::shell_stream
