// SPDX-License-Identifier: Apache-2.0
#include "wire/frame_writer.hpp"

#include "wire/frame_reader.hpp"
#include "wire/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace relay::wire {
namespace {

TEST(FrameWriter, UsesTheShortestLengthForm) {
    const struct {
        std::size_t size, header;
    } rows[] = {{0, 2}, {125, 2}, {126, 4}, {65'535, 4}, {65'536, 10}, {1u << 30, 10}};
    for (const auto& row : rows) {
        FrameHeaderBytes header;
        EXPECT_EQ(write_server_header(header, MessageType::binary, row.size), row.header);
        EXPECT_EQ(header[0], 0x82);
        EXPECT_EQ(header[1] & 0x80, 0);
        EXPECT_EQ(write_client_header(header, MessageType::text, row.size, {1, 2, 3, 4}),
                  row.header + 4);
        EXPECT_EQ(header[0], 0x81);
        EXPECT_EQ(header[1] & 0x80, 0x80);
    }
}

TEST(FrameWriter, CloseMessageHoldsCodeAndReason) {
    const MessagePtr message = close_message(CloseCode::expired, "token expired");
    EXPECT_EQ(message->type(), MessageType::close);
    EXPECT_EQ(message->encoded()[0], 0x88);
    const auto payload = message->payload();
    EXPECT_EQ(payload[0] << 8 | payload[1], 4401);
    EXPECT_EQ(std::string(payload.begin() + 2, payload.end()), "token expired");
}

TEST(FrameWriter, CloseReasonIsCutAtACharacter) {
    std::string reason(122, 'a');
    reason += "\xc3\xa9 and more";  // the two-byte character would straddle byte 123
    const MessagePtr message = close_message(CloseCode::denied, reason);
    const auto payload = message->payload();
    EXPECT_EQ(payload.size(), 2u + 122u);
    EXPECT_TRUE(is_utf8(payload.subspan(2)));
}

TEST(FrameWriter, CodesThatMustNotBeSentGiveAnEmptyClose) {
    EXPECT_EQ(close_message(CloseCode::no_status, "x")->size(), 0u);
    EXPECT_EQ(close_message(CloseCode::abnormal, "x")->size(), 0u);
}

}  // namespace
}  // namespace relay::wire
