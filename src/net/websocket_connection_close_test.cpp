// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_connection_for_test.hpp"

#include <gmock/gmock.h>

#include <future>

namespace relay::net::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(WebSocketConnectionTest, PingsOneWhoIsSilentAndKeepsOneWhoAnswers) {
    limits.ping_every = 50ms;
    limits.peer_timeout = 1500ms;
    TestSocket& client = start();
    for (int round = 0; round < 8; ++round) {  // at 250 ms and more each: beyond the time-out
        ASSERT_EQ(client.read_frame().opcode, static_cast<int>(MessageType::ping));
        client.send_frame(MessageType::pong, "");
    }
    run([&] { EXPECT_TRUE(connection->is_open()); });
}

TEST_F(WebSocketConnectionTest, GivesUpOnOneWhoStaysSilent) {
    limits.ping_every = 100ms;
    limits.peer_timeout = 400ms;
    TestSocket& client = start();
    EXPECT_EQ(owner.closed().code, CloseCode::abnormal);
    EXPECT_THAT(owner.closed().reason, HasSubstr("nothing heard"));
    EXPECT_EQ(client.read_frame().opcode, static_cast<int>(MessageType::ping));
    EXPECT_THAT(client.read_to_end(), IsEmpty());
}

TEST_F(WebSocketConnectionTest, ClosesWithItsCodeAndWaitsForTheAnswer) {
    TestSocket& client = start();
    run([&] { connection->close(CloseCode::denied, "the booking was denied"); });
    const auto frame = client.read_frame();
    EXPECT_EQ(frame.opcode, static_cast<int>(MessageType::close));
    EXPECT_EQ(frame.close_code(), 4403);
    EXPECT_EQ(frame.close_reason(), "the booking was denied");
    client.send_frame(MessageType::close, "\x11\x33");
    EXPECT_EQ(owner.closed().code, CloseCode::denied);
    EXPECT_THAT(client.read_to_end(), IsEmpty());
}

TEST_F(WebSocketConnectionTest, EndsWithoutAnAnswerAfterAWhile) {
    limits.close_timeout = 100ms;
    TestSocket& client = start();
    run([&] { connection->close(CloseCode::going_away, "bye"); });
    EXPECT_EQ(owner.closed().code, CloseCode::going_away);
    EXPECT_EQ(client.read_frame().close_code(), 1001);
    EXPECT_THAT(client.read_to_end(), IsEmpty());
}

TEST_F(WebSocketConnectionTest, ClosesOnlyOnce) {
    TestSocket& client = start();
    run([&] {
        connection->close(CloseCode::expired, "first");
        connection->close(CloseCode::denied, "second");
        connection->deliver(message_of("too late"), {});
    });
    EXPECT_EQ(client.read_frame().close_code(), 4401);
    client.stop_sending();
    EXPECT_EQ(owner.closed().code, CloseCode::expired);
    EXPECT_THAT(client.read_to_end(), IsEmpty());
}

TEST_F(WebSocketConnectionTest, AnswersThePeersClose) {
    TestSocket& client = start();
    client.send_frame(MessageType::close, "\x0B\xB8gone");  // 3000
    EXPECT_EQ(client.read_frame().close_code(), 3000);
    EXPECT_THAT(client.read_to_end(), IsEmpty());
    EXPECT_EQ(static_cast<int>(owner.closed().code), 3000);
    EXPECT_EQ(owner.closed().reason, "gone");
}

TEST_F(WebSocketConnectionTest, AnswersACloseWithoutCodeLikewise) {
    TestSocket& client = start();
    client.send_frame(MessageType::close, "");
    const auto frame = client.read_frame();
    EXPECT_EQ(frame.opcode, static_cast<int>(MessageType::close));
    EXPECT_THAT(frame.payload, IsEmpty());
    EXPECT_EQ(owner.closed().code, CloseCode::no_status);
}

TEST_F(WebSocketConnectionTest, TakesNoMessageAfterItHasClosed) {
    TestSocket& client = start();
    run([&] { connection->close(CloseCode::denied, ""); });
    client.send_frame(MessageType::text, "late");
    client.send_frame(MessageType::close, "\x11\x33");
    owner.closed();
    EXPECT_EQ(owner.waiting(), 0u);
}

TEST_F(WebSocketConnectionTest, NoticesThatThePeerIsGone) {
    start().close();
    EXPECT_EQ(owner.closed().code, CloseCode::abnormal);
}

TEST_F(WebSocketConnectionTest, ExpiresByItself) {
    TestSocket& client = start();
    run([&] { connection->expire_at(std::chrono::steady_clock::now() + 50ms); });
    EXPECT_EQ(client.read_frame().close_code(), 4401);
    client.stop_sending();
    EXPECT_EQ(owner.closed().code, CloseCode::expired);
}

TEST_F(WebSocketConnectionTest, ExpiresAtOnceWhenItsTimeIsOver) {
    auto [server, client] = tcp_pair();
    peer.emplace(std::move(client));
    run([&] {
        connection.emplace(threads[0], std::move(server), limits, owner);
        connection->expire_at(std::chrono::steady_clock::now() - 1s);
        connection->start("", {});
    });
    EXPECT_EQ(peer->read_frame().close_code(), 4401);
}

struct Fault {
    const char* name;
    std::string bytes;
    int code;
};

class WebSocketFaultTest : public WebSocketConnectionTest,
                           public testing::WithParamInterface<Fault> {};

// A peer that has more to say than is read must still get to know why it was closed.
TEST_P(WebSocketFaultTest, ReachesThePeerAsACloseFrameWhateverItSentBehindIt) {
    limits.max_message = 1024;
    TestSocket& client = start();
    client.send(GetParam().bytes);
    client.send_some(std::string(100'000, 'x'));
    EXPECT_EQ(client.read_frame().close_code(), GetParam().code);
    client.stop_sending();
    EXPECT_THAT(client.read_to_end(), IsEmpty());
    EXPECT_EQ(static_cast<int>(owner.closed().code), GetParam().code);
}

const Fault faults[] = {
    {"reserved_bits", std::string("\xC1\x80\0\0\0\0", 6), 1002},
    {"unmasked", std::string("\x81\x01x", 3), 1002},
    {"unknown_opcode", std::string("\x83\x80\0\0\0\0", 6), 1002},
    {"lone_continuation", std::string("\x80\x80\0\0\0\0", 6), 1002},
    {"fragmented_ping", std::string("\x09\x80\0\0\0\0", 6), 1002},
    {"bad_text", std::string("\x81\x82\0\0\0\0\xC3\x28", 8), 1007},
    {"too_big", std::string("\x82\xFE\x04\x01\0\0\0\0", 8), 1009},
};
INSTANTIATE_TEST_SUITE_P(All, WebSocketFaultTest, testing::ValuesIn(faults),
                         [](const auto& info) { return info.param.name; });

TEST_F(WebSocketConnectionTest, ClosesAReaderOfDataThatIsTooSlowAfterTheMessagesThatItWasSent) {
    limits.outbox.bytes = 64 * 1024;
    TestSocket& client = start();
    int delivered = 0;
    run([&] {
        for (; connection->is_open() && delivered < 1000; ++delivered)
            connection->deliver(message_of(std::string(10'000, 'x'), MessageType::binary), {});
        EXPECT_FALSE(connection->is_open());
        EXPECT_GT(connection->outbox().drops().messages, 0u);
        EXPECT_LT(connection->outbox().bytes(), 11'000u) << "what waited is dropped";
    });
    auto frame = client.read_frame();
    for (; frame.opcode == 2; frame = client.read_frame()) EXPECT_EQ(frame.payload.size(), 10'000u);
    EXPECT_EQ(frame.close_code(), 1013);
    EXPECT_EQ(frame.close_reason(), "reads too slowly for this topic");
    client.stop_sending();
    EXPECT_EQ(owner.closed().code, CloseCode::too_slow);
}

TEST_F(WebSocketConnectionTest, WaitsForATooSlowReaderToTakeTheCloseFrame) {
    limits.outbox.bytes = 64 * 1024;
    limits.close_timeout = 100ms;  // counts from when the frame is sent
    TestSocket& client = start();
    run([&] {
        while (connection->is_open())
            connection->deliver(message_of(std::string(10'000, 'x'), MessageType::binary), {});
    });
    std::promise<void> later;
    struct Later final : Deadline {
        explicit Later(std::promise<void>& target) : reached(target) {}
        void on_deadline() override { reached.set_value(); }
        std::promise<void>& reached;
    } deadline(later);
    run([&] { threads[0].schedule(deadline, std::chrono::steady_clock::now() + 1s); });
    ASSERT_EQ(later.get_future().wait_for(20s), std::future_status::ready);

    auto frame = client.read_frame();
    while (frame.opcode == 2) frame = client.read_frame();
    EXPECT_EQ(frame.close_code(), 1013);
    EXPECT_EQ(owner.closed().code, CloseCode::too_slow);
}

TEST_F(WebSocketConnectionTest, GivesUpOnAReaderThatNeverTakesTheCloseFrame) {
    limits.outbox.bytes = 64 * 1024;
    limits.peer_timeout = 500ms;
    start();
    run([&] {
        while (connection->is_open())
            connection->deliver(message_of(std::string(10'000, 'x'), MessageType::binary), {});
    });
    EXPECT_EQ(owner.closed().code, CloseCode::too_slow);
}

}  // namespace
}  // namespace relay::net::test
