// SPDX-License-Identifier: Apache-2.0
#include "net/byte_stream.hpp"

#include "net/test_peer.hpp"
#include "net/time_limit.hpp"

#include <boost/asio/read.hpp>
#include <gmock/gmock.h>

#include <fcntl.h>

namespace relay::net {
namespace {

using namespace test;
using testing::HasSubstr;

class ByteStreamTest : public testing::Test {
protected:
    Result<std::unique_ptr<ByteStream>> connect(const std::string& url) {
        return loop_.await(connect_stream(*parse_url(url), settings_, stop_.get_token()));
    }

    Loop loop_;
    ConnectSettings settings_;
    std::stop_source stop_;
};

TEST_F(ByteStreamTest, writes_everything_and_reads_to_the_end) {
    std::string seen;
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        co_await asio::async_read_until(socket, asio::dynamic_buffer(seen), "end",
                                        asio::use_awaitable);
        co_await write_text(socket, "ok");
    });
    const auto stream = connect(server.url("http"));
    ASSERT_TRUE(stream) << stream.error().detail;
    const std::vector<std::uint8_t> large(3'000'000, 'x');
    const std::vector<std::uint8_t> last{'e', 'n', 'd'};
    std::array<std::uint8_t, 16> answer;
    EXPECT_TRUE(loop_.await((*stream)->write_all(large)));
    EXPECT_TRUE(loop_.await((*stream)->write_all(last)));
    EXPECT_EQ(loop_.await((*stream)->read_some(answer)), 2u);
    EXPECT_EQ(loop_.await((*stream)->read_some(answer)), 0u);
    EXPECT_EQ(seen.size(), large.size() + last.size());
}

TEST_F(ByteStreamTest, tries_the_next_address_of_a_name_when_one_refuses) {
    const Server server(loop_.context(), read_to_end);  // listens on IPv4 only
    const auto stream = connect("http://localhost:" + std::to_string(server.port()));
    EXPECT_TRUE(stream) << stream.error().detail;
}

TEST_F(ByteStreamTest, a_close_ends_a_waiting_read) {
    const Server server(loop_.context(), read_to_end);
    const auto stream = connect(server.url("http"));
    ASSERT_TRUE(stream);
    std::array<std::uint8_t, 16> bytes;
    asio::post(loop_.context(), [&] { (*stream)->close(); });
    const auto count = loop_.await((*stream)->read_some(bytes));
    ASSERT_FALSE(count);
    EXPECT_EQ(count.error().code, Errc::unavailable);
    (*stream)->close();
}

TEST_F(ByteStreamTest, reports_a_reset_connection_as_an_error_not_as_an_end) {
    const Server server(loop_.context(), [](tcp::socket& socket) -> awaitable<void> {
        socket.set_option(asio::socket_base::linger(true, 0));
        socket.close();
        co_return;
    });
    const auto stream = connect(server.url("http"));
    ASSERT_TRUE(stream);
    std::array<std::uint8_t, 16> bytes;
    EXPECT_FALSE(loop_.await((*stream)->read_some(bytes)));
}

TEST_F(ByteStreamTest, does_not_dial_when_stopped_before) {
    const Server server(loop_.context(), read_to_end);
    stop_.request_stop();
    const auto stream = connect(server.url("http"));
    ASSERT_FALSE(stream);
    EXPECT_THAT(stream.error().detail, HasSubstr("stopped"));
    EXPECT_EQ(server.accepted(), 0);
}

TEST_F(ByteStreamTest, names_the_address_that_refuses) {
    Server server(loop_.context(), read_to_end);
    const std::string url = server.url("http");
    const std::string port = std::to_string(server.port());
    server.close();
    const auto stream = connect(url);
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().detail, "connecting to 127.0.0.1:" + port + ": Connection refused");
}

TEST_F(ByteStreamTest, connects_a_bare_socket_that_never_blocks) {
    const Server server(loop_.context(), [](tcp::socket& socket) -> awaitable<void> {
        co_await write_text(socket, "hello");
        co_await read_to_end(socket);
    });
    auto socket = loop_.await(connect_tcp("localhost", server.port(), 5s, {}));
    ASSERT_TRUE(socket) << socket.error().detail;
    EXPECT_TRUE(::fcntl(socket->number(), F_GETFL) & O_NONBLOCK);
    tcp::socket owner(loop_.context(), tcp::v4(), socket->release());
    std::array<char, 5> bytes;
    loop_.await([&]() -> awaitable<bool> {
        co_await asio::async_read(owner, asio::buffer(bytes), asio::use_awaitable);
        co_return true;
    }());
    EXPECT_EQ(std::string_view(bytes.data(), bytes.size()), "hello");
}

TEST_F(ByteStreamTest, says_why_a_bare_socket_cannot_be_had) {
    const tcp::socket deaf(loop_.context(), tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    const std::uint16_t port = deaf.local_endpoint().port();
    const auto refused = loop_.await(connect_tcp("127.0.0.1", port, 5s, {}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().detail,
              "connecting to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
    stop_.request_stop();
    const auto stopped = loop_.await(connect_tcp("127.0.0.1", port, 5s, stop_.get_token()));
    ASSERT_FALSE(stopped);
    EXPECT_THAT(stopped.error().detail, HasSubstr("stopped"));
}

TEST(TimeLimit, calls_abort_once_and_says_why) {
    asio::io_context context;
    std::stop_source stop;
    int aborts = 0;
    TimeLimit limit(context.get_executor(), 1ms, stop.get_token(), [&] { ++aborts; });
    EXPECT_FALSE(limit.is_over());
    context.run();
    stop.request_stop();
    EXPECT_EQ(aborts, 1);
    EXPECT_TRUE(limit.is_over());
    EXPECT_EQ(limit.failure("trying", "other").error().detail, "trying: timed out");
    EXPECT_EQ(limit.remaining(), 0ns);
}

TEST(TimeLimit, calls_nothing_after_its_destruction) {
    asio::io_context context;
    std::stop_source stop;
    int aborts = 0;
    {
        const TimeLimit limit(context.get_executor(), 1ms, stop.get_token(), [&] { ++aborts; });
        EXPECT_EQ(limit.failure("trying", "other").error().detail, "trying: other");
    }
    stop.request_stop();
    context.run();
    EXPECT_EQ(aborts, 0);
}

TEST(TimeLimit, aborts_at_once_when_the_stop_came_first) {
    asio::io_context context;
    std::stop_source stop;
    stop.request_stop();
    int aborts = 0;
    const TimeLimit limit(context.get_executor(), 1h, stop.get_token(), [&] { ++aborts; });
    EXPECT_EQ(aborts, 1);
    EXPECT_EQ(context.run(), 0u) << "no timer is left behind";
}

}  // namespace
}  // namespace relay::net
