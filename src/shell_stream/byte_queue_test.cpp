// SPDX-License-Identifier: Apache-2.0
#include "shell_stream/byte_queue.hpp"

#include "shell_stream/stream_for_test.hpp"

#include <gtest/gtest.h>

#include <random>

namespace relay::shell_stream {
namespace {

TEST(ByteQueue, GivesBytesBackInOrderAcrossChunks) {
    ByteQueue queue(4);
    queue.append(bytes_of("abcdefghij"));
    EXPECT_EQ(text_of(queue.at(0, 100)), "abcd");
    EXPECT_EQ(text_of(queue.at(3, 100)), "d");
    EXPECT_EQ(text_of(queue.at(4, 2)), "ef");
    queue.drop(5);
    EXPECT_EQ(text_of(queue.at(0, 100)), "fgh");
    EXPECT_EQ(text_of(queue.at(3, 100)), "ij");
    EXPECT_TRUE(queue.at(5, 100).empty());
}

TEST(ByteQueue, RoomIsFilledInPlace) {
    ByteQueue queue(4);
    queue.append(bytes_of("abc"));
    const auto room = queue.room(100);
    ASSERT_EQ(room.size(), 1u) << "what is left of the chunk";
    room[0] = 'd';
    queue.added(1);
    EXPECT_EQ(text_of(queue.at(0, 100)), "abcd");
    EXPECT_EQ(queue.room(3).size(), 3u) << "no more than asked for";
    EXPECT_TRUE(queue.room(0).empty());
}

TEST(ByteQueue, HoldsNoMemoryWhenEmpty) {
    ByteQueue queue(4);
    EXPECT_EQ(queue.memory(), 0u);
    queue.append(bytes_of("abcdefghij"));
    EXPECT_EQ(queue.memory(), 12u);
    queue.drop(4);
    EXPECT_EQ(queue.memory(), 8u);
    queue.drop(6);
    EXPECT_EQ(queue.memory(), 0u);
}

TEST(ByteQueue, RoomThatStayedUnusedIsUsedByWhatComesNext) {
    ByteQueue queue(4);
    (void)queue.room(4);
    queue.append(bytes_of("ab"));
    EXPECT_EQ(text_of(queue.at(0, 100)), "ab");
    EXPECT_EQ(queue.memory(), 4u);
}

TEST(ByteQueueProperty, BehavesAsAStringAndExceedsItByTwoChunksAtMost) {
    std::mt19937 random(1);
    ByteQueue queue(8);
    std::string model;
    for (int step = 0; step < 20'000; ++step) {
        if (random() % 2) {
            const std::string text(random() % 20, static_cast<char>('a' + step % 26));
            queue.append(bytes_of(text));
            model += text;
        } else {
            const std::size_t count = std::min<std::size_t>(random() % 25, model.size());
            queue.drop(count);
            model.erase(0, count);
        }
        ASSERT_EQ(queue.size(), model.size());
        ASSERT_LE(queue.memory(), model.size() + 16);
        const std::size_t at = random() % (model.size() + 1);
        const auto bytes = queue.at(at, 10);
        ASSERT_EQ(text_of(bytes), model.substr(at, bytes.size()));
        ASSERT_EQ(bytes.empty(), at == model.size());
    }
}

}  // namespace
}  // namespace relay::shell_stream
