// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/test_socket.hpp"
#include "net/websocket_connection.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>

// What the tests of WebSocketConnection share: its owner, and a client at the other end of TCP.
namespace relay::net::test {

using wire::CloseCode;
using wire::Message;
using wire::MessagePtr;
using wire::MessageType;
using namespace std::chrono_literals;

inline MessagePtr message_of(std::string_view text, MessageType type = MessageType::text) {
    return Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                            type);
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

    void on_room() override {
        const std::lock_guard lock(mutex_);
        ++rooms_;
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
    void wait_for_room() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, 20s, [this] { return rooms_ > 0; }))
            throw std::runtime_error("there was no room");
    }
    std::size_t rooms() {
        const std::lock_guard lock(mutex_);
        return rooms_;
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
    std::size_t rooms_ = 0;
};

// The two ends of a TCP connection; a small send buffer makes the first one stall early.
inline std::pair<FileDescriptor, FileDescriptor> tcp_pair() {
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
    FileDescriptor server(
        ::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
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

}  // namespace relay::net::test
