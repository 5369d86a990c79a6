// SPDX-License-Identifier: Apache-2.0
#include "load/http_answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace relay::load {
namespace {

using State = HttpAnswer::State;

std::span<const std::uint8_t> bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string rest_of(const HttpAnswer& answer) {
    return {answer.rest().begin(), answer.rest().end()};
}

TEST(HttpAnswer, to_an_upgrade_ends_with_its_head) {
    HttpAnswer answer;
    EXPECT_EQ(answer.receive(bytes("HTTP/1.1 101 Switching Protocols\r\nsec-websocket-ACCEPT:  "
                                   "abc= \r\n\r\n\x81\x01x")),
              State::complete);
    EXPECT_EQ(answer.status(), 101);
    EXPECT_EQ(answer.header("Sec-WebSocket-Accept"), "abc=");
    EXPECT_EQ(answer.header("Upgrade"), "");
    EXPECT_EQ(rest_of(answer), "\x81\x01x");
}

TEST(HttpAnswer, may_come_byte_by_byte) {
    HttpAnswer answer;
    const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello!";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto state = answer.receive(bytes(std::string_view(text).substr(i, 1)));
        EXPECT_EQ(state, i + 2 < text.size() ? State::incomplete : State::complete) << i;
    }
    EXPECT_EQ(answer.body(), "hello");
    EXPECT_EQ(rest_of(answer), "!");
}

TEST(HttpAnswer, without_a_length_ends_with_the_connection) {
    HttpAnswer answer;
    EXPECT_EQ(answer.receive(bytes("HTTP/1.1 200 OK\r\n\r\n{}")), State::incomplete);
    EXPECT_EQ(answer.peer_closed(), State::complete);
    EXPECT_EQ(answer.body(), "{}");
}

TEST(HttpAnswer, that_ends_early_is_invalid) {
    HttpAnswer head;
    head.receive(bytes("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(head.peer_closed(), State::invalid);
    HttpAnswer body;
    body.receive(bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"));
    EXPECT_EQ(body.peer_closed(), State::invalid);
}

TEST(HttpAnswer, of_another_protocol_or_of_endless_length_is_invalid) {
    EXPECT_EQ(HttpAnswer().receive(bytes("SSH-2.0-x\r\n\r\n")), State::invalid);
    EXPECT_EQ(HttpAnswer().receive(bytes("HTTP/1.1 abc\r\n\r\n")), State::invalid);
    EXPECT_EQ(HttpAnswer().receive(bytes("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")),
              State::invalid);
    EXPECT_EQ(HttpAnswer().receive(bytes("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")),
              State::invalid);
    EXPECT_EQ(HttpAnswer().receive(bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")),
              State::invalid);
    EXPECT_EQ(HttpAnswer().receive(bytes(std::string(100'000, 'x'))), State::invalid);
}

TEST(HttpAnswer, may_be_followed_by_any_amount_of_frames) {
    HttpAnswer answer;
    EXPECT_EQ(answer.receive(bytes("HTTP/1.1 101 S\r\n\r\n" + std::string(200'000, 'x'))),
              State::complete);
    EXPECT_EQ(answer.rest().size(), 200'000U);
}

}  // namespace
}  // namespace relay::load
