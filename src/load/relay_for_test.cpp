// SPDX-License-Identifier: Apache-2.0
#include "load/relay_for_test.hpp"

#include "wire/frame_writer.hpp"
#include "wire/handshake.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <utility>

namespace relay::load {
namespace {

using wire::Message;
using wire::MessagePtr;

// Tests send no more than sockets take while a reader stalls, so blocking sends will do.
void send_all(int socket, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void send_text(int socket, std::string_view text) {
    send_all(socket, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

MessagePtr changed(const MessagePtr& message, std::size_t size, int bits, wire::MessageType type) {
    const auto copy = Message::copy_of(message->payload().first(size), type);
    copy->payload().back() ^= static_cast<std::uint8_t>(bits);
    return copy;
}

MessagePtr joined(const MessagePtr& first, const MessagePtr& second) {
    const auto both = Message::allocate(first->size() + second->size(), first->type());
    std::memcpy(both->payload().data(), first->payload().data(), first->size());
    std::memcpy(both->payload().data() + first->size(), second->payload().data(), second->size());
    return both;
}

wire::MessageType other(wire::MessageType type) {
    return type == wire::MessageType::text ? wire::MessageType::binary : wire::MessageType::text;
}

}  // namespace

RelayForTest::RelayForTest(Fault fault)
    : fault_(fault), listener_(::socket(AF_INET, SOCK_STREAM, 0)), wake_(::eventfd(0, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ::bind(listener_.number(), generic, size);
    ::listen(listener_.number(), 4096);
    ::getsockname(listener_.number(), generic, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](std::stop_token stop) { serve(std::move(stop)); });
}

RelayForTest::~RelayForTest() {
    thread_.request_stop();
    ::eventfd_write(wake_.number(), 1);
}

std::string RelayForTest::url(std::string_view path) const {
    return "ws://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void RelayForTest::serve(std::stop_token stop) {
    while (!stop.stop_requested()) {
        std::vector<pollfd> polled{{wake_.number(), POLLIN, 0}, {listener_.number(), POLLIN, 0}};
        for (const auto& peer : peers_) polled.push_back({peer->socket.number(), POLLIN, 0});
        ::poll(polled.data(), polled.size(), -1);
        const std::size_t count = peers_.size();
        for (std::size_t i = 0; i < count; ++i)
            if (polled[i + 2].revents && !read(*peers_[i])) peers_[i]->socket = {};
        std::erase_if(peers_, [](const auto& peer) { return !peer->socket; });
        if (polled[1].revents) accept();
    }
}

void RelayForTest::accept() {
    Peer peer;
    peer.socket = net::FileDescriptor(::accept(listener_.number(), nullptr, nullptr));
    const int one = 1;
    ::setsockopt(peer.socket.number(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    peers_.push_back(std::make_unique<Peer>(std::move(peer)));
}

// False: the connection is over.
bool RelayForTest::read(Peer& peer) {
    std::array<std::uint8_t, 65536> buffer;
    if (!peer.socket) return false;
    const ssize_t size = ::recv(peer.socket.number(), buffer.data(), buffer.size(), 0);
    if (size <= 0) return false;
    if (peer.topic.empty()) {
        peer.request.append(reinterpret_cast<char*>(buffer.data()), static_cast<std::size_t>(size));
        return !peer.request.ends_with("\r\n\r\n") || answer(peer);
    }
    std::span<std::uint8_t> bytes(buffer.data(), static_cast<std::size_t>(size));
    for (;;) {
        const auto event = peer.reader.next(bytes);
        using Kind = wire::FrameEvent::Kind;
        if (event.kind == Kind::need_more) return true;
        if (event.kind == Kind::close || event.kind == Kind::error) return false;
        if (event.kind == Kind::pong) ++pongs_;
        if (event.kind == Kind::message) publish(peer, event.message);
        if (!peer.socket) return false;
    }
}

bool RelayForTest::answer(Peer& peer) {
    const std::string& request = peer.request;
    const auto path_at = request.find(' ') + 1;
    const std::string path = request.substr(path_at, request.find(' ', path_at) - path_at);
    if (request.starts_with("GET ")) return upgrade(peer, path);
    const bool good = request.contains("\r\nAuthorization: good\r\n");
    const std::string body = R"({"uri":")" + url(path + "?code=1") + R"("})";
    send_text(peer.socket.number(),
              good ? "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body
                   : "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}");
    return false;
}

bool RelayForTest::upgrade(Peer& peer, const std::string& path) {
    if (path.starts_with("/mute")) return true;
    if (path.starts_with("/refused")) {
        send_text(peer.socket.number(), "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        return false;
    }
    const std::string name = "Sec-WebSocket-Key: ";
    const std::string key = peer.request.substr(peer.request.find(name) + name.size());
    send_text(peer.socket.number(),
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: " +
                  wire::accept_key(key.substr(0, key.find('\r'))) + "\r\n\r\n");
    send_all(peer.socket.number(), Message::allocate(0, wire::MessageType::ping)->encoded());
    peer.topic = path;
    return true;
}

void RelayForTest::publish(Peer& from, const MessagePtr& message) {
    ++from.published;
    if (silent_) return;
    if (from.published == 3 && fault_ != Fault::none) return publish_third(from, message);
    if (from.published == 4 && from.held) return publish_fourth(from, message);
    fan_out(from, message);
}

void RelayForTest::publish_third(Peer& from, const MessagePtr& message) {
    const auto close = wire::close_message(wire::CloseCode::too_slow, "too slow");
    switch (fault_) {
        case Fault::none:
        case Fault::drops:
            return;
        case Fault::reorders:
        case Fault::merges:
            from.held = message;
            return;
        case Fault::duplicates:
            fan_out(from, message);
            return fan_out(from, message);
        case Fault::truncates:
            return fan_out(from, changed(message, message->size() - 1, 0, message->type()));
        case Fault::corrupts:
            return fan_out(from, changed(message, message->size(), 1, message->type()));
        case Fault::retypes:
            return fan_out(from, changed(message, message->size(), 0, other(message->type())));
        case Fault::misroutes:
            return fan_out(from, message, true);
        case Fault::echoes:
            send_all(from.socket.number(), message->encoded());
            return fan_out(from, message);
        case Fault::closes:
            return fan_out(from, close);
        case Fault::hangs_up:
            from.socket = {};
            return;
        case Fault::goes_silent:
            silent_ = true;
            return;
    }
}

void RelayForTest::publish_fourth(Peer& from, const MessagePtr& message) {
    if (fault_ == Fault::merges) return fan_out(from, joined(from.held, message));
    fan_out(from, message);
    fan_out(from, from.held);
}

void RelayForTest::fan_out(const Peer& from, const MessagePtr& message, bool everywhere) {
    for (const auto& peer : peers_) {
        const bool meant = everywhere || peer->topic == from.topic;
        if (peer.get() == &from || peer->topic.empty() || !peer->socket || !meant) continue;
        send_all(peer->socket.number(), message->encoded());
    }
}

}  // namespace relay::load
