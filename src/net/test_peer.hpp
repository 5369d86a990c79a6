// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/tuple_await.hpp"
#include "wire/handshake.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

// Far sides for tests of clients: servers on 127.0.0.1 whose behaviour is a coroutine of the test.
// Client and server share one thread and one context.
namespace relay::net::test {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using namespace std::chrono_literals;

class Loop {
public:
    asio::io_context& context() { return context_; }

    // Runs the context until the task has ended. A task that takes 20 s fails the test.
    template <class T>
    T await(awaitable<T> task) {
        std::optional<T> result;
        std::exception_ptr failure;
        asio::co_spawn(context_, std::move(task), [&](std::exception_ptr thrown, T value) {
            failure = thrown;
            result.emplace(std::move(value));
            context_.stop();
        });
        run_until([&] { return result.has_value(); });
        if (failure) std::rethrow_exception(failure);
        return std::move(*result);
    }

    // Runs handlers until the condition, which they bring about, holds.
    void run_until(const std::function<bool()>& condition) {
        const auto end = std::chrono::steady_clock::now() + 20s;
        context_.restart();
        while (!condition()) {
            if (context_.stopped()) context_.restart();
            if (std::chrono::steady_clock::now() > end || context_.run_one_until(end) == 0)
                throw std::runtime_error("what the test waits for did not happen");
        }
    }

private:
    asio::io_context context_{1};
};

// Serves each connection with the session, which may end it (by returning) or keep it.
class Server {
public:
    using Session = std::function<awaitable<void>(tcp::socket&)>;

    Server(asio::io_context& context, Session session)
        : acceptor_(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          session_(std::make_shared<Session>(std::move(session))) {
        accept();
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    std::string url(std::string_view scheme, std::string_view target = "/") const {
        return std::string(scheme) + "://127.0.0.1:" + std::to_string(port()) + std::string(target);
    }
    int accepted() const { return accepted_; }
    void close() { acceptor_.close(); }

private:
    void accept() {
        acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
            if (error) return;
            ++accepted_;
            asio::co_spawn(acceptor_.get_executor(), serve(session_, std::move(socket)),
                           [](std::exception_ptr) {});  // the peer hung up: part of many tests
            accept();
        });
    }

    // Shares the session, since connections may outlive the server.
    static awaitable<void> serve(std::shared_ptr<Session> session, tcp::socket socket) {
        co_await (*session)(socket);
    }

    tcp::acceptor acceptor_;
    std::shared_ptr<Session> session_;
    int accepted_ = 0;
};

// A request's header, up to and with the empty line. Throws when the client hangs up.
inline awaitable<std::string> read_header(tcp::socket& socket) {
    std::string bytes;
    co_await asio::async_read_until(socket, asio::dynamic_buffer(bytes), "\r\n\r\n",
                                    asio::use_awaitable);
    co_return bytes;
}

inline std::string field_of(const std::string& header, const std::string& name) {
    const auto start = header.find("\r\n" + name + ": ");
    if (start == std::string::npos) return "";
    const auto value = start + name.size() + 4;
    return header.substr(value, header.find("\r\n", value) - value);
}

inline awaitable<void> write_text(tcp::socket& socket, std::string text) {
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
}

// Waits until the client hangs up, taking and forgetting what it sends.
inline awaitable<void> read_to_end(tcp::socket& socket) {
    std::array<char, 4096> bytes;
    for (;;) {
        const auto [error, count] =
            co_await socket.async_read_some(asio::buffer(bytes), tuple_await);
        if (error) co_return;
    }
}

// The server's answer to a WebSocket handshake.
inline std::string upgrade_answer(const std::string& header) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           wire::accept_key(field_of(header, "Sec-WebSocket-Key")) + "\r\n\r\n";
}

inline std::string json_answer(std::string_view status, std::string_view body) {
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: application/json\r\n" +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace relay::net::test
