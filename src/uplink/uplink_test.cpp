// SPDX-License-Identifier: Apache-2.0
#include "uplink/uplink.hpp"

#include "base/log.hpp"
#include "net/test_peer.hpp"
#include "wire/frame_writer.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace relay::uplink {
namespace {

using namespace net::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Steady = std::chrono::steady_clock;

// Writes down what happens to it.
class Recorder final : public Endpoint {
public:
    void on_connected() override { events.push_back("connected"); }
    void on_disconnected() override {
        events.push_back("disconnected");
        waiting.clear();
    }
    void on_message(wire::MessagePtr message) override {
        const auto payload = message->payload();
        events.emplace_back(payload.begin(), payload.end());
    }
    void gather(std::vector<wire::MessagePtr>& into, std::size_t) override {
        into.insert(into.end(), waiting.begin(), waiting.end());
        waiting.clear();
    }
    void queue(std::string_view text) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
        waiting.push_back(wire::Message::copy_of({bytes, text.size()}, wire::MessageType::text));
    }

    std::vector<std::string> events;
    std::vector<wire::MessagePtr> waiting;
};

std::string frame(std::string_view payload, wire::MessageType type = wire::MessageType::text) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(payload.data());
    const auto message = wire::Message::copy_of({bytes, payload.size()}, type);
    const auto encoded = message->encoded();
    return {encoded.begin(), encoded.end()};
}

class UplinkTest : public testing::Test {
protected:
    UplinkTest() {
        settings_.name = "test";
        settings_.retry = {.shortest = 2ms, .longest = 8ms, .lasting = 1h};
        settings_.websocket.close_timeout = 100ms;
        if (!log::configure({.level = log::Level::warn, .file = log_file_.string()}))
            throw std::runtime_error("no log file");
    }
    ~UplinkTest() override {
        static_cast<void>(log::configure({.level = log::Level::off}));
        std::filesystem::remove(log_file_);
    }

    std::string logged_text() const {
        std::ifstream stream(log_file_);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    void start(const std::string& url, Secret token = Secret(),
               std::filesystem::path token_file = {}) {
        auto target = make_target(url, std::move(token), std::move(token_file));
        if (!target) throw std::runtime_error(target.error().detail);
        uplink_ =
            std::make_unique<Uplink>(loop_.context(), std::move(*target), settings_, recorder_);
    }

    void stop() {
        bool ended = false;
        uplink_->stop([&] { ended = true; });
        loop_.run_until([&] { return ended; });
    }

    // Upgrades and sends; then keeps the connection until the client ends it.
    Server serving(std::string frames) {
        return Server(loop_.context(), [frames](tcp::socket& socket) -> awaitable<void> {
            const std::string header = co_await read_header(socket);
            co_await write_text(socket, upgrade_answer(header) + frames);
            co_await read_to_end(socket);
        });
    }

    std::filesystem::path log_file_ =
        std::filesystem::temp_directory_path() / ("relay-uplink-log-" + random_uuid());
    Loop loop_;
    Settings settings_;
    Recorder recorder_;
    std::unique_ptr<Uplink> uplink_;
};

TEST_F(UplinkTest, dials_a_websocket_url_and_delivers_messages) {
    const Server server = serving(frame("hello"));
    start(server.url("ws", "/ws/data"));
    EXPECT_EQ(uplink_->status().state, State::connecting);
    loop_.run_until([&] { return recorder_.events.size() == 2; });
    EXPECT_THAT(recorder_.events, ElementsAre("connected", "hello"));
    const Status status = uplink_->status();
    EXPECT_EQ(status.state, State::connected);
    EXPECT_TRUE(status.connected_since);
    EXPECT_EQ(status.tries, 1u);
    EXPECT_EQ(status.connections, 1u);
    stop();
}

TEST_F(UplinkTest, sends_what_the_endpoint_has_when_notified) {
    std::string seen;
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        co_await write_text(socket, upgrade_answer(header) + frame("go"));
        std::array<char, 256> bytes;
        const auto count =
            co_await socket.async_read_some(asio::buffer(bytes), asio::use_awaitable);
        seen.assign(bytes.data(), count);
        co_await read_to_end(socket);
    });
    start(server.url("ws"));
    loop_.run_until([&] { return recorder_.events.size() == 2; });
    recorder_.queue("answer");
    uplink_->notify();
    loop_.run_until([&] { return !seen.empty(); });
    EXPECT_EQ(seen.size(), 2u + 4u + 6u) << "header, mask, payload";
    stop();
}

TEST_F(UplinkTest, exchanges_a_fresh_token_for_a_code_on_each_connection) {
    const auto token_file =
        std::filesystem::temp_directory_path() / ("relay-uplink-" + random_uuid());
    std::ofstream(token_file) << "token.number.1\n";
    std::vector<std::string> seen;
    std::uint16_t port = 0;
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        if (header.starts_with("POST")) {
            seen.push_back(field_of(header, "Authorization"));
            const std::string uri =
                "ws://127.0.0.1:" + std::to_string(port) + "/x?code=" + std::to_string(seen.size());
            co_await write_text(socket, json_answer("200 OK", "{\"uri\":\"" + uri + "\"}"));
        } else {
            seen.push_back(header.substr(0, header.find(" HTTP")));
            std::ofstream(token_file) << "token.number.2\n";
            co_await write_text(socket, upgrade_answer(header));
        }
    });
    port = server.port();
    start(server.url("http", "/session/x"), Secret(), token_file);
    loop_.run_until([&] { return seen.size() >= 4; });
    seen.resize(4);
    EXPECT_THAT(seen,
                ElementsAre("token.number.1", "GET /x?code=1", "token.number.2", "GET /x?code=3"));
    stop();
    std::filesystem::remove(token_file);
}

TEST_F(UplinkTest, says_why_access_was_refused_without_telling_the_token) {
    const Server server(loop_.context(), [](tcp::socket& socket) -> awaitable<void> {
        co_await read_header(socket);
        co_await write_text(
            socket, json_answer("401 Unauthorized", R"({"code":"401","message":"token expired"})"));
    });
    start(server.url("http", "/session/x"), Secret("aaa.secret.ccc"));
    loop_.run_until([&] { return uplink_->status().tries == 4; });
    EXPECT_EQ(uplink_->status().last_error, "access refused with status 401: token expired");
    EXPECT_EQ(uplink_->status().connections, 0u);
    EXPECT_TRUE(recorder_.events.empty());
    stop();
    const std::string logged = logged_text();
    EXPECT_EQ(std::ranges::count(logged, '\n'), 1) << "once, not per try";
    EXPECT_THAT(logged, HasSubstr("token expired"));
    EXPECT_THAT(logged, Not(HasSubstr("secret")));
}

TEST_F(UplinkTest, says_why_a_websocket_was_refused_or_closed) {
    int connection = 0;
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        if (++connection == 1)
            co_await write_text(socket,
                                json_answer("403 Forbidden", R"({"message":"booking denied"})"));
        else
            co_await write_text(socket, upgrade_answer(header) + frame("\x11\x33"
                                                                       "denied",
                                                                       wire::MessageType::close));
        co_await read_to_end(socket);
    });
    start(server.url("ws"));
    std::vector<std::string> errors;
    loop_.run_until([&] {
        const std::string error = uplink_->status().last_error;
        if (!error.empty() && (errors.empty() || errors.back() != error)) errors.push_back(error);
        return errors.size() == 2;
    });
    EXPECT_THAT(errors, ElementsAre("WebSocket refused with status 403: booking denied",
                                    "closed with 4403: denied"));
    stop();
}

// Session host defect 7: the reference connects 27,918 times in 3 s here.
TEST_F(UplinkTest, never_tries_more_than_four_times_a_second_a_peer_that_accepts_and_closes) {
    settings_.retry = {};
    const Server server(loop_.context(), [](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        co_await write_text(socket, upgrade_answer(header));
    });
    const auto began = Steady::now();
    start(server.url("ws"));
    loop_.run_until([&] { return server.accepted() == 4; });
    const std::chrono::duration<double> lasted = Steady::now() - began;
    EXPECT_GE(lasted.count(), 3 * 0.25);
    stop();
}

TEST_F(UplinkTest, backs_off_while_nobody_listens_and_connects_when_somebody_does) {
    std::uint16_t port = 0;
    {
        const Server gone = serving("");
        port = gone.port();
    }
    start("ws://127.0.0.1:" + std::to_string(port));
    loop_.run_until([&] { return uplink_->status().state == State::waiting; });
    EXPECT_THAT(uplink_->status().last_error, HasSubstr("Connection refused"));
    EXPECT_TRUE(uplink_->status().retry_at);
    loop_.run_until([&] { return uplink_->status().tries == 4; });
    stop();
}

TEST_F(UplinkTest, tells_the_endpoint_of_each_end_so_that_stale_messages_are_dropped) {
    int connection = 0;
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        const std::string text = std::to_string(++connection);
        co_await write_text(socket, upgrade_answer(header) + frame(text));
        if (connection == 2) co_await read_to_end(socket);
    });
    start(server.url("ws"));
    loop_.run_until([&] { return recorder_.events.size() == 5; });
    EXPECT_THAT(recorder_.events, ElementsAre("connected", "1", "disconnected", "connected", "2"));
    stop();
    EXPECT_EQ(recorder_.events.back(), "disconnected");
}

TEST_F(UplinkTest, a_stop_ends_a_long_wait_at_once) {
    settings_.retry = {.shortest = 1h, .longest = 1h, .lasting = 1h};
    const Server server(loop_.context(), [](tcp::socket&) -> awaitable<void> { co_return; });
    start(server.url("ws"));
    loop_.run_until([&] { return uplink_->status().state == State::waiting; });
    const auto began = Steady::now();
    stop();
    EXPECT_LT(Steady::now() - began, 1s);
    EXPECT_EQ(uplink_->status().state, State::stopped);
}

TEST_F(UplinkTest, a_stop_ends_a_request_that_is_never_answered) {
    const Server server(loop_.context(), read_to_end);
    start(server.url("http", "/session/x"), Secret("a.b.c"));
    loop_.run_until([&] { return server.accepted() == 1; });
    const auto began = Steady::now();
    stop();
    EXPECT_LT(Steady::now() - began, 1s);
}

TEST_F(UplinkTest, a_stop_ends_a_connection_whose_peer_does_not_answer_the_close) {
    const Server server = serving("");
    start(server.url("ws"));
    loop_.run_until([&] { return recorder_.events.size() == 1; });
    const auto began = Steady::now();
    uplink_->stop();
    EXPECT_THAT(recorder_.events, ElementsAre("connected", "disconnected")) << "told at once";
    stop();
    EXPECT_LT(Steady::now() - began, 1s);
    stop();  // repeating is fine
    EXPECT_EQ(recorder_.events.size(), 2u);
}

TEST_F(UplinkTest, tries_now_when_told_to) {
    settings_.retry = {.shortest = 1h, .longest = 1h, .lasting = 1h};
    const Server server(loop_.context(), [](tcp::socket&) -> awaitable<void> { co_return; });
    start(server.url("ws"));
    for (std::uint64_t tries = 1; tries <= 3; ++tries) {
        loop_.run_until([&] {
            return uplink_->status().state == State::waiting && uplink_->status().tries == tries;
        });
        uplink_->retry_now();
    }
    stop();
}

TEST_F(UplinkTest, notices_a_dead_peer_and_reconnects) {
    settings_.websocket.ping_every = 10ms;
    settings_.websocket.peer_timeout = 50ms;
    const Server server = serving("");
    start(server.url("ws"));
    loop_.run_until([&] { return server.accepted() == 2; });
    EXPECT_EQ(uplink_->status().last_error, "connection lost: nothing heard for 0.05 s");
    stop();
}

TEST_F(UplinkTest, may_be_destroyed_in_any_state_and_calls_nobody_afterwards) {
    const Server server = serving(frame("hello"));
    start(server.url("ws"));
    uplink_.reset();  // before its first step
    start(server.url("ws"));
    loop_.run_until([&] { return !recorder_.events.empty(); });
    uplink_.reset();  // connected; the close handshake goes on without it
    EXPECT_EQ(recorder_.events.back(), "disconnected");
    const std::size_t count = recorder_.events.size();
    loop_.context().restart();
    loop_.context().run_for(150ms);  // past close_timeout
    EXPECT_EQ(recorder_.events.size(), count);
}

TEST_F(UplinkTest, leaves_nothing_behind_when_the_context_ends_first) {
    const Server server = serving("");
    start(server.url("ws"));
    loop_.run_until([&] { return recorder_.events.size() == 1; });
    uplink_->stop();  // its coroutine is destroyed with the context, half-way through the close
}

}  // namespace
}  // namespace relay::uplink
