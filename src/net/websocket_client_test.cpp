// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_client.hpp"

#include "net/test_peer.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <gmock/gmock.h>

#include <deque>
#include <utility>
#include <vector>

// Messages and closing against Beast's WebSocket server, a second opinion on RFC 6455. Far sides
// that misbehave are in websocket_client_fault_test.cpp.
namespace relay::net {
namespace {

using namespace test;
using testing::ElementsAre;
using wire::CloseCode;
using wire::MessageType;
namespace websocket = boost::beast::websocket;
using ServerSocket = websocket::stream<tcp::socket&>;
using Received = std::pair<MessageType, std::string>;

class Endpoint final : public MessageSource, public MessageReceiver {
public:
    void queue(MessageType type, std::string_view text) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
        waiting.push_back(wire::Message::copy_of({bytes, text.size()}, type));
    }
    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override {
        for (std::size_t total = 0; !waiting.empty() && total < max_bytes; waiting.pop_front()) {
            total += waiting.front()->size();
            into.push_back(waiting.front());
        }
    }
    void on_message(wire::MessagePtr message) override {
        const auto payload = message->payload();
        received.emplace_back(message->type(), std::string(payload.begin(), payload.end()));
        after_message();
    }

    void on_ping(std::span<const std::uint8_t> payload) override {
        pings.emplace_back(payload.begin(), payload.end());
    }

    std::deque<wire::MessagePtr> waiting;
    std::vector<std::string> pings;
    std::vector<Received> received;
    std::function<void()> after_message = [] {};
};

class WebSocketClientTest : public testing::Test {
protected:
    // A server whose session begins after the handshake.
    Server serving(std::function<awaitable<void>(ServerSocket&)> session) {
        return Server(loop_.context(), [session](tcp::socket& socket) -> awaitable<void> {
            ServerSocket server(socket);
            co_await server.async_accept(asio::use_awaitable);
            co_await session(server);
        });
    }

    void connect(const Server& server) {
        const Url url = *parse_url(server.url("ws", "/session/x?code=1"));
        auto client = loop_.await(WebSocketClient::connect(url, settings_, stop_.get_token()));
        if (!client) throw std::runtime_error(client.error().error.detail);
        client_ = std::move(*client);
    }

    WebSocketEnd finish_at_once(const Server& server) {
        connect(server);
        client_->finish();
        return loop_.await(client_->run(endpoint_, endpoint_, stop_.get_token()));
    }

    WebSocketEnd run(const Server& server) {
        connect(server);
        return loop_.await(client_->run(endpoint_, endpoint_, stop_.get_token()));
    }

    Loop loop_;
    WebSocketSettings settings_;
    Endpoint endpoint_;
    std::stop_source stop_;
    std::unique_ptr<WebSocketClient> client_;
};

// Sends back what comes, until the client closes.
awaitable<void> echo(ServerSocket& server) {
    server.read_message_max(64 * 1024 * 1024);
    for (;;) {
        boost::beast::flat_buffer buffer;
        const auto [error, size] = co_await server.async_read(buffer, tuple_await);
        if (error) co_return;
        server.binary(server.got_binary());
        co_await server.async_write(buffer.data(), asio::use_awaitable);
    }
}

std::string bytes_of(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 256);
    return bytes;
}

TEST_F(WebSocketClientTest, carries_messages_of_all_sizes_both_ways_in_order_and_unchanged) {
    std::vector<Received> expected;
    for (const unsigned size : {0u, 1u, 125u, 126u, 65'535u, 65'536u, 300'000u, 5'000'000u, 3u})
        expected.emplace_back(MessageType::binary, bytes_of(size));
    expected.emplace_back(MessageType::text, "{\"greeting\":\"grüß\"}");
    for (const auto& [type, text] : expected) endpoint_.queue(type, text);
    endpoint_.after_message = [&] {
        if (endpoint_.received.size() == expected.size()) client_->close(CloseCode::normal, "done");
    };
    const Server server = serving(echo);
    const WebSocketEnd end = run(server);
    EXPECT_EQ(end.code, CloseCode::normal) << end.reason;
    EXPECT_TRUE(end.by_us);
    EXPECT_TRUE(endpoint_.received == expected);
}

TEST_F(WebSocketClientTest, takes_messages_that_are_queued_later_when_notified) {
    const Server server = serving(echo);
    endpoint_.queue(MessageType::text, "first");
    endpoint_.after_message = [&] {
        if (endpoint_.received.size() == 100) return client_->close(CloseCode::normal, "");
        endpoint_.queue(MessageType::text, std::to_string(endpoint_.received.size()));
        client_->notify();
    };
    EXPECT_EQ(run(server).code, CloseCode::normal);
    ASSERT_EQ(endpoint_.received.size(), 100u);
    EXPECT_EQ(endpoint_.received.back().second, "99");
}

TEST_F(WebSocketClientTest, offers_a_subprotocol_which_the_server_may_decline) {
    settings_.subprotocol = "relay.resume.v1";
    std::string offered;
    for (const std::string selected : {"relay.resume.v1", ""}) {
        const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
            ServerSocket accepting(socket);
            boost::beast::flat_buffer buffer;
            boost::beast::http::request<boost::beast::http::string_body> request;
            co_await boost::beast::http::async_read(socket, buffer, request, asio::use_awaitable);
            offered = request["Sec-WebSocket-Protocol"];
            accepting.set_option(websocket::stream_base::decorator([&](auto& answer) {
                if (!selected.empty()) answer.set("Sec-WebSocket-Protocol", selected);
            }));
            co_await accepting.async_accept(request, asio::use_awaitable);
        });
        connect(server);
        EXPECT_EQ(offered, "relay.resume.v1");
        EXPECT_EQ(client_->subprotocol(), selected);
    }
}

TEST_F(WebSocketClientTest, delivers_nothing_further_while_reading_is_paused) {
    settings_.ping_every = 100ms;
    settings_.peer_timeout = 500ms;
    std::size_t taken = 0;
    bool was_paused = false;
    const Server server = serving([&](ServerSocket& socket) -> awaitable<void> {
        socket.binary(true);
        for (int i = 0; i < 100; ++i) {
            taken +=
                co_await socket.async_write(asio::buffer(bytes_of(250'000)), asio::use_awaitable);
            if (i == 0) client_->pause_reading();
        }
        co_await echo(socket);
    });
    asio::steady_timer later(loop_.context(), 1500ms);  // three times what silence may last
    later.async_wait([&](const boost::system::error_code&) {
        EXPECT_LT(taken, 100u * 250'000);
        EXPECT_LT(endpoint_.received.size(), 3u);
        was_paused = true;
        client_->resume_reading();
    });
    endpoint_.after_message = [&] {
        if (endpoint_.received.size() == 100) client_->close(CloseCode::normal, "");
    };
    const WebSocketEnd end = run(server);
    EXPECT_EQ(end.code, CloseCode::normal) << end.reason;
    EXPECT_EQ(endpoint_.received.size(), 100u);
    EXPECT_TRUE(was_paused);
}

TEST_F(WebSocketClientTest, a_paused_client_hears_the_answer_to_its_close) {
    const Server server = serving(echo);
    endpoint_.queue(MessageType::text, "one");
    endpoint_.after_message = [&] {
        client_->pause_reading();
        client_->close(CloseCode::normal, "");
    };
    EXPECT_EQ(run(server).code, CloseCode::normal);
}

TEST_F(WebSocketClientTest, joins_the_fragments_of_a_message) {
    const std::string whole = bytes_of(100'000);
    const Server server = serving([&](ServerSocket& socket) -> awaitable<void> {
        socket.auto_fragment(true);
        socket.write_buffer_bytes(1000);
        socket.binary(true);
        co_await socket.async_write(asio::buffer(whole), asio::use_awaitable);
        co_await socket.async_close(websocket::close_code::normal, asio::use_awaitable);
    });
    EXPECT_EQ(run(server).code, CloseCode::normal);
    EXPECT_THAT(endpoint_.received, ElementsAre(Received{MessageType::binary, whole}));
}

TEST_F(WebSocketClientTest, passes_on_the_far_sides_close_code_and_reason) {
    const Server server = serving([](ServerSocket& socket) -> awaitable<void> {
        const websocket::close_reason reason(static_cast<websocket::close_code>(4403), "denied");
        co_await socket.async_close(reason, asio::use_awaitable);
    });
    const WebSocketEnd end = run(server);
    EXPECT_EQ(end.code, CloseCode::denied);
    EXPECT_EQ(end.reason, "denied");
    EXPECT_FALSE(end.by_us);
}

TEST_F(WebSocketClientTest, answers_the_far_sides_close_with_its_code) {
    websocket::close_reason answer;
    const Server server = serving([&](ServerSocket& socket) -> awaitable<void> {
        const websocket::close_reason reason(websocket::close_code::going_away, "restart");
        co_await socket.async_close(reason, asio::use_awaitable);
        answer = socket.reason();
    });
    EXPECT_EQ(run(server).code, CloseCode::going_away);
    loop_.run_until([&] { return answer.code != 0; });
    EXPECT_EQ(answer.code, websocket::close_code::going_away);
}

TEST_F(WebSocketClientTest, closes_with_1000_when_stopped_and_delivers_nothing_more) {
    websocket::close_reason seen;
    const Server server = serving([&](ServerSocket& socket) -> awaitable<void> {
        boost::beast::flat_buffer buffer;
        co_await socket.async_write(asio::buffer("one", 3), asio::use_awaitable);
        co_await socket.async_write(asio::buffer("two", 3), asio::use_awaitable);
        co_await socket.async_read(buffer, tuple_await);
        seen = socket.reason();
    });
    endpoint_.after_message = [&] { stop_.request_stop(); };
    const WebSocketEnd end = run(server);
    EXPECT_TRUE(end.by_us);
    EXPECT_EQ(end.code, CloseCode::normal) << end.reason;
    EXPECT_THAT(endpoint_.received, ElementsAre(Received{MessageType::text, "one"}));
    loop_.run_until([&] { return seen.code != 0; });
    EXPECT_EQ(seen.code, websocket::close_code::normal);
}

TEST_F(WebSocketClientTest, finishes_when_all_was_sent_and_read) {
    std::size_t received = 0;
    websocket::close_reason seen;
    const Server server = serving([&](ServerSocket& socket) -> awaitable<void> {
        for (;;) {
            boost::beast::flat_buffer buffer;
            const auto [error, size] = co_await socket.async_read(buffer, tuple_await);
            if (error) break;
            received += size;
        }
        seen = socket.reason();
    });
    // More than one gathering and than the sockets' buffers hold.
    for (int i = 0; i < 40; ++i) endpoint_.queue(MessageType::binary, bytes_of(250'000));
    const WebSocketEnd end = finish_at_once(server);
    EXPECT_TRUE(end.finished);
    EXPECT_TRUE(end.by_us);
    EXPECT_EQ(end.code, CloseCode::normal);
    EXPECT_EQ(received, 40u * 250'000);
    loop_.run_until([&] { return seen.code != 0; });
    EXPECT_EQ(seen.code, websocket::close_code::normal);
}

TEST_F(WebSocketClientTest, finishes_a_running_connection_and_delivers_until_then) {
    const Server server = serving(echo);
    endpoint_.queue(MessageType::text, "one");
    endpoint_.after_message = [&] { client_->finish(); };
    const WebSocketEnd end = run(server);
    EXPECT_TRUE(end.finished);
    EXPECT_THAT(endpoint_.received, ElementsAre(Received{MessageType::text, "one"}));
}

TEST_F(WebSocketClientTest, has_not_finished_when_the_far_side_closes_by_itself) {
    const Server server = serving([&](ServerSocket& socket) -> awaitable<void> {
        co_await socket.async_close(websocket::close_code::going_away, asio::use_awaitable);
    });
    endpoint_.queue(MessageType::text, "one");
    const WebSocketEnd end = finish_at_once(server);  // its close crosses the server's
    EXPECT_FALSE(end.finished);
    EXPECT_EQ(end.code, CloseCode::going_away);
}

TEST_F(WebSocketClientTest, answers_a_ping_with_its_payload) {
    std::string answered;
    const Server server = serving([&](ServerSocket& socket) -> awaitable<void> {
        socket.control_callback([&](websocket::frame_type type, boost::beast::string_view text) {
            if (type == websocket::frame_type::pong) {
                answered = text;
                client_->close(CloseCode::normal, "");
            }
        });
        co_await socket.async_ping("are you there?", asio::use_awaitable);
        co_await echo(socket);
    });
    run(server);
    EXPECT_EQ(answered, "are you there?");
    EXPECT_THAT(endpoint_.pings, ElementsAre("are you there?"));
}

TEST_F(WebSocketClientTest, pings_when_idle_and_lives_on_while_pongs_come) {
    settings_.ping_every = 10ms;
    settings_.peer_timeout = 5s;
    int pings = 0;
    const Server server = serving([&](ServerSocket& socket) -> awaitable<void> {
        socket.control_callback([&](websocket::frame_type type, boost::beast::string_view) {
            if (type == websocket::frame_type::ping && ++pings == 5)
                client_->close(CloseCode::normal, "");
        });
        co_await echo(socket);
    });
    EXPECT_EQ(run(server).code, CloseCode::normal);
    EXPECT_EQ(pings, 5);
}

TEST_F(WebSocketClientTest, ends_cleanly_when_its_context_is_destroyed_in_mid_connection) {
    const Server server = serving(echo);
    endpoint_.queue(MessageType::text, "one");
    const Url url = *parse_url(server.url("ws"));
    auto client = loop_.await(WebSocketClient::connect(url, settings_, {}));
    ASSERT_TRUE(client);
    client_ = std::move(*client);
    asio::co_spawn(loop_.context(), client_->run(endpoint_, endpoint_, stop_.get_token()),
                   [](std::exception_ptr, const WebSocketEnd&) { ADD_FAILURE() << "not to end"; });
    loop_.run_until([&] { return !endpoint_.received.empty(); });
}

}  // namespace
}  // namespace relay::net
