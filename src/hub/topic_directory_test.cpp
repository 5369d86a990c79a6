// SPDX-License-Identifier: Apache-2.0
#include "hub/topic_directory.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace relay::hub {
namespace {

TEST(TopicDirectory, KeepsATopicOnOneThread) {
    TopicDirectory directory(4, 100);
    const auto first = directory.join("a");
    for (int i = 0; i < 50; ++i) EXPECT_EQ(directory.join("a").thread, first.thread);
}

TEST(TopicDirectory, PlacesNewTopicsOnTheLeastLoadedThread) {
    TopicDirectory directory(3, 100);
    std::set<std::size_t> threads;
    for (const char* topic : {"a", "b", "c"}) threads.insert(directory.join(topic).thread);
    EXPECT_EQ(threads.size(), 3u);
    directory.join("a");
    directory.join("b");
    const std::size_t idle = directory.join("c").thread;
    directory.join("a");
    directory.join("b");
    EXPECT_EQ(directory.join("d").thread, idle);
}

TEST(TopicDirectory, SpreadsOnlyATopicThatIsTooBig) {
    TopicDirectory directory(2, 10);
    std::vector<int> members(2);
    for (int i = 0; i < 10; ++i) ++members[directory.join("big").thread];
    EXPECT_TRUE(members[0] == 10 || members[1] == 10);
    for (int i = 0; i < 10; ++i) ++members[directory.join("big").thread];
    EXPECT_EQ(members[0], 10);
    EXPECT_EQ(members[1], 10);
}

TEST(TopicDirectory, ForgetsATopicWithItsLastMember) {
    TopicDirectory directory(2, 10);
    const auto one = directory.join("a");
    const auto two = directory.join("a");
    EXPECT_EQ(one.topic, two.topic);
    directory.leave(one);
    EXPECT_EQ(directory.topics(), 1u);
    directory.leave(two);
    EXPECT_EQ(directory.topics(), 0u);
    EXPECT_NE(directory.join("a").topic, one.topic);
}

TEST(TopicDirectory, MayBeAskedByManyThreads) {
    TopicDirectory directory(4, 3);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 2000; ++i) {
                const auto seat = directory.join("topic" + std::to_string(i % 7));
                EXPECT_LT(seat.thread, 4u);
                directory.leave(seat);
            }
        });
    }
    threads.clear();
    EXPECT_EQ(directory.topics(), 0u);
}

}  // namespace
}  // namespace relay::hub
