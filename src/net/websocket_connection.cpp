// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_connection.hpp"

#include "net/keep_alive.hpp"
#include "net/loopback.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace relay::net {

using wire::CloseCode;
using wire::FrameEvent;
using wire::Message;
using wire::MessagePtr;
using wire::MessageType;

namespace {

// Bytes that the kernel may hold unsent: a backlog belongs in the outbox, where it can be dropped.
constexpr int unsent_in_kernel = 128 * 1024;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

WebSocketConnection::WebSocketConnection(IoThread& thread, FileDescriptor socket,
                                         const WebSocketLimits& limits, WebSocketOwner& owner)
    : thread_(thread),
      socket_(std::move(socket)),
      owner_(owner),
      reader_(wire::FrameReader::Role::server, limits.max_message),
      sender_(limits.outbox),
      watch_(limits, thread.poller().now()),
      connected_(thread.poller().now()) {}

WebSocketConnection::~WebSocketConnection() {
    thread_.poller().forget_turn_end(*this);
    if (socket_) thread_.poller().remove(socket_.number(), *this);
}

void WebSocketConnection::start(std::string_view handshake_answer,
                                std::vector<std::uint8_t> received) {
    ::setsockopt(socket_.number(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_in_kernel,
                 sizeof unsent_in_kernel);
    send_unpaced_on_loopback(socket_.number());
    sender_.push_control(Message::copy_of(bytes_of(handshake_answer), MessageType::raw));
    if (!thread_.poller().add(socket_.number(), awaited_events(), *this)) {
        end(CloseCode::abnormal, "no room in the event queue");
        return;
    }
    started_ = true;
    flush();
    schedule_deadline();
    if (!received.empty() && state_ == State::open) handle_bytes(received, false);
}

void WebSocketConnection::record(std::unique_ptr<hub::Traffic>& traffic, SteadyTime now,
                                 std::size_t bytes) {
    if (!traffic) traffic = std::make_unique<hub::Traffic>();
    traffic->record(now, bytes);
}

// ---- to the peer

void WebSocketConnection::deliver(const MessagePtr& message, hub::Delivery delivery) {
    if (state_ != State::open || sender_.broken()) return;
    const SteadyTime now = thread_.poller().now();
    const bool at_once = sender_.idle() && !delivery.more_coming;
    if (at_once ? send_now(message, now) : queue(message, now, delivery.video))
        record(sent_traffic_, now, message->size());
}

bool WebSocketConnection::send_now(const MessagePtr& message, SteadyTime now) {
    if (!sender_.send(socket_.number(), message, now)) {
        write_failed();
        return false;
    }
    if (sender_.stalled()) update_events();
    return true;
}

bool WebSocketConnection::queue(const MessagePtr& message, SteadyTime now, bool video) {
    const hub::Outbox::Outcome outcome = sender_.push(message, now, video);
    if (outcome == hub::Outbox::Outcome::overflow)
        close(CloseCode::too_slow, "reads too slowly for this topic");
    else
        flush_soon();
    return outcome == hub::Outbox::Outcome::queued;
}

void WebSocketConnection::flush_soon() {
    if (!sender_.stalled()) thread_.poller().at_turn_end(*this);
}

void WebSocketConnection::flush() {
    if (sender_.broken()) return;
    if (ping_waits_) push_ping();
    const bool was_stalled = sender_.stalled();
    const std::size_t waited = outbox().bytes();
    const bool works = sender_.flush(socket_.number());
    // Room in a socket that was full is the peer's doing; in an empty one it proves nothing.
    if (was_stalled && outbox().bytes() < waited) watch_.alive(thread_.poller().now());
    if (!works) {
        write_failed();
        return;
    }
    if (sender_.stalled() != was_stalled) update_events();
    if (outbox().empty() && state_ != State::open) close_frame_left();
    if (sender_.take_room()) owner_.on_room();
}

void WebSocketConnection::ping() {
    if (state_ != State::open) return;
    ping_waits_ = true;
    flush_soon();
}

void WebSocketConnection::push_ping() {
    ping_waits_ = false;
    if (state_ != State::open) return;
    sender_.push_control(Message::copy_of(bytes_of(owner_.ping_payload()), MessageType::ping));
}

// What a peer sent before it was gone is still to be read: the end is found behind that, since a
// socket that hangs up stays ready.
void WebSocketConnection::write_failed() {
    pollfd socket{.fd = socket_.number(), .events = 0, .revents = 0};
    if (::poll(&socket, 1, 0) == 1 && (socket.revents & POLLHUP))
        update_events();
    else
        connection_lost();
}

void WebSocketConnection::on_turn_end() {
    if (state_ == State::closed)
        owner_.on_closed(close_code_, close_reason_);  // may destroy this
    else if (!sender_.stalled())
        flush();
}

// ---- from the peer

void WebSocketConnection::on_ready(std::uint32_t events) {
    if (events & EPOLLOUT) flush();
    if (state_ == State::closed) return;
    // After a reset there is no more to come than what the kernel holds, though reading is paused.
    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) read();
}

void WebSocketConnection::update_events() {
    if (started_) thread_.poller().change(socket_.number(), awaited_events(), *this);
}

std::uint32_t WebSocketConnection::awaited_events() const {
    return (reading_ ? EPOLLIN : 0u) | (sender_.stalled() ? EPOLLOUT : 0u);
}

void WebSocketConnection::pause_reading() {
    if (state_ != State::open || !std::exchange(reading_, false)) return;
    keep_alive(socket_.number());  // by the kernel, while we are deaf
    update_events();
}

void WebSocketConnection::resume_reading() {
    if (std::exchange(reading_, true) || state_ == State::closed) return;
    watch_.alive(thread_.poller().now());
    update_events();
}

void WebSocketConnection::read() {
    const auto buffer = thread_.poller().read_buffer();
    const auto direct = input_ == Input::frames ? reader_.direct_room() : std::span<std::uint8_t>();
    // A large payload goes straight to its message; copying a small one is cheaper than a second
    // system call for what follows it.
    const bool straight = direct.size() >= buffer.size() / 4;
    const auto room = straight ? direct : buffer;
    const ssize_t count = ::recv(socket_.number(), room.data(), room.size(), MSG_DONTWAIT);
    if (count <= 0) {
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        connection_lost();
        return;
    }
    watch_.alive(thread_.poller().now());
    const auto received = static_cast<std::size_t>(count);
    if (input_ != Input::frames) return;
    if (straight)
        handle(reader_.direct_received(received), false);
    else
        handle_bytes(room.first(received), received == room.size());
}

void WebSocketConnection::handle_bytes(std::span<std::uint8_t> bytes, bool buffer_full) {
    for (;;) {
        FrameEvent event = reader_.next(bytes);
        if (event.kind == FrameEvent::Kind::need_more) return;
        if (!handle(std::move(event), buffer_full || !bytes.empty())) return;
    }
}

// Whether reading may go on.
bool WebSocketConnection::handle(FrameEvent event, bool more_coming) {
    switch (event.kind) {
        case FrameEvent::Kind::need_more:
        case FrameEvent::Kind::pong:
            return true;
        case FrameEvent::Kind::message:
            if (state_ != State::open) return true;  // RFC 6455 §5.5.1: nothing follows a close
            record(received_traffic_, thread_.poller().now(), event.message->size());
            owner_.on_message(std::move(event.message), more_coming);
            return state_ != State::closed;
        case FrameEvent::Kind::ping:
            if (state_ != State::open || sender_.over_bound()) return true;
            sender_.push_control(Message::copy_of(event.payload, MessageType::pong));
            flush_soon();
            return true;
        case FrameEvent::Kind::close:
            on_peer_close(event.code, event.reason);
            return false;
        case FrameEvent::Kind::error:
            input_ = Input::broken;
            close(event.code, event.reason);
            return false;
    }
    return false;
}

}  // namespace relay::net
