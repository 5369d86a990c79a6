// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_connection.hpp"

#include "net/websocket_connection_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::net::test {
namespace {

TEST_F(WebSocketConnectionTest, AnswersTheHandshakeBeforeAnythingIsDelivered) {
    auto [server, client] = tcp_pair();
    peer.emplace(std::move(client));
    run([&] {
        connection.emplace(threads[0], std::move(server), limits, owner);
        connection->start("HTTP/1.1 101 X\r\n\r\n", {});
        connection->deliver(message_of("first"), {});
    });
    EXPECT_EQ(peer->read_until("\r\n\r\n"), "HTTP/1.1 101 X\r\n\r\n");
    EXPECT_EQ(peer->read_frame().payload, "first");
}

TEST_F(WebSocketConnectionTest, ServesWhatCameWithTheRequest) {
    std::vector<std::uint8_t> frame;
    wire::append_client_frame(frame, MessageType::text, message_of("early")->payload(),
                              {1, 2, 3, 4});
    start("", frame);
    EXPECT_EQ(owner.next().payload, "early");
}

TEST_F(WebSocketConnectionTest, SendsAtOnceWhenNothingWaits) {
    TestSocket& client = start();
    run([&] {
        connection->deliver(message_of("now"), {});
        EXPECT_TRUE(connection->outbox().empty());
    });
    EXPECT_EQ(client.read_frame().payload, "now");
}

TEST_F(WebSocketConnectionTest, GathersToTheEndOfTheTurnWhenMoreIsComing) {
    TestSocket& client = start();
    run([&] {
        for (const char* text : {"a", "b", "c"})
            connection->deliver(message_of(text), {.more_coming = true});
        EXPECT_FALSE(connection->outbox().empty());
    });
    for (const char* text : {"a", "b", "c"}) EXPECT_EQ(client.read_frame().payload, text);
}

TEST_F(WebSocketConnectionTest, KeepsTypesAndBoundariesBothWays) {
    TestSocket& client = start();
    for (const MessageType type : {MessageType::text, MessageType::binary, MessageType::text}) {
        client.send_frame(type, "in");
        const auto received = owner.next();
        EXPECT_EQ(received.type, type);
        EXPECT_EQ(received.payload, "in");
        run([&] { connection->deliver(message_of("out", type), {}); });
        const auto frame = client.read_frame();
        EXPECT_EQ(frame.opcode, static_cast<int>(type));
        EXPECT_EQ(frame.payload, "out");
    }
}

TEST_F(WebSocketConnectionTest, TellsWhichMessagesAreFollowedByOthersOfTheSameRead) {
    std::vector<std::uint8_t> frames;
    for (const char* text : {"1", "2", "3"})
        wire::append_client_frame(frames, MessageType::text, message_of(text)->payload(), {});
    TestSocket& client = start();
    client.send({reinterpret_cast<const char*>(frames.data()), frames.size()});
    EXPECT_TRUE(owner.next().more_coming);
    EXPECT_TRUE(owner.next().more_coming);
    EXPECT_FALSE(owner.next().more_coming);
}

TEST_F(WebSocketConnectionTest, TakesALargePayloadWhole) {
    std::string large(3'000'000, ' ');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31 >> 3);
    TestSocket& client = start();
    client.send_frame(MessageType::binary, large);
    client.send_frame(MessageType::binary, "next");
    EXPECT_EQ(owner.next().payload, large);
    EXPECT_EQ(owner.next().payload, "next");
}

TEST_F(WebSocketConnectionTest, SendsALargePayloadWholeToOneWhoReadsSlowly) {
    const std::string large(3'000'000, 'x');
    TestSocket& client = start();
    run([&] {
        connection->deliver(message_of(large), {});
        connection->deliver(message_of("next"), {});
    });
    EXPECT_EQ(client.read_frame().payload, large);
    EXPECT_EQ(client.read_frame().payload, "next");
}

TEST_F(WebSocketConnectionTest, AnswersAPingWithItsPayload) {
    TestSocket& client = start();
    client.send_frame(MessageType::ping, "are you there");
    const auto pong = client.read_frame();
    EXPECT_EQ(pong.opcode, static_cast<int>(MessageType::pong));
    EXPECT_EQ(pong.payload, "are you there");
}

TEST_F(WebSocketConnectionTest, TakesAMessageOfExactlyTheLimit) {
    limits.max_message = 1024;
    TestSocket& client = start();
    client.send_frame(MessageType::binary, std::string(1024, 'x'));
    EXPECT_EQ(owner.next().payload.size(), 1024u);
}

TEST_F(WebSocketConnectionTest, DropsThePongsOfOneWhoPingsButDoesNotRead) {
    limits.outbox.bytes = 4096;
    TestSocket& client = start();
    run([&] { connection->deliver(message_of(std::string(200'000, 'x')), {}); });  // blocks the way
    for (int i = 0; i < 2000; ++i) client.send_frame(MessageType::ping, std::string(100, 'p'));
    client.send_frame(MessageType::text, "done");
    EXPECT_EQ(owner.next().payload, "done");
    run([&] { EXPECT_LT(connection->outbox().bytes(), 210'000u); });
}

TEST_F(WebSocketConnectionTest, CountsWhatWentBothWays) {
    TestSocket& client = start();
    run([&] {
        EXPECT_EQ(connection->received_traffic(), nullptr);
        EXPECT_EQ(connection->sent_traffic(), nullptr);
        connection->deliver(message_of("1234"), {});
        connection->deliver(message_of("12"), {});
    });
    client.send_frame(MessageType::text, "123");
    owner.next();
    run([&] {
        const SteadyTime now = std::chrono::steady_clock::now();
        const auto sent = connection->sent_traffic()->figures(now, connection->connected());
        EXPECT_EQ(sent.messages, 2u);
        EXPECT_EQ(sent.bytes, 6u);
        const auto received = connection->received_traffic()->figures(now, connection->connected());
        EXPECT_EQ(received.messages, 1u);
        EXPECT_EQ(received.bytes, 3u);
    });
}

}  // namespace
}  // namespace relay::net::test
