// SPDX-License-Identifier: Apache-2.0
#include "net/test_peer.hpp"
#include "net/websocket_client.hpp"
#include "wire/frame_reader.hpp"
#include "wire/frame_writer.hpp"

#include <gmock/gmock.h>

#include <vector>

// Servers that break the rules, byte by byte.
namespace relay::net {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;
using wire::CloseCode;
using wire::MessageType;
using Seconds = std::chrono::duration<double>;

class Endpoint final : public MessageSource, public MessageReceiver {
public:
    void gather(std::vector<wire::MessagePtr>& into, std::size_t) override {
        into.insert(into.end(), waiting.begin(), waiting.end());
        waiting.clear();
    }
    void on_message(wire::MessagePtr message) override {
        const auto payload = message->payload();
        received.emplace_back(payload.begin(), payload.end());
    }

    std::vector<wire::MessagePtr> waiting;
    std::vector<std::string> received;
};

// One unmasked frame, as servers send them, or with other first bytes.
std::string frame(std::uint8_t first, std::string_view payload) {
    wire::FrameHeaderBytes header;
    const auto size = wire::write_server_header(header, MessageType::text, payload.size());
    header[0] = first;
    return std::string(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(size))
        .append(payload);
}
std::string close_frame(std::uint16_t code) {
    const char payload[] = {static_cast<char>(code >> 8), static_cast<char>(code)};
    return frame(0x88, {payload, sizeof payload});
}

class WebSocketFault : public testing::Test {
protected:
    using Connected = std::expected<std::unique_ptr<WebSocketClient>, WebSocketFailure>;

    Connected connect(const Server& server) {
        const Url url = *parse_url(server.url("ws", "/session/x?code=secret"));
        return loop_.await(WebSocketClient::connect(url, settings_, stop_.get_token()));
    }

    WebSocketFailure refused(const Server& server) {
        auto client = connect(server);
        if (client) throw std::runtime_error("the handshake should have failed");
        return std::move(client.error());
    }

    // Answers the handshake with whatever the function makes of the request.
    Server answering(std::function<std::string(const std::string&)> answer) {
        return Server(loop_.context(), [answer](tcp::socket& socket) -> awaitable<void> {
            const std::string header = co_await read_header(socket);
            co_await write_text(socket, answer(header));
            co_await read_to_end(socket);
        });
    }

    // Upgrades, sends the bytes, and keeps what the client sends until it hangs up.
    Server sending(std::string bytes) {
        return Server(loop_.context(), [this, bytes](tcp::socket& socket) -> awaitable<void> {
            const std::string header = co_await read_header(socket);
            co_await write_text(socket, upgrade_answer(header) + bytes);
            co_await read_frames(socket);
        });
    }

    awaitable<void> read_frames(tcp::socket& socket) {
        wire::FrameReader reader(wire::FrameReader::Role::server, 1'000'000);
        std::array<std::uint8_t, 4096> buffer;
        for (;;) {
            const auto [error, count] =
                co_await socket.async_read_some(asio::buffer(buffer), tuple_await);
            if (error) break;
            std::span<std::uint8_t> bytes(buffer.data(), count);
            while (!bytes.empty() && client_close_ == CloseCode::no_status) {
                const auto event = reader.next(bytes);
                if (event.kind == wire::FrameEvent::Kind::ping) ++pings_;
                if (event.kind == wire::FrameEvent::Kind::close) client_close_ = event.code;
            }
        }
        hung_up_ = true;
    }

    WebSocketEnd run(const Server& server) {
        auto client = connect(server);
        if (!client) throw std::runtime_error(client.error().error.detail);
        const auto began = std::chrono::steady_clock::now();
        const auto end = loop_.await((*client)->run(endpoint_, endpoint_, stop_.get_token()));
        lasted_ = std::chrono::steady_clock::now() - began;
        return end;
    }

    Loop loop_;
    WebSocketSettings settings_;
    Endpoint endpoint_;
    std::stop_source stop_;
    CloseCode client_close_ = CloseCode::no_status;
    int pings_ = 0;
    bool hung_up_ = false;
    Seconds lasted_{};
};

TEST_F(WebSocketFault, a_refusal_gives_the_status_and_the_servers_answer) {
    const std::string body = R"({"code":"403","message":"booking denied"})";
    const Server server =
        answering([&](const std::string&) { return json_answer("403 Forbidden", body); });
    const WebSocketFailure failure = refused(server);
    EXPECT_EQ(failure.error.code, Errc::forbidden);
    EXPECT_THAT(failure.error.detail, HasSubstr("403"));
    ASSERT_TRUE(failure.answer);
    EXPECT_EQ(failure.answer->status, 403);
    EXPECT_EQ(failure.answer->body, body);
}

TEST_F(WebSocketFault, each_status_of_a_refusal_has_its_kind_of_error) {
    for (const auto& [status, code] : {std::pair{"401 Unauthorized", Errc::unauthorized},
                                       {"404 Not Found", Errc::not_found},
                                       {"410 Gone", Errc::not_found},
                                       {"503 Unavailable", Errc::interrupted},
                                       {"504 Timeout", Errc::unavailable},
                                       {"200 OK", Errc::unavailable},
                                       {"302 Found", Errc::unavailable}}) {
        const Server server =
            answering([&](const std::string&) { return json_answer(status, ""); });
        EXPECT_EQ(refused(server).error.code, code) << status;
    }
}

TEST_F(WebSocketFault, a_wrong_accept_key_is_refused) {
    const Server server = answering([](const std::string&) {
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    });
    EXPECT_THAT(refused(server).error.detail, HasSubstr("Sec-WebSocket-Accept"));
}

TEST_F(WebSocketFault, an_answer_without_upgrade_or_with_extensions_is_refused) {
    const auto without = [](std::string answer, std::string_view line) {
        return answer.erase(answer.find(line), line.size());
    };
    const auto with = [](std::string answer, std::string_view line) {
        return answer.insert(answer.size() - 2, line);
    };
    const std::vector<std::function<std::string(std::string)>> faults{
        [&](std::string answer) { return without(answer, "Upgrade: websocket\r\n"); },
        [&](std::string answer) { return without(answer, "Connection: Upgrade\r\n"); },
        [&](std::string answer) {
            return with(answer, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
        },
        [&](std::string answer) { return with(answer, "Sec-WebSocket-Protocol: null\r\n"); }};
    settings_.subprotocol = "other";
    for (const auto& fault : faults) {
        const Server server =
            answering([&](const std::string& header) { return fault(upgrade_answer(header)); });
        EXPECT_FALSE(refused(server).answer);
    }
}

TEST_F(WebSocketFault, half_a_handshake_times_out) {
    settings_.handshake_timeout = 50ms;
    const Server server = answering([](const std::string&) { return "HTTP/1.1 101 Swi"; });
    const WebSocketFailure failure = refused(server);
    EXPECT_EQ(failure.error.code, Errc::unavailable);
    EXPECT_THAT(failure.error.detail, HasSubstr("timed out"));
    EXPECT_THAT(failure.error.detail, Not(HasSubstr("secret")));
}

TEST_F(WebSocketFault, a_server_that_accepts_and_closes_is_reported) {
    const Server server(loop_.context(), [](tcp::socket&) -> awaitable<void> { co_return; });
    EXPECT_EQ(refused(server).error.code, Errc::interrupted);
}

TEST_F(WebSocketFault, further_fields_go_with_the_handshake) {
    std::string asked;
    const Server server = answering([&](const std::string& header) {
        asked = field_of(header, "Relay-Audience");
        return upgrade_answer(header);
    });
    settings_.fields.add("Relay-Audience", "1");
    EXPECT_TRUE(connect(server));
    EXPECT_EQ(asked, "1");
}

TEST_F(WebSocketFault, a_stop_ends_a_handshake_that_is_never_answered) {
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        co_await read_header(socket);
        stop_.request_stop();
        co_await read_to_end(socket);
    });
    EXPECT_THAT(refused(server).error.detail, HasSubstr("stopped"));
}

TEST_F(WebSocketFault, the_handshake_asks_as_the_rfc_says) {
    std::string request;
    const Server server = answering([&](const std::string& header) {
        request = header;
        return upgrade_answer(header);
    });
    ASSERT_TRUE(connect(server));
    EXPECT_THAT(request, testing::StartsWith("GET /session/x?code=secret HTTP/1.1\r\nHost: "));
    EXPECT_EQ(field_of(request, "Upgrade"), "websocket");
    EXPECT_EQ(field_of(request, "Connection"), "Upgrade");
    EXPECT_EQ(field_of(request, "Sec-WebSocket-Version"), "13");
    EXPECT_TRUE(wire::is_valid_key(field_of(request, "Sec-WebSocket-Key")));
}

TEST_F(WebSocketFault, frames_that_come_in_the_same_packet_as_the_handshake_are_not_lost) {
    const Server server = sending(frame(0x81, "early") + close_frame(1000));
    EXPECT_EQ(run(server).code, CloseCode::normal);
    EXPECT_THAT(endpoint_.received, testing::ElementsAre("early"));
}

TEST_F(WebSocketFault, a_connection_that_comes_byte_by_byte_is_read) {
    const std::string long_text(200, 'x');
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        socket.set_option(tcp::no_delay(true));
        const std::string header = co_await read_header(socket);
        const std::string all = upgrade_answer(header) + frame(0x81, "one") + frame(0x01, "tw") +
                                frame(0x89, "ping") + frame(0x80, "o") + frame(0x82, long_text) +
                                close_frame(1001);
        for (const char byte : all) co_await write_text(socket, std::string(1, byte));
        co_await read_frames(socket);
    });
    EXPECT_EQ(run(server).code, CloseCode::going_away);
    EXPECT_THAT(endpoint_.received, testing::ElementsAre("one", "two", long_text));
}

TEST_F(WebSocketFault, a_broken_rule_ends_the_connection_with_its_close_code) {
    settings_.max_message = 1000;
    const struct {
        std::string bytes;
        CloseCode code;
    } examples[] = {{std::string("\x81\x81\x00\x00\x00\x00x", 7), CloseCode::protocol_error},
                    {frame(0xC1, "x"), CloseCode::protocol_error},
                    {frame(0x83, "x"), CloseCode::protocol_error},
                    {frame(0x80, "x"), CloseCode::protocol_error},
                    {close_frame(1005), CloseCode::protocol_error},
                    {frame(0x81, "\xff"), CloseCode::invalid_text},
                    {frame(0x82, std::string(1001, 'x')), CloseCode::too_big}};
    for (const auto& example : examples) {
        client_close_ = CloseCode::no_status;
        hung_up_ = false;
        const Server server = sending(example.bytes);
        const WebSocketEnd end = run(server);
        loop_.run_until([&] { return hung_up_; });
        EXPECT_EQ(end.code, example.code);
        EXPECT_FALSE(end.reason.empty());
        EXPECT_FALSE(end.by_us);
        EXPECT_EQ(client_close_, example.code) << "the far side is told why";
    }
}

TEST_F(WebSocketFault, an_end_without_close_frame_is_reported_as_abnormal) {
    const Server server(loop_.context(), [](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        co_await write_text(socket, upgrade_answer(header));
    });
    const WebSocketEnd end = run(server);
    EXPECT_EQ(end.code, CloseCode::abnormal);
    EXPECT_THAT(end.reason, HasSubstr("without a close frame"));
}

TEST_F(WebSocketFault, a_peer_that_never_answers_pings_is_given_up) {
    settings_.ping_every = 20ms;
    settings_.peer_timeout = 400ms;
    const Server server = sending("");
    const WebSocketEnd end = run(server);
    EXPECT_EQ(end.code, CloseCode::abnormal);
    EXPECT_THAT(end.reason, HasSubstr("nothing heard for 0.4 s"));
    EXPECT_GE(lasted_, 400ms);
    EXPECT_GE(pings_, 1);
}

TEST_F(WebSocketFault, a_peer_that_takes_no_data_is_given_up) {
    settings_.write_timeout = 100ms;
    const std::vector<std::uint8_t> large(8'000'000);
    for (int i = 0; i < 4; ++i)
        endpoint_.waiting.push_back(wire::Message::copy_of(large, MessageType::binary));
    settings_.ping_every = 20ms;
    asio::steady_timer forever(loop_.context(), asio::steady_timer::time_point::max());
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        co_await write_text(socket, upgrade_answer(header));
        co_await forever.async_wait(tuple_await);
    });
    const WebSocketEnd end = run(server);
    EXPECT_EQ(end.code, CloseCode::abnormal);
    EXPECT_THAT(end.reason, HasSubstr("took no data for 0.1 s"));
}

TEST_F(WebSocketFault, a_close_that_is_never_answered_ends_in_time) {
    settings_.close_timeout = 50ms;
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        co_await write_text(socket, upgrade_answer(header));
        asio::post(loop_.context(), [&] { stop_.request_stop(); });
        co_await read_frames(socket);
    });
    const WebSocketEnd end = run(server);
    EXPECT_TRUE(end.by_us);
    EXPECT_EQ(end.code, CloseCode::abnormal);
    EXPECT_THAT(end.reason, HasSubstr("close handshake"));
    EXPECT_LT(lasted_, 1s);
    loop_.run_until([&] { return hung_up_; });
    EXPECT_EQ(client_close_, CloseCode::normal);
}

TEST_F(WebSocketFault, a_flood_of_pings_does_not_keep_the_rest_from_being_read) {
    std::string flood;
    for (int i = 0; i < 20'000; ++i) flood += frame(0x89, std::to_string(i));
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        co_await write_text(socket, upgrade_answer(header) + flood + close_frame(1000));
        co_await read_to_end(socket);
    });
    EXPECT_EQ(run(server).code, CloseCode::normal);
}

}  // namespace
}  // namespace relay::net
