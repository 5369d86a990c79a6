// SPDX-License-Identifier: Apache-2.0
//
// The plain limit that relay is measured against: one thread, one epoll loop, path = topic, each
// frame's header rewritten once in place, and one send() per receiver and message. No checks, no
// tokens, no keep-alive, nothing that a real relay needs. What the socket does not take at once
// waits in a queue; a queue above its limit loses the newest message.
#include "wire/handshake.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

namespace {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<std::uint8_t>;

constexpr std::size_t buffer_size = 1 << 20;
constexpr std::size_t queue_limit = 64 << 20;
constexpr std::size_t largest_frame = 256 << 20;

struct Connection;
using Topic = std::vector<Connection*>;

struct Queued {
    std::shared_ptr<const Bytes> bytes;
    std::size_t sent;
};

struct Connection {
    int socket;
    Topic* topic = nullptr;  // null until upgraded
    std::size_t place = 0;   // in the topic
    Bytes partial;           // request or frame that has not arrived entirely
    std::size_t wanted = 0;  // its full size, as far as known
    std::vector<Queued> queue;
    std::size_t queued = 0;  // bytes
};

// A client's frame (RFC 6455 §5.2).
struct Header {
    std::size_t size = 0;  // of the header with the mask; 0: incomplete
    std::uint64_t payload = 0;
};

Header parse_header(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 2) return {};
    const unsigned length = bytes[1] & 0x7F;
    const std::size_t extra = length == 127 ? 8 : length == 126 ? 2 : 0;
    Header header{.size = 2 + extra + 4, .payload = length};
    if (bytes.size() < header.size) return {};
    if (extra > 0) header.payload = 0;
    for (std::size_t i = 0; i < extra; ++i) header.payload = header.payload << 8 | bytes[2 + i];
    return header;
}

void unmask(View payload, const std::uint8_t* key) {
    std::uint64_t pattern = 0;
    std::memcpy(&pattern, key, 4);
    pattern |= pattern << 32;
    std::size_t at = 0;
    for (; at + 8 <= payload.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, payload.data() + at, 8);
        word ^= pattern;
        std::memcpy(payload.data() + at, &word, 8);
    }
    for (; at < payload.size(); ++at)
        payload[at] ^= static_cast<std::uint8_t>(pattern >> 8 * (at % 8));
}

// Turns a client's frame into a server's, in the same bytes: the mask's place is left over.
View as_server_frame(View frame, const Header& header) {
    const View payload = frame.subspan(header.size);
    std::array<std::uint8_t, 10> head;
    std::copy_n(frame.begin(), header.size - 4, head.begin());
    std::array<std::uint8_t, 4> key;
    std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(header.size) - 4, 4, key.begin());
    unmask(payload, key.data());
    head[1] &= 0x7F;
    const View result = frame.subspan(4);
    std::copy_n(head.begin(), header.size - 4, result.begin());
    return result;
}

class BareSender {
public:
    explicit BareSender(int listener);
    [[noreturn]] void run();

private:
    void watch(int socket, std::uint32_t events);
    void accept_all();
    void read(Connection& connection);
    void read_rest(Connection& connection);
    void consume(Connection& connection, View bytes);
    void keep(Connection& connection, View bytes, std::size_t wanted);
    std::size_t upgrade(Connection& connection, View bytes);
    void fan_out(const Connection& from, View frame);
    static void enqueue(Connection& to, View frame, std::size_t sent,
                        std::shared_ptr<const Bytes>& copy);
    void drain(Connection& connection);
    void close(Connection& connection);

    int listener_;
    int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    Bytes buffer_ = Bytes(buffer_size);
    std::map<std::string, Topic, std::less<>> topics_;
    std::vector<std::unique_ptr<Connection>> connections_;  // by socket
    std::vector<std::unique_ptr<Connection>> closed_;       // freed at the end of the loop's turn
};

BareSender::BareSender(int listener) : listener_(listener) {
    watch(listener, EPOLLIN);
}

void BareSender::watch(int socket, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = socket;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
}

void BareSender::run() {
    std::array<epoll_event, 512> events;
    for (;;) {
        const int count = ::epoll_wait(epoll_, events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            const auto& event = events[static_cast<std::size_t>(i)];
            if (event.data.fd == listener_) {
                accept_all();
                continue;
            }
            const auto& connection = connections_[static_cast<std::size_t>(event.data.fd)];
            if (connection && (event.events & EPOLLOUT)) drain(*connection);
            if (connection && (event.events & ~std::uint32_t{EPOLLOUT})) read(*connection);
        }
        closed_.clear();
    }
}

void BareSender::accept_all() {
    for (;;) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) return;
        const int one = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        const auto place = static_cast<std::size_t>(socket);
        if (connections_.size() <= place) connections_.resize(place + 1);
        connections_[place] = std::make_unique<Connection>(socket);
        watch(socket, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
}

// Edge-triggered: until the socket has no more.
void BareSender::read(Connection& connection) {
    while (connection.socket >= 0) {
        if (!connection.partial.empty()) {
            read_rest(connection);
            if (!connection.partial.empty()) return;
            continue;
        }
        const ssize_t count = ::recv(connection.socket, buffer_.data(), buffer_.size(), 0);
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0) return close(connection);
        consume(connection, View(buffer_).first(static_cast<std::size_t>(count)));
        if (static_cast<std::size_t>(count) < buffer_.size()) return;
    }
}

// Receives into the partial frame itself, so that large frames are not copied around; leaves it
// non-empty when the socket has no more for now.
void BareSender::read_rest(Connection& connection) {
    Bytes& partial = connection.partial;
    while (connection.socket >= 0) {
        const std::size_t have = partial.size();
        const std::size_t size = std::max(connection.wanted, have + 1);
        partial.resize(size);
        const ssize_t count = ::recv(connection.socket, partial.data() + have, size - have, 0);
        partial.resize(have + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0) return close(connection);
        if (partial.size() < connection.wanted) continue;
        Bytes whole = std::move(partial);
        partial.clear();
        consume(connection, whole);
        if (partial.empty()) return;
    }
}

void BareSender::consume(Connection& connection, View bytes) {
    if (!connection.topic) {
        const std::size_t used = upgrade(connection, bytes);
        if (used == 0 || connection.socket < 0) return;
        bytes = bytes.subspan(used);
    }
    while (!bytes.empty() && connection.socket >= 0) {
        const Header header = parse_header(bytes);
        const std::size_t size = header.size + header.payload;
        if (header.payload > largest_frame) return close(connection);
        if (header.size == 0 || bytes.size() < size) return keep(connection, bytes, size);
        const unsigned opcode = bytes[0] & 0x0F;
        if (opcode == 8) return close(connection);
        if (opcode < 8) fan_out(connection, as_server_frame(bytes.first(size), header));
        bytes = bytes.subspan(size);
    }
}

void BareSender::keep(Connection& connection, View bytes, std::size_t wanted) {
    connection.wanted = wanted;
    connection.partial.reserve(wanted);
    connection.partial.assign(bytes.begin(), bytes.end());
}

// The bytes of the request, once it is whole, else 0.
std::size_t BareSender::upgrade(Connection& connection, View bytes) {
    const std::string_view request(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto end = request.find("\r\n\r\n");
    if (end == request.npos) return keep(connection, bytes, 0), 0;
    constexpr std::string_view name = "Sec-WebSocket-Key: ";
    const auto key = request.find(name);
    const auto path = request.find(' ');
    if (key == request.npos || path == request.npos) return close(connection), 0;
    const auto value = request.substr(key + name.size());
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        relay::wire::accept_key(value.substr(0, value.find('\r'))) + "\r\n\r\n";
    if (::send(connection.socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0)
        return close(connection), 0;
    connection.topic =
        &topics_[std::string(request.substr(path + 1, request.find(' ', path + 1) - path - 1))];
    connection.place = connection.topic->size();
    connection.topic->push_back(&connection);
    return end + 4;
}

void BareSender::fan_out(const Connection& from, View frame) {
    std::shared_ptr<const Bytes> copy;
    for (std::size_t i = from.topic->size(); i-- > 0;) {
        Connection& to = *(*from.topic)[i];
        if (&to == &from) continue;
        std::size_t sent = 0;
        if (to.queue.empty()) {
            const ssize_t count =
                ::send(to.socket, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (count == static_cast<ssize_t>(frame.size())) continue;
            if (count < 0 && errno != EAGAIN) {
                close(to);
                continue;
            }
            sent = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        }
        enqueue(to, frame, sent, copy);
    }
}

void BareSender::enqueue(Connection& to, View frame, std::size_t sent,
                         std::shared_ptr<const Bytes>& copy) {
    if (sent == 0 && to.queued + frame.size() > queue_limit) return;
    if (!copy) copy = std::make_shared<const Bytes>(frame.begin(), frame.end());
    to.queue.push_back({copy, sent});
    to.queued += frame.size() - sent;
}

void BareSender::drain(Connection& connection) {
    while (connection.socket >= 0 && !connection.queue.empty()) {
        std::array<iovec, 64> parts;
        const std::size_t count = std::min(parts.size(), connection.queue.size());
        for (std::size_t i = 0; i < count; ++i) {
            const Queued& queued = connection.queue[i];
            parts[i] = {const_cast<std::uint8_t*>(queued.bytes->data()) + queued.sent,
                        queued.bytes->size() - queued.sent};
        }
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = count;
        const ssize_t sent = ::sendmsg(connection.socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) return;
        if (sent < 0) return close(connection);
        connection.queued -= static_cast<std::size_t>(sent);
        std::size_t done = 0;
        for (auto left = static_cast<std::size_t>(sent); left > 0;) {
            Queued& first = connection.queue[done];
            const std::size_t taken = std::min(left, first.bytes->size() - first.sent);
            first.sent += taken;
            left -= taken;
            if (first.sent == first.bytes->size()) ++done;
        }
        connection.queue.erase(connection.queue.begin(),
                               connection.queue.begin() + static_cast<std::ptrdiff_t>(done));
    }
    if (connection.queue.empty()) connection.queue = {};
}

void BareSender::close(Connection& connection) {
    if (connection.socket < 0) return;
    auto& own = connections_[static_cast<std::size_t>(connection.socket)];
    ::close(connection.socket);
    connection.socket = -1;
    if (connection.topic) {
        Topic& topic = *connection.topic;
        topic.back()->place = connection.place;
        topic[connection.place] = topic.back();
        topic.pop_back();
    }
    connection.partial.clear();
    closed_.push_back(std::move(own));
}

// Announces its address on standard output, as relay does; -1 if it cannot listen.
int listen_on(std::uint16_t port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int one = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, generic, size) != 0 || ::listen(listener, 4096) != 0) return -1;
    ::getsockname(listener, generic, &size);
    std::printf("{\"event\":\"listening\",\"relay\":\"127.0.0.1:%u\"}\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return listener;
}

}  // namespace

// Usage: bare_sender [PORT]
int main(int count, char** words) {
    std::signal(SIGPIPE, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const int listener = listen_on(static_cast<std::uint16_t>(count > 1 ? std::atoi(words[1]) : 0));
    if (listener < 0) {
        std::perror("bare_sender");
        return 1;
    }
    BareSender(listener).run();
}
