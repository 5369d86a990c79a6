// SPDX-License-Identifier: Apache-2.0
#include "client/send_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace relay::client {
namespace {

using namespace std::chrono_literals;
using Range = SendQueue::Range;

struct SendQueueTest : testing::Test {
    SteadyTime now{100s};
    SendQueue queue{10s};

    void push(std::size_t number, std::size_t size = 1) {
        queue.push(wire::Message::copy_of(std::vector<std::uint8_t>(size), wire::MessageType::text),
                   number);
    }
    std::size_t gather(std::size_t max_bytes = 1000) {
        std::vector<wire::MessagePtr> gathered;
        queue.gather(gathered, max_bytes, now);
        return gathered.size();
    }
};

TEST_F(SendQueueTest, HandsOverInOrderAboutAsMuchAsIsAskedFor) {
    for (std::size_t number = 1; number <= 5; ++number) push(number, 100);
    EXPECT_EQ(queue.bytes(), 5 * (100 + SendQueue::beside_payload));
    EXPECT_EQ(gather(150), 2u);
    EXPECT_EQ(queue.bytes(), 3 * (100 + SendQueue::beside_payload));
    EXPECT_EQ(gather(1), 1u) << "at least one";
    EXPECT_EQ(gather(), 2u);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(gather(), 0u);
    EXPECT_EQ(queue.bytes(), 0u);
}

TEST_F(SendQueueTest, EmptyMessagesTakeRoomToo) {
    for (std::size_t number = 1; number <= 1000; ++number) push(number, 0);
    EXPECT_GE(queue.bytes(), 1000u);
}

TEST_F(SendQueueTest, WhatWaitsIsNotInDoubt) {
    push(1);
    EXPECT_FALSE(queue.take_doubtful(now));
    EXPECT_EQ(gather(), 1u) << "and stays";
}

TEST_F(SendQueueTest, WhatWasHandedOverLatelyIsInDoubtOnce) {
    push(3);
    push(4);
    gather();
    push(9);
    gather();
    push(10);
    EXPECT_EQ(queue.take_doubtful(now), (Range{3, 9}));
    EXPECT_FALSE(queue.take_doubtful(now));
}

TEST_F(SendQueueTest, WhatWasWrittenLongAgoHasArrived) {
    push(1);
    gather();
    gather();
    now += 8s;
    push(2);
    gather();
    gather();
    now += 3s;
    EXPECT_EQ(queue.take_doubtful(now), (Range{2, 2}));
}

TEST_F(SendQueueTest, WhatASlowLinkIsStillWritingIsInDoubtHoweverLongItTakes) {
    push(1);
    gather();
    now += 60s;
    EXPECT_EQ(queue.take_doubtful(now), (Range{1, 1}));

    push(2);
    gather();
    now += 60s;
    gather();  // only now it is written
    now += 8s;
    EXPECT_EQ(queue.take_doubtful(now), (Range{2, 2}));
}

TEST_F(SendQueueTest, ManyHandoversInShortTimeAreRememberedInBoundedSpace) {
    for (std::size_t number = 1; number <= 5000; ++number) {
        push(number);
        gather();
    }
    EXPECT_EQ(queue.take_doubtful(now), (Range{1, 5000}));
}

}  // namespace
}  // namespace relay::client
