// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_connection.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>

#include "net/test_socket.hpp"

namespace relay::net {
namespace {

using test::TestSocket;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::CloseCode;
using wire::Message;
using wire::MessagePtr;
using wire::MessageType;
using namespace std::chrono_literals;

MessagePtr message_of(std::string_view text, MessageType type = MessageType::text) {
    return Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, type);
}

// Keeps what the connection tells it, for the test's thread to wait for.
class Owner final : public WebSocketOwner {
public:
    struct Received {
        MessageType type;
        std::string payload;
        bool more_coming;
    };
    struct Closed {
        CloseCode code;
        std::string reason;
    };

    void on_message(MessagePtr message, bool more_coming) override {
        const auto payload = message->payload();
        const std::lock_guard lock(mutex_);
        received_.push_back({message->type(), {payload.begin(), payload.end()}, more_coming});
        changed_.notify_all();
    }
    void on_closed(CloseCode code, std::string_view reason) override {
        const std::lock_guard lock(mutex_);
        EXPECT_FALSE(closed_) << "told twice";
        closed_ = Closed{code, std::string(reason)};
        changed_.notify_all();
    }

    Received next() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, 20s, [this] { return !received_.empty(); }))
            throw std::runtime_error("no message came");
        Received first = std::move(received_.front());
        received_.pop_front();
        return first;
    }
    Closed closed() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, 20s, [this] { return closed_.has_value(); }))
            throw std::runtime_error("the connection did not close");
        return *closed_;
    }
    std::size_t waiting() {
        const std::lock_guard lock(mutex_);
        return received_.size();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Received> received_;
    std::optional<Closed> closed_;
};

// The two ends of a TCP connection; a small send buffer makes the first one stall early.
std::pair<FileDescriptor, FileDescriptor> tcp_pair() {
    const FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    constexpr int buffer = 16 * 1024;
    ::setsockopt(client.number(), SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (::bind(listener.number(), plain, size) != 0 || ::listen(listener.number(), 1) != 0 ||
        ::getsockname(listener.number(), plain, &size) != 0 ||
        ::connect(client.number(), plain, size) != 0)
        throw std::runtime_error("no connection to 127.0.0.1");
    FileDescriptor server(::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    ::setsockopt(server.number(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    return {std::move(server), std::move(client)};
}

struct WebSocketConnectionTest : testing::Test {
    // Makes the connection and starts it with an empty handshake answer.
    TestSocket& start(std::string_view answer = "", std::vector<std::uint8_t> received = {}) {
        auto [server, client] = tcp_pair();
        peer.emplace(std::move(client));
        run([&] {
            connection.emplace(threads[0], std::move(server), limits, owner);
            connection->start(answer, std::move(received));
        });
        return *peer;
    }
    void run(const std::function<void()>& function) {
        threads.run_on_each([&](IoThread&) { function(); });
    }
    ~WebSocketConnectionTest() override {
        run([&] { connection.reset(); });
    }

    WebSocketLimits limits;
    Owner owner;
    IoThreads threads{1};
    std::optional<WebSocketConnection> connection;
    std::optional<TestSocket> peer;
};

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
    wire::append_client_frame(frame, MessageType::text, message_of("early")->payload(), {1, 2, 3, 4});
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

TEST_F(WebSocketConnectionTest, PingsOneWhoIsSilentAndKeepsOneWhoAnswers) {
    limits.ping_every = 50ms;
    limits.peer_timeout = 1000ms;
    TestSocket& client = start();
    for (int round = 0; round < 6; ++round) {  // at 250 ms and more each: beyond the time-out
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

class WebSocketFaultTest : public WebSocketConnectionTest, public testing::WithParamInterface<Fault> {};

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

TEST_F(WebSocketConnectionTest, TakesAMessageOfExactlyTheLimit) {
    limits.max_message = 1024;
    TestSocket& client = start();
    client.send_frame(MessageType::binary, std::string(1024, 'x'));
    EXPECT_EQ(owner.next().payload.size(), 1024u);
}

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
    run([&] { connection->expire_at(std::chrono::steady_clock::now()); });  // changes nothing now
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
}  // namespace relay::net
