// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/socket_handover.hpp"
#include "wire/frame_writer.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <utility>

// A client for tests of servers: a blocking socket, so that a test reads top to bottom. Whatever it
// waits for has to come within 20 s, or it throws.
namespace relay::net::test {

class TestSocket {
public:
    explicit TestSocket(FileDescriptor socket) : socket_(std::move(socket)) { limit_waits(); }

    // Connects to 127.0.0.1; a small receive buffer makes a stalled reader of it.
    explicit TestSocket(std::uint16_t port, int receive_buffer = 0)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (receive_buffer > 0)
            ::setsockopt(number(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        limit_waits();
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0) throw std::runtime_error(std::string("send: ") + std::strerror(errno));
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    // As send, for one whom the server may hang up on meanwhile.
    void send_some(std::string_view bytes) {
        try {
            send(bytes);
        } catch (const std::runtime_error&) {
        }
    }

    std::string read(std::size_t count) {
        while (received_.size() < count) receive();
        return take(count);
    }
    // Up to and with the mark.
    std::string read_until(std::string_view mark) {
        std::size_t found;
        while ((found = received_.find(mark)) == std::string::npos) receive();
        return take(found + mark.size());
    }
    // All until the server has ended the connection in order; throws when it was reset.
    std::string read_to_end() {
        while (receive_some()) {
        }
        return std::exchange(received_, {});
    }

    // Until the connection is over, in order or by a reset.
    void wait_for_end() {
        char piece[1024];
        ssize_t count;
        while ((count = ::recv(number(), piece, sizeof piece, 0)) > 0) {
        }
        if (count < 0 && errno != ECONNRESET)
            throw std::runtime_error("the connection did not end");
    }

    // A whole HTTP answer, its body by Content-Length.
    std::string read_answer() {
        std::string answer = read_until("\r\n\r\n");
        const std::size_t field = answer.find("Content-Length: ");
        if (field != std::string::npos) answer += read(std::stoul(answer.substr(field + 16)));
        return answer;
    }

    // A frame as clients send it, masked.
    void send_frame(wire::MessageType type, std::string_view payload) {
        std::vector<std::uint8_t> frame;
        wire::append_client_frame(
            frame, type, {reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()},
            wire::MaskKey{0x12, 0x34, 0x56, 0x78});
        send({reinterpret_cast<const char*>(frame.data()), frame.size()});
    }

    struct Frame {
        int opcode = 0;
        std::string payload;
        // Of a close frame; 0 for none.
        int close_code() const {
            if (payload.size() < 2) return 0;
            return static_cast<std::uint8_t>(payload[0]) << 8 |
                   static_cast<std::uint8_t>(payload[1]);
        }
        std::string close_reason() const { return payload.size() > 2 ? payload.substr(2) : ""; }
    };
    // A whole, unmasked frame as servers send it.
    Frame read_frame() {
        const std::string head = read(2);
        std::size_t size = static_cast<std::uint8_t>(head[1]);
        if (size > 127) throw std::runtime_error("a server must not mask");
        if (size == 126) size = big_endian(read(2));
        if (size == 127) size = big_endian(read(8));
        return {static_cast<std::uint8_t>(head[0]) & 0x0F, read(size)};
    }

    void stop_sending() { ::shutdown(number(), SHUT_WR); }
    void close() { socket_ = {}; }
    int number() const { return socket_.number(); }

private:
    void limit_waits() {
        constexpr timeval most{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(number(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
        ::setsockopt(number(), SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    }
    bool receive_some() {
        char piece[16 * 1024];
        const ssize_t count = ::recv(number(), piece, sizeof piece, 0);
        if (count < 0) throw std::runtime_error(std::string("recv: ") + std::strerror(errno));
        received_.append(piece, static_cast<std::size_t>(count));
        return count > 0;
    }
    void receive() {
        if (!receive_some())
            throw std::runtime_error("the server hung up; so far: " + received_.substr(0, 200));
    }
    std::string take(std::size_t count) {
        std::string taken = received_.substr(0, count);
        received_.erase(0, count);
        return taken;
    }
    static std::size_t big_endian(std::string_view bytes) {
        std::size_t value = 0;
        for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
        return value;
    }

    FileDescriptor socket_;
    std::string received_;
};

}  // namespace relay::net::test
