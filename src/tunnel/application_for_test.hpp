// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/file_descriptor.hpp"
#include "net/test_peer.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <deque>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <utility>

// The application at the other end of a local stream, and what connects the two.
namespace relay::tunnel::test {

using namespace net::test;
using net::tuple_await;

struct SocketPair {
    FileDescriptor ours, theirs;
};

inline SocketPair unix_pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::runtime_error("socketpair");
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// Small buffers, so that a reader who stops is soon felt.
inline SocketPair tcp_pair(int buffer = 16 * 1024) {
    const FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    FileDescriptor theirs(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::setsockopt(theirs.number(), SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (::bind(listener.number(), plain, size) != 0 || ::listen(listener.number(), 1) != 0 ||
        ::getsockname(listener.number(), plain, &size) != 0 ||
        ::connect(theirs.number(), plain, size) != 0)
        throw std::runtime_error("no connection to 127.0.0.1");
    FileDescriptor ours(::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
    ::setsockopt(ours.number(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    return {std::move(ours), std::move(theirs)};
}

// Bytes of which no two places look alike.
inline std::string random_text(std::size_t size, std::uint32_t seed = 1) {
    std::string text(size, '\0');
    for (char& letter : text) {
        seed = seed * 1664525 + 1013904223;
        letter = static_cast<char>(seed >> 24);
    }
    return text;
}

// Reads all it gets, unless told to stop; writes what it is told to.
class Application {
public:
    Application(asio::io_context& context, FileDescriptor socket, bool reads = true)
        : socket_(context, {AF_UNIX, 0}, socket.release()) {
        if (reads) read();
    }

    void read() {
        socket_.async_read_some(asio::buffer(piece_),
                                [this](const boost::system::error_code& error, std::size_t count) {
                                    received.append(piece_.data(), count);
                                    if (error == asio::error::operation_aborted) return;
                                    if (!error) return read();
                                    ended = error == asio::error::eof;
                                    failed = !ended;
                                });
    }

    void write(std::string text, bool end = false) {
        writes_.push_back({std::move(text), end});
        if (writes_.size() == 1) write_next();
    }
    void end() { write("", true); }
    void close() { socket_.close(); }
    // So that the peer sees an error.
    void reset() {
        socket_.set_option(asio::socket_base::linger(true, 0));
        socket_.close();
    }

    std::string received;
    bool ended = false;
    bool failed = false;
    bool write_failed = false;

private:
    struct Write {
        std::string text;
        bool end;
    };

    void write_next() {
        asio::async_write(socket_, asio::buffer(writes_.front().text),
                          [this](const boost::system::error_code& error, std::size_t) {
                              if (error == asio::error::operation_aborted) return;
                              if (error) write_failed = true;
                              if (!error && writes_.front().end)
                                  socket_.shutdown(asio::socket_base::shutdown_send);
                              writes_.pop_front();
                              if (!writes_.empty()) write_next();
                          });
    }

    asio::generic::stream_protocol::socket socket_;
    std::array<char, 64 * 1024> piece_{};
    std::deque<Write> writes_;
};

}  // namespace relay::tunnel::test
