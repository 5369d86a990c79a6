// SPDX-License-Identifier: Apache-2.0
#include "load/connection.hpp"

#include "load/resolver.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <limits>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace relay::load {
namespace {

// Payloads at least so long are read into their message directly.
constexpr std::size_t direct_size = 64 * 1024;

void set_option(int socket, int level, int name, int value) {
    ::setsockopt(socket, level, name, &value, sizeof value);
}

std::string error_text(int number) {
    return std::system_category().message(number);
}

int pending_error(int socket) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

// RFC 6455 §5.3 wants keys that scripts in a browser cannot foresee; here nobody is to be guarded
// against, and a fixed sequence makes runs equal.
wire::MaskKey next_mask_key() {
    thread_local std::uint32_t state = 0x9e3779b9;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return std::bit_cast<wire::MaskKey>(state);
}

}  // namespace

Connection::Connection(Loop& loop, Observer& observer, Opening opening, int receive_buffer)
    : loop_(loop),
      observer_(observer),
      opening_(std::move(opening)),
      frames_(wire::FrameReader::Role::client, std::numeric_limits<std::uint32_t>::max()),
      receive_buffer_(receive_buffer) {}

Connection::~Connection() = default;

void Connection::open(Resolver& resolver) {
    resolver_ = &resolver;
    state_ = State::opening;
    started_ = SteadyTime::clock::now();
    dial();
}

void Connection::abandon() {
    if (state_ == State::fresh || state_ == State::opening) peer_gone("no answer in time");
}

void Connection::dial() {
    const auto address = resolver_->find(opening_.peer());
    if (!address) return peer_gone(address.error().detail);
    const auto* target = reinterpret_cast<const sockaddr*>(&address->bytes);
    socket_ = net::FileDescriptor(
        ::socket(target->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_) return peer_gone(error_text(errno));
    set_option(socket_.number(), IPPROTO_TCP, TCP_NODELAY, 1);
    if (receive_buffer_ > 0) set_option(socket_.number(), SOL_SOCKET, SO_RCVBUF, receive_buffer_);
    if (::connect(socket_.number(), target, address->size) != 0 && errno != EINPROGRESS)
        return peer_gone(error_text(errno));
    connecting_ = true;
    events_ = EPOLLOUT;
    loop_.watch(socket_.number(), events_, *this);
}

void Connection::ready(std::uint32_t events) {
    if (connecting_) return connected();
    if (events & EPOLLOUT) flush();
    // Also when paused: epoll reports an end again and again until it is read.
    const bool ends = (events & (EPOLLHUP | EPOLLERR)) != 0;
    if (socket_ && (ends || (!paused_ && (events & EPOLLIN)))) read();
}

void Connection::connected() {
    connecting_ = false;
    if (const int error = pending_error(socket_.number())) return peer_gone(error_text(error));
    const std::string request = opening_.request();
    out_.assign(request.begin(), request.end());
    sent_ = 0;
    flush();
}

void Connection::read() {
    const auto direct = is_open() ? frames_.direct_room() : std::span<std::uint8_t>();
    const bool is_direct = direct.size() >= direct_size;
    const auto room = is_direct ? direct : loop_.buffer();
    const ssize_t count = ::recv(socket_.number(), room.data(), room.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        auto why = count == 0 ? "the peer closed the connection" : error_text(errno);
        if (state_ == State::opening && count == 0) return opening_step(opening_.peer_closed());
        return peer_gone(std::move(why));
    }
    const auto size = static_cast<std::size_t>(count);
    const auto now = SteadyTime::clock::now();
    if (is_direct) return take_event(frames_.direct_received(size), now);
    if (is_open()) return take_bytes(room.first(size), now);
    opening_step(opening_.receive(room.first(size)));
}

void Connection::opening_step(Opening::Step step) {
    if (step == Opening::Step::failed) return peer_gone(opening_.error());
    if (step == Opening::Step::redial) return dial();
    if (step == Opening::Step::open) opened();
}

void Connection::opened() {
    const auto now = SteadyTime::clock::now();
    opening_time_ = now - started_;
    state_ = State::open;
    std::vector<std::uint8_t> rest(opening_.rest().begin(), opening_.rest().end());
    opening_.forget();
    observer_.opening_done(*this);
    if (!rest.empty()) take_bytes(rest, now);
}

void Connection::take_bytes(std::span<std::uint8_t> bytes, SteadyTime now) {
    while (is_open()) {
        const auto event = frames_.next(bytes);
        if (event.kind == wire::FrameEvent::Kind::need_more) return;
        take_event(event, now);
    }
}

void Connection::take_event(const wire::FrameEvent& event, SteadyTime now) {
    using Kind = wire::FrameEvent::Kind;
    switch (event.kind) {
        case Kind::message:
            return received(*event.message, now);
        case Kind::ping:
            append(wire::MessageType::pong, event.payload);
            return flush();
        case Kind::close:
            close_code_ = event.code;
            return peer_gone(std::string(event.reason));
        case Kind::error:
            close_code_ = event.code;
            return peer_gone("protocol error: " + std::string(event.reason));
        case Kind::need_more:
        case Kind::pong:
            return;
    }
}

void Connection::received(const wire::Message&, SteadyTime) {}

void Connection::pause_reading(bool paused) {
    paused_ = paused;
    set_events();
}

void Connection::append(wire::MessageType type, std::span<const std::uint8_t> payload) {
    wire::append_client_frame(out_, type, payload, next_mask_key());
}

void Connection::flush() {
    while (backlog() > 0) {
        const ssize_t count =
            ::send(socket_.number(), out_.data() + sent_, backlog(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) break;
        if (count < 0) return peer_gone(error_text(errno));
        sent_ += static_cast<std::size_t>(count);
    }
    if (backlog() == 0) {
        out_.clear();
        sent_ = 0;
    }
    set_events();
}

void Connection::set_events() {
    if (!socket_) return;
    const std::uint32_t wanted =
        (paused_ ? 0U : std::uint32_t{EPOLLIN}) | (backlog() > 0 ? std::uint32_t{EPOLLOUT} : 0U);
    if (wanted == events_) return;
    events_ = wanted;
    loop_.change(socket_.number(), events_, *this);
}

void Connection::peer_gone(std::string why) {
    const bool was_open = is_open();
    end(was_open ? State::ended : State::refused, std::move(why));
    was_open ? observer_.ended_by_peer(*this) : observer_.opening_done(*this);
}

void Connection::end(State state, std::string why) {
    state_ = state;
    error_ = std::move(why);
    socket_ = {};
    out_ = {};
    sent_ = 0;
}

void Connection::close() {
    if (!is_open()) return;
    append(wire::MessageType::close, wire::close_message(wire::CloseCode::normal, "")->payload());
    ::send(socket_.number(), out_.data() + sent_, backlog(), MSG_NOSIGNAL);
    end(State::ended, "");
}

}  // namespace relay::load
