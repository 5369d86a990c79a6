// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_handshake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::net {
namespace {

using testing::HasSubstr;

HttpRequest good() {
    HttpRequest request{.method = "GET", .target = "/session/x?code=1"};
    request.fields.add("Upgrade", "websocket");
    request.fields.add("Connection", "keep-alive, Upgrade");
    request.fields.add("Sec-WebSocket-Version", "13");
    request.fields.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    return request;
}

TEST(WebSocketHandshake, AnswersWithTheAcceptKeyOfTheRfc) {
    const auto answer = websocket_answer(good());
    ASSERT_TRUE(answer);
    EXPECT_THAT(*answer, HasSubstr("HTTP/1.1 101 "));
    EXPECT_THAT(*answer, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    EXPECT_TRUE(answer->ends_with("\r\n\r\n"));
    EXPECT_THAT(*answer, testing::Not(HasSubstr("Sec-WebSocket-Protocol")));
}

TEST(WebSocketHandshake, ConfirmsTheSubprotocolNull) {
    HttpRequest request = good();
    request.fields.add("Sec-WebSocket-Protocol", "other, null");
    EXPECT_THAT(websocket_answer(request).value(), HasSubstr("Sec-WebSocket-Protocol: null\r\n"));
    ASSERT_TRUE(offers_subprotocol(request, "other"));
    EXPECT_FALSE(offers_subprotocol(request, "others"));
    const auto selecting = websocket_answer(request, "other").value();
    EXPECT_THAT(selecting, HasSubstr("Sec-WebSocket-Protocol: other\r\n"));
    EXPECT_THAT(selecting, testing::Not(HasSubstr("null")));
}

TEST(WebSocketHandshake, RefusesWithAReason) {
    const struct {
        const char *field, *value;
        int status;
        const char* reason;
    } rows[] = {{"Upgrade", "h2c", 400, "Upgrade"},
                {"Connection", "close", 400, "Connection"},
                {"Sec-WebSocket-Version", "8", 426, "must be 13"},
                {"Sec-WebSocket-Key", "short", 400, "Sec-WebSocket-Key"}};
    for (const auto& row : rows) {
        HttpRequest request = good();
        request.fields.set(row.field, row.value);
        const auto answer = websocket_answer(request);
        ASSERT_FALSE(answer) << row.field;
        EXPECT_EQ(answer.error().status, row.status);
        EXPECT_THAT(answer.error().body, HasSubstr(row.reason));
    }
    HttpRequest post = good();
    post.method = "POST";
    EXPECT_FALSE(websocket_answer(post));
}

}  // namespace
}  // namespace relay::net
