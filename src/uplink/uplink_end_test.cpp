// SPDX-License-Identifier: Apache-2.0
#include "uplink/uplink_for_test.hpp"
#include "wire/frame_reader.hpp"

#include <gmock/gmock.h>

#include <array>
#include <optional>
#include <string>

// How an uplink ends: by a stop, by a refusal, when all has left; and how it goes on elsewhere.

namespace relay::uplink {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;

// Takes frames until the close, which it answers; the number of messages before it.
awaitable<std::size_t> read_frames_and_answer_close(tcp::socket& socket) {
    using enum wire::FrameEvent::Kind;
    wire::FrameReader reader(wire::FrameReader::Role::server, 1024 * 1024);
    std::size_t messages = 0;
    for (std::array<std::uint8_t, 4096> bytes;;) {
        const auto size = co_await socket.async_read_some(asio::buffer(bytes), asio::use_awaitable);
        for (std::span<std::uint8_t> rest(bytes.data(), size); !rest.empty();) {
            const auto event = reader.next(rest);
            messages += event.kind == message;
            if (event.kind != close) continue;
            co_await write_text(socket, frame("\x03\xe8", wire::MessageType::close));
            co_return messages;
        }
    }
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

TEST_F(UplinkTest, gives_up_on_a_refusal_when_told_to) {
    settings_.give_up_on_refusal = true;
    for (const char* status :
         {"400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone"}) {
        for (const char* scheme : {"http", "ws"}) {
            recorder_ = Recorder();
            const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
                co_await read_header(socket);
                co_await write_text(socket, json_answer(status, R"({"message":"no"})"));
            });
            const bool direct = scheme == std::string("ws");
            start(server.url(scheme), Secret(direct ? "" : "a.b.c"));
            loop_.run_until([&] { return !recorder_.events.empty(); });
            EXPECT_THAT(recorder_.events.front(), HasSubstr("refused: "));
            EXPECT_THAT(recorder_.events.front(), HasSubstr(std::string(status).substr(0, 3)));
            EXPECT_EQ(uplink_->status().state, State::refused);
            EXPECT_EQ(server.accepted(), 1);
            stop();  // is fine
            EXPECT_EQ(uplink_->status().state, State::refused);
        }
    }
}

TEST_F(UplinkTest, does_not_give_up_on_what_may_pass) {
    settings_.give_up_on_refusal = true;
    std::size_t connection = 0;
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        co_await read_header(socket);
        constexpr std::array answers{"503 Unavailable", "500 Oops", "429 Too Many", "502 Bad"};
        co_await write_text(socket, json_answer(answers.at(connection++ % 4), "{}"));
    });
    start(server.url("ws"));
    loop_.run_until([&] { return server.accepted() == 8; });
    EXPECT_THAT(recorder_.events, testing::IsEmpty());
    stop();
    EXPECT_EQ(uplink_->status().state, State::stopped);
}

TEST_F(UplinkTest, takes_one_code_that_the_relay_does_not_know_for_its_restart) {
    settings_.give_up_on_refusal = true;
    int handshakes = 0;
    std::uint16_t port = 0;
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        if (header.starts_with("POST")) {
            const std::string uri = "ws://127.0.0.1:" + std::to_string(port) + "/x?code=1";
            co_await write_text(socket, json_answer("200 OK", "{\"uri\":\"" + uri + "\"}"));
        } else {
            ++handshakes;
            co_await write_text(socket, json_answer("401 Unauthorized", "{}"));
        }
    });
    port = server.port();
    start(server.url("http"), Secret("a.b.c"));
    loop_.run_until([&] { return uplink_->status().state == State::refused; });
    EXPECT_EQ(handshakes, 2);
}

TEST_F(UplinkTest, moves_on_to_the_next_url_until_one_works_and_stays_there) {
    const Server refusing(loop_.context(), [](tcp::socket& socket) -> awaitable<void> {
        co_await read_header(socket);
        co_await write_text(socket, json_answer("403 Forbidden", "{}"));
    });
    settings_.retry.lasting = 0ms;
    settings_.give_up_on_refusal = true;  // not on the first's
    int connection = 0;
    const Server working(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        co_await write_text(socket, upgrade_answer(header));
        if (++connection == 2) co_await read_to_end(socket);
    });
    start(refusing.url("ws", "/first") + " " + working.url("ws", "/second?secret"));
    EXPECT_EQ(uplink_->status().target, refusing.url("ws", "/first"));
    loop_.run_until([&] { return uplink_->status().connections == 2; });
    EXPECT_EQ(uplink_->status().target, working.url("ws", "/second"));
    EXPECT_EQ(refusing.accepted(), 1);
    EXPECT_EQ(working.accepted(), 2) << "where it had worked it returns to";
    stop();
}

TEST_F(UplinkTest, leaves_a_url_whose_connections_do_not_last) {
    const Server closing(loop_.context(), [](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        co_await write_text(socket, upgrade_answer(header));
    });
    const Server working = serving("hello");
    start(closing.url("ws") + " " + working.url("ws"));
    loop_.run_until([&] { return uplink_->status().connections == 2; });
    EXPECT_EQ(uplink_->status().target, working.url("ws"));
    stop();
}

TEST_F(UplinkTest, gives_up_only_when_every_url_refuses) {
    const auto refuse = [](tcp::socket& socket) -> awaitable<void> {
        co_await read_header(socket);
        co_await write_text(socket, json_answer("401 Unauthorized", "{}"));
    };
    settings_.give_up_on_refusal = true;
    const Server first(loop_.context(), refuse);
    const Server second(loop_.context(), refuse);
    start(first.url("ws") + " " + second.url("ws"));
    loop_.run_until([&] { return uplink_->status().state == State::refused; });
    EXPECT_EQ(first.accepted(), 1);
    EXPECT_EQ(second.accepted(), 1);
}

TEST_F(UplinkTest, finishes_when_the_far_side_has_read_everything) {
    std::size_t received = 0;
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        co_await write_text(socket, upgrade_answer(header));
        received = co_await read_frames_and_answer_close(socket);
    });
    for (int i = 0; i < 5; ++i) recorder_.queue("message");
    start(server.url("ws"));
    EXPECT_TRUE(finish()) << "begun before there is a connection";
    EXPECT_EQ(received, 5u);
    EXPECT_THAT(recorder_.events, ElementsAre("connected", "disconnected"));
    EXPECT_EQ(uplink_->status().state, State::stopped);
    EXPECT_EQ(uplink_->status().last_error, "");
    EXPECT_FALSE(finish()) << "it has ended already";
}

TEST_F(UplinkTest, has_not_finished_when_the_connection_is_lost_before) {
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        co_await write_text(socket, upgrade_answer(header));
        std::array<char, 64> bytes;
        co_await socket.async_read_some(asio::buffer(bytes), asio::use_awaitable);
    });
    recorder_.queue("message");
    start(server.url("ws"));
    loop_.run_until([&] { return recorder_.events.size() == 1; });
    EXPECT_FALSE(finish());
    EXPECT_EQ(uplink_->status().state, State::stopped);
    EXPECT_EQ(server.accepted(), 1) << "and does not try again";
}

TEST_F(UplinkTest, has_not_finished_when_refused_for_good_or_stopped) {
    settings_.give_up_on_refusal = true;
    const Server refusing(loop_.context(), [](tcp::socket& socket) -> awaitable<void> {
        co_await read_header(socket);
        co_await write_text(socket, json_answer("401 Unauthorized", "{}"));
    });
    start(refusing.url("ws"));
    EXPECT_FALSE(finish());

    const Server silent = serving("");  // does not answer the close
    start(silent.url("ws"));
    loop_.run_until([&] { return recorder_.events.back() == "connected"; });
    std::optional<bool> all_left;
    uplink_->finish([&](bool all) { all_left = all; });
    const auto began = Steady::now();
    stop();
    EXPECT_EQ(all_left, false);
    EXPECT_LT(Steady::now() - began, 1s);
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
