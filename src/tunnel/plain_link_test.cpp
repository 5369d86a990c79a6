// SPDX-License-Identifier: Apache-2.0
#include "tunnel/plain_link.hpp"

#include "tunnel/application_for_test.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <gmock/gmock.h>

#include <memory>

// Between an application and Beast's WebSocket server.
namespace relay::tunnel {
namespace {

using namespace test;
using testing::HasSubstr;
namespace websocket = boost::beast::websocket;
using ServerSocket = websocket::stream<tcp::socket&>;

class PlainLinkTest : public testing::Test {
protected:
    using Session = std::function<awaitable<void>(ServerSocket&)>;

    // Begins to carry between the application and a far end that behaves so.
    void start(Session session) {
        server_.emplace(loop_.context(), [session](tcp::socket& socket) -> awaitable<void> {
            socket.set_option(asio::socket_base::receive_buffer_size(16 * 1024));
            ServerSocket server(socket);
            server.binary(true);
            co_await server.async_accept(asio::use_awaitable);
            co_await session(server);
        });
        auto client = loop_.await(net::WebSocketClient::connect(*net::parse_url(server_->url("ws")),
                                                                settings_, stop_.get_token()));
        if (!client) throw std::runtime_error(client.error().error.detail);
        client_ = std::move(*client);
        auto [ours, theirs] = tcp_pair();
        application_.emplace(loop_.context(), std::move(theirs), reads_);
        local_.emplace(loop_.context().get_executor(), std::move(ours));
        asio::co_spawn(loop_.context(), carry_plain(*client_, *local_, stop_.get_token()),
                       [this](std::exception_ptr, LinkEnd end) { end_ = std::move(end); });
    }

    LinkEnd wait_for_end() {
        loop_.run_until([&] { return end_.has_value(); });
        EXPECT_FALSE(local_->is_open());
        return *end_;
    }

    Loop loop_;
    net::WebSocketSettings settings_;
    std::stop_source stop_;
    bool reads_ = true;
    std::optional<Server> server_;
    std::unique_ptr<net::WebSocketClient> client_;
    std::optional<LocalStream> local_;
    std::optional<Application> application_;
    std::optional<LinkEnd> end_;
};

// What comes until the end, and how that is.
struct Heard {
    std::string bytes;
    std::size_t longest = 0;
    int close_code = 0;
};

awaitable<void> hear(ServerSocket& server, Heard& heard) {
    for (;;) {
        boost::beast::flat_buffer buffer;
        const auto [error, size] = co_await server.async_read(buffer, tuple_await);
        if (error) break;
        heard.bytes.append(static_cast<const char*>(buffer.data().data()), size);
        heard.longest = std::max(heard.longest, size);
    }
    heard.close_code = server.reason().code ? server.reason().code : -1;
}

awaitable<void> say(ServerSocket& server, std::string bytes) {
    co_await server.async_write(asio::buffer(bytes), asio::use_awaitable);
}

TEST_F(PlainLinkTest, CarriesBytesBothWaysInMessagesOfPeersSize) {
    const std::string up = random_text(2'000'000, 1), down = random_text(2'000'000, 2);
    Heard heard;
    start([&](ServerSocket& server) -> awaitable<void> {
        for (std::size_t i = 0; i < down.size(); i += 50'000)
            co_await say(server, down.substr(i, 50'000));
        co_await hear(server, heard);
    });
    application_->write(up);
    loop_.run_until([&] { return application_->received.size() == down.size(); });
    application_->end();
    const LinkEnd end = wait_for_end();
    EXPECT_TRUE(end.complete) << end.reason;
    EXPECT_EQ(end.reason, "the local connection has ended");
    EXPECT_EQ(end.sent, up.size());
    EXPECT_EQ(end.received, down.size());
    EXPECT_TRUE(heard.bytes == up);
    EXPECT_LE(heard.longest, 65'535u);
    loop_.run_until([&] { return heard.close_code != 0 && application_->ended; });
    EXPECT_EQ(heard.close_code, 1000);
    EXPECT_TRUE(application_->received == down);
}

TEST_F(PlainLinkTest, WritesEverythingBeforeItPassesTheFarEndsCloseOn) {
    const std::string down = random_text(200'000);
    reads_ = false;
    bool closed = false;
    start([&](ServerSocket& server) -> awaitable<void> {
        for (std::size_t i = 0; i < down.size(); i += 50'000)
            co_await say(server, down.substr(i, 50'000));
        co_await server.async_close(websocket::close_code::normal, asio::use_awaitable);
        closed = true;
    });
    loop_.run_until([&] { return client_ != nullptr; });
    application_->read();
    loop_.run_until([&] { return application_->ended && closed; });
    application_->close();
    const LinkEnd end = wait_for_end();
    EXPECT_TRUE(end.complete) << end.reason;
    EXPECT_EQ(end.reason, "the far end has closed");
    EXPECT_EQ(end.received, down.size());
    EXPECT_TRUE(application_->received == down);
}

TEST_F(PlainLinkTest, ACloseWithoutACodeIsAnEnd) {
    start([&](ServerSocket& server) -> awaitable<void> {
        co_await say(server, "last words");
        co_await server.async_close(websocket::close_reason(), tuple_await);
    });
    loop_.run_until([&] { return application_->ended || application_->failed; });
    EXPECT_TRUE(application_->ended);
    EXPECT_EQ(application_->received, "last words");
    application_->close();
    EXPECT_TRUE(wait_for_end().complete);
}

TEST_F(PlainLinkTest, TheEndIsNoResetThoughInputWasNotRead) {
    start([&](ServerSocket& server) -> awaitable<void> {
        co_await say(server, "last words");
        co_await server.async_close(websocket::close_code::normal, asio::use_awaitable);
    });
    application_->write(random_text(1'000'000));  // nobody takes it any more
    loop_.run_until([&] { return application_->ended || application_->failed; });
    EXPECT_TRUE(application_->ended);
    EXPECT_EQ(application_->received, "last words");
    application_->close();
    EXPECT_TRUE(wait_for_end().complete);
}

TEST_F(PlainLinkTest, ResetsTheLocalStreamWhenTheWebSocketBreaksOrIsClosedWithAnotherCode) {
    for (const int code : {0, 4410}) {
        end_.reset();
        start([&](ServerSocket& server) -> awaitable<void> {
            co_await say(server, "some");
            if (code == 0) co_return server.next_layer().close();
            const websocket::close_reason reason(static_cast<websocket::close_code>(code), "gone");
            co_await server.async_close(reason, tuple_await);
        });
        const LinkEnd end = wait_for_end();
        EXPECT_FALSE(end.complete);
        EXPECT_THAT(end.reason, HasSubstr(code == 0 ? "connection lost" : "4410: gone"));
        loop_.run_until([&] { return application_->ended || application_->failed; });
        EXPECT_TRUE(application_->failed) << "an end would say that all bytes had come";
    }
}

TEST_F(PlainLinkTest, TellsTheFarEndThatTheLocalStreamFailed) {
    Heard heard;
    start([&](ServerSocket& server) -> awaitable<void> { co_await hear(server, heard); });
    application_->write("something");
    loop_.run_until([&] { return heard.bytes == "something"; });
    application_->reset();
    const LinkEnd end = wait_for_end();
    EXPECT_FALSE(end.complete);
    EXPECT_THAT(end.reason, HasSubstr("the local connection failed"));
    loop_.run_until([&] { return heard.close_code != 0; });
    EXPECT_EQ(heard.close_code, 4410);
}

TEST_F(PlainLinkTest, ReadsFromTheFarEndNoFasterThanTheApplicationDoes) {
    const std::size_t much = 20'000'000;
    reads_ = false;
    std::size_t said = 0;
    start([&](ServerSocket& server) -> awaitable<void> {
        server.next_layer().set_option(asio::socket_base::send_buffer_size(16 * 1024));
        const std::string piece = random_text(50'000);
        for (; said < much; said += piece.size()) co_await say(server, piece);
        co_await server.async_close(websocket::close_code::normal, asio::use_awaitable);
    });
    // Until nothing moves any more.
    for (std::size_t before = SIZE_MAX; before != said;) {
        before = said;
        bool waited = false;
        asio::steady_timer timer(loop_.context(), 100ms);
        timer.async_wait([&](auto) { waited = true; });
        loop_.run_until([&] { return waited; });
    }
    EXPECT_LT(said, much / 2) << "what waits is bounded; the rest is the kernel's";
    application_->read();
    loop_.run_until([&] { return application_->ended; });
    application_->close();
    const LinkEnd end = wait_for_end();
    EXPECT_TRUE(end.complete) << end.reason;
    EXPECT_EQ(end.received, much);
}

TEST_F(PlainLinkTest, ReadsFromTheApplicationNoFasterThanTheFarEndDoes) {
    const std::size_t much = 20'000'000;
    Heard heard;
    bool listening = false;
    asio::steady_timer go(loop_.context(), asio::steady_timer::time_point::max());
    start([&](ServerSocket& server) -> awaitable<void> {
        listening = true;
        co_await go.async_wait(tuple_await);
        co_await hear(server, heard);
    });
    loop_.run_until([&] { return listening; });
    bool written = false;
    application_->write(random_text(much), true);
    asio::steady_timer timer(loop_.context(), 200ms);
    timer.async_wait([&](auto) { written = true; });
    loop_.run_until([&] { return written; });
    EXPECT_FALSE(end_) << "not even the end was read";
    go.cancel();
    const LinkEnd end = wait_for_end();
    EXPECT_TRUE(end.complete) << end.reason;
    EXPECT_EQ(heard.bytes.size(), much);
}

TEST_F(PlainLinkTest, IgnoresTextMessages) {
    start([&](ServerSocket& server) -> awaitable<void> {
        server.text(true);
        co_await say(server, "hello");
        server.binary(true);
        co_await say(server, "bytes");
        co_await server.async_close(websocket::close_code::normal, asio::use_awaitable);
    });
    loop_.run_until([&] { return application_->ended; });
    application_->close();
    EXPECT_TRUE(wait_for_end().complete);
    EXPECT_EQ(application_->received, "bytes");
}

TEST_F(PlainLinkTest, StoppingIsAFailureForBothSides) {
    Heard heard;
    start([&](ServerSocket& server) -> awaitable<void> { co_await hear(server, heard); });
    application_->write("something");
    loop_.run_until([&] { return !heard.bytes.empty(); });
    stop_.request_stop();
    const LinkEnd end = wait_for_end();
    EXPECT_FALSE(end.complete);
    EXPECT_EQ(end.reason, "the program stops");
    loop_.run_until([&] { return heard.close_code != 0 && application_->failed; });
    EXPECT_EQ(heard.close_code, 4410) << "a relay passes 1001 on as the end of the bytes";
}

TEST_F(PlainLinkTest, StoppingEndsTheWaitForAnApplicationThatDoesNotRead) {
    reads_ = false;
    bool closed = false;
    start([&](ServerSocket& server) -> awaitable<void> {
        co_await say(server, random_text(120'000));
        co_await server.async_close(websocket::close_code::normal, tuple_await);
        closed = true;
    });
    loop_.run_until([&] { return closed; });
    EXPECT_FALSE(end_) << "the application is given its time";
    stop_.request_stop();
    EXPECT_FALSE(wait_for_end().complete);
}

}  // namespace
}  // namespace relay::tunnel
