// SPDX-License-Identifier: Apache-2.0
#include "shell_stream/receiving.hpp"

#include "shell_stream/stream_for_test.hpp"

#include <gtest/gtest.h>

namespace relay::shell_stream {
namespace {

struct ReceivingTest : testing::Test {
    Receiving receiving{4};  // bytes of a chunk

    void SetUp() override { receiving.set_window(8); }

    // Empty on success.
    std::string take(Position position, std::string_view text) {
        const auto taken = receiving.take(Data{position, bytes_of(text)});
        return taken ? "" : taken.error().detail;
    }
    std::string take_end(Position position) {
        const auto taken = receiving.take(End{position});
        return taken ? "" : taken.error().detail;
    }
    std::string write(std::size_t count) {
        const std::string text = text_of(receiving.front().first(count));
        receiving.written(count);
        return text;
    }
};

TEST_F(ReceivingTest, GivesBytesInOrder) {
    EXPECT_EQ(take(0, "abc"), "");
    EXPECT_EQ(take(3, "de"), "");
    EXPECT_EQ(receiving.received(), 5u);
    EXPECT_EQ(write(4), "abcd");
    EXPECT_EQ(write(1), "e");
    EXPECT_TRUE(receiving.front().empty());
    EXPECT_EQ(receiving.received(), 5u);
}

TEST_F(ReceivingTest, RefusesGapsRepetitionsAndWhatFollowsTheEnd) {
    ASSERT_EQ(take(0, "abc"), "");
    EXPECT_EQ(take(4, "e"), "DATA frame at 4 instead of 3");
    EXPECT_EQ(take(0, "abc"), "DATA frame at 0 instead of 3");
    EXPECT_EQ(take_end(2), "END frame at 2 instead of 3");
    ASSERT_EQ(take_end(3), "");
    EXPECT_EQ(receiving.received(), 4u) << "the end counts";
    EXPECT_EQ(take(4, "x"), "DATA frame after the end");
    EXPECT_EQ(take_end(4), "END frame after the end");
    EXPECT_EQ(write(3), "abc") << "refusals change nothing";
}

TEST_F(ReceivingTest, RefusesMoreThanTheWindow) {
    EXPECT_EQ(take(0, "abcdefghi"), "DATA frame beyond the window");
    ASSERT_EQ(take(0, "abcdefgh"), "");
    EXPECT_EQ(take(8, "i"), "DATA frame beyond the window");
    write(1);
    EXPECT_EQ(take(8, "i"), "") << "once it was written there is room";
    EXPECT_LE(receiving.memory(), 8u + 2 * 4u);
}

TEST_F(ReceivingTest, AcknowledgesAQuarterOfTheWindowOnceItIsWritten) {
    ASSERT_EQ(take(0, "abcd"), "");
    EXPECT_FALSE(receiving.acknowledgement_due()) << "received is not written";
    write(1);
    EXPECT_FALSE(receiving.acknowledgement_due());
    write(1);
    ASSERT_TRUE(receiving.acknowledgement_due());
    EXPECT_EQ(receiving.acknowledge().position, 2u);
    EXPECT_FALSE(receiving.acknowledgement_due());
}

TEST_F(ReceivingTest, AcknowledgesEachByteOfATinyWindow) {
    receiving.set_window(1);
    ASSERT_EQ(take(0, "a"), "");
    write(1);
    EXPECT_TRUE(receiving.acknowledgement_due()) << "or the peer could never go on";
}

TEST_F(ReceivingTest, AcknowledgesAtLeastEvery256KiBOfALargeWindow) {
    receiving.set_window(1 << 30);
    ASSERT_EQ(take(0, std::string(max_acknowledgement_step - 1, 'x')), "");
    while (!receiving.front().empty()) write(receiving.front().size());
    EXPECT_FALSE(receiving.acknowledgement_due());
    ASSERT_EQ(take(max_acknowledgement_step - 1, "x"), "");
    write(1);
    EXPECT_TRUE(receiving.acknowledgement_due());
}

TEST_F(ReceivingTest, PassesTheEndOnWhenAllIsWrittenAndAcknowledgesItAtOnce) {
    ASSERT_EQ(take(0, "a"), "");
    ASSERT_EQ(take_end(1), "");
    EXPECT_FALSE(receiving.half_close_due()) << "a byte is left";
    write(1);
    ASSERT_TRUE(receiving.half_close_due());
    EXPECT_FALSE(receiving.acknowledgement_due());
    receiving.half_closed();
    EXPECT_FALSE(receiving.half_close_due()) << "once";
    EXPECT_TRUE(receiving.complete());
    ASSERT_TRUE(receiving.acknowledgement_due());
    EXPECT_EQ(receiving.acknowledge().position, 2u);
    EXPECT_EQ(receiving.received(), 2u);
}

TEST_F(ReceivingTest, AcknowledgesAgainWhenThePeerMayHaveMissedIt) {
    receiving.acknowledge_anew();
    EXPECT_FALSE(receiving.acknowledgement_due()) << "there is nothing to acknowledge";
    ASSERT_EQ(take(0, "abcd"), "");
    write(3);
    receiving.acknowledge();
    receiving.acknowledge_anew();
    ASSERT_TRUE(receiving.acknowledgement_due());
    EXPECT_EQ(receiving.acknowledge().position, 3u);
    EXPECT_FALSE(receiving.acknowledgement_due());
}

TEST_F(ReceivingTest, PassesNoEndOnOnceItWasDiscarded) {
    ASSERT_EQ(take(0, "a"), "");
    ASSERT_EQ(take_end(1), "");
    receiving.discard();
    EXPECT_FALSE(receiving.half_close_due()) << "the byte before it was never written";
    EXPECT_TRUE(receiving.front().empty());
    EXPECT_EQ(receiving.memory(), 0u);
}

}  // namespace
}  // namespace relay::shell_stream
