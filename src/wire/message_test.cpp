// SPDX-License-Identifier: Apache-2.0
#include "wire/message.hpp"

#include "wire/frame_writer.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace relay::wire {
namespace {

MessagePtr message_of(const std::string& text, MessageType type) {
    return Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                            type);
}

TEST(Message, HeaderStandsDirectlyBeforeThePayload) {
    for (const std::size_t size : {0u, 1u, 125u, 126u, 65'535u, 65'536u}) {
        const MessagePtr message = message_of(std::string(size, 'q'), MessageType::binary);
        const auto encoded = message->encoded();
        const std::size_t header = encoded.size() - size;
        EXPECT_EQ(header, size < 126 ? 2u : size < 65'536 ? 4u : 10u);
        EXPECT_EQ(encoded.data() + header, message->payload().data());
        EXPECT_EQ(encoded[0], 0x82);
    }
}

TEST(Message, RawBytesAreSentAsTheyStand) {
    const MessagePtr message = message_of("HTTP/1.1 101", MessageType::raw);
    EXPECT_EQ(message->encoded().size(), 12u);
    EXPECT_EQ(std::memcmp(message->encoded().data(), "HTTP/1.1 101", 12), 0);
}

TEST(Message, ShrinkingRewritesTheHeader) {
    const MessagePtr message = message_of(std::string(70'000, 'q'), MessageType::text);
    message->shrink(5);
    EXPECT_EQ(message->encoded().size(), 7u);
    EXPECT_EQ(message->encoded()[1], 5);
}

TEST(Message, EncodesItselfAsAClientDoes) {
    const MaskKey key{1, 2, 3, 4};
    for (const std::size_t size : {0u, 5u, 126u, 65'536u}) {
        const MessagePtr message = message_of(std::string(size, 'q'), MessageType::binary);
        std::vector<std::uint8_t> expected;
        append_client_frame(expected, MessageType::binary, message->payload(), key);
        const auto encoded = message->encode_masked(key);
        EXPECT_EQ(std::vector<std::uint8_t>(encoded.begin(), encoded.end()), expected);
    }
}

TEST(Message, IsSharedByCopiesAndMoves) {
    MessagePtr first = message_of("abc", MessageType::text);
    MessagePtr second = first;
    EXPECT_EQ(&*first, &*second);
    EXPECT_TRUE(first->is_shared());
    const MessagePtr third = std::move(first);
    EXPECT_FALSE(first);
    second = {};
    EXPECT_FALSE(third->is_shared());
    EXPECT_EQ(third->size(), 3u);
}

}  // namespace
}  // namespace relay::wire
