// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_connection.hpp"

#include "net/keep_alive.hpp"
#include "net/loopback.hpp"
#include "wire/frame_writer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace relay::net {

using wire::CloseCode;
using wire::FrameEvent;
using wire::Message;
using wire::MessagePtr;
using wire::MessageType;

namespace {

constexpr std::size_t gather_most = 64;  // messages per system call

// Bytes that the kernel may hold unsent: a backlog belongs in the outbox, where it can be dropped.
constexpr int unsent_in_kernel = 128 * 1024;

// What a waiting message costs besides its bytes.
constexpr std::size_t message_overhead = 64;

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

WebSocketConnection::WebSocketConnection(IoThread& thread, FileDescriptor socket,
                                         const WebSocketLimits& limits, WebSocketOwner& owner)
    : thread_(thread),
      socket_(std::move(socket)),
      limits_(limits),
      owner_(owner),
      reader_(wire::FrameReader::Role::server, limits.max_message),
      outbox_(limits.outbox),
      connected_(thread.poller().now()),
      last_alive_(connected_),
      pinged_(connected_) {}

WebSocketConnection::~WebSocketConnection() {
    thread_.poller().forget_turn_end(*this);
    if (socket_) thread_.poller().remove(socket_.number(), *this);
}

void WebSocketConnection::start(std::string_view handshake_answer,
                                std::vector<std::uint8_t> received) {
    ::setsockopt(socket_.number(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_in_kernel,
                 sizeof unsent_in_kernel);
    send_unpaced_on_loopback(socket_.number());
    outbox_.push_control(Message::copy_of(bytes_of(handshake_answer), MessageType::raw));
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
    if (state_ != State::open || unwritable_) return;
    const SteadyTime now = thread_.poller().now();
    if (outbox_.idle() && !delivery.more_coming) {
        if (send_now(message)) record(sent_traffic_, now, message->size());
        note_backlog();
        return;
    }
    switch (outbox_.push(message, now, delivery.video)) {
        case hub::Outbox::Outcome::overflow:
            close(CloseCode::too_slow, "reads too slowly for this topic");
            return;
        case hub::Outbox::Outcome::queued:
            record(sent_traffic_, now, message->size());
            break;
        case hub::Outbox::Outcome::dropped:
            break;
    }
    note_backlog();
    if (!watching_writable_) thread_.poller().at_turn_end(*this);
}

void WebSocketConnection::note_backlog() {
    const hub::OutboxLimits& bound = limits_.outbox;
    if (bound.overflow == hub::Overflow::wait && backlog() > bound.bytes) room_wanted_ = true;
}

std::size_t WebSocketConnection::backlog() const {
    return outbox_.bytes() + outbox_.size() * message_overhead;
}

// Whether the message was taken over: by the socket, or in part by the outbox.
bool WebSocketConnection::send_now(const MessagePtr& message) {
    const auto bytes = message->encoded();
    const ssize_t sent =
        ::send(socket_.number(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes.size())) return true;
    if (sent < 0 && !would_block(errno)) {
        write_failed();
        return false;
    }
    outbox_.push_rest(message, sent < 0 ? 0 : static_cast<std::size_t>(sent),
                      thread_.poller().now());
    watch_writable(true);
    return true;
}

void WebSocketConnection::flush() {
    if (unwritable_) return;
    if (ping_waits_) push_ping();
    std::array<iovec, gather_most> vectors;
    while (const std::size_t used = outbox_.gather(vectors)) {
        msghdr header{};
        header.msg_iov = vectors.data();
        header.msg_iovlen = used;
        const ssize_t sent = ::sendmsg(socket_.number(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            if (would_block(errno)) break;
            write_failed();
            return;
        }
        outbox_.sent(static_cast<std::size_t>(sent));
        // Room in a socket that was full is the peer's doing; in an empty one it proves nothing.
        if (watching_writable_) last_alive_ = thread_.poller().now();
    }
    watch_writable(!outbox_.empty());
    if (outbox_.empty() && state_ == State::closing) close_frame_left();
    if (room_wanted_ && backlog() <= limits_.outbox.bytes / 2) {
        room_wanted_ = false;
        owner_.on_room();
    }
}

void WebSocketConnection::ping() {
    if (state_ != State::open) return;
    ping_waits_ = true;
    if (!watching_writable_) thread_.poller().at_turn_end(*this);
}

void WebSocketConnection::push_ping() {
    ping_waits_ = false;
    if (state_ != State::open) return;
    outbox_.push_control(Message::copy_of(bytes_of(owner_.ping_payload()), MessageType::ping));
}

void WebSocketConnection::close_frame_left() {
    if (input_ == Input::peer_closed)
        end(close_code_, close_reason_);
    else if (input_ == Input::broken)
        // Closing the socket now, with input unread, would reset the connection and could destroy
        // the close frame on its way: first wait until the peer ends its side.
        ::shutdown(socket_.number(), SHUT_WR);
    if (state_ == State::closing) schedule_deadline();  // from now on for the answer
}

void WebSocketConnection::watch_writable(bool on) {
    if (on == watching_writable_) return;
    watching_writable_ = on;
    update_events();
}

void WebSocketConnection::update_events() {
    if (started_) thread_.poller().change(socket_.number(), awaited_events(), *this);
}

std::uint32_t WebSocketConnection::awaited_events() const {
    return (reading_ ? EPOLLIN : 0u) | (watching_writable_ ? EPOLLOUT : 0u);
}

void WebSocketConnection::on_turn_end() {
    if (state_ == State::closed) {
        owner_.on_closed(close_code_, close_reason_);  // may destroy this
        return;
    }
    if (!watching_writable_) flush();
}

// ---- from the peer

void WebSocketConnection::on_ready(std::uint32_t events) {
    if (events & EPOLLOUT) flush();
    if (state_ == State::closed) return;
    // After a reset there is no more to come than what the kernel holds, though reading is paused.
    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) read();
}

void WebSocketConnection::pause_reading() {
    if (state_ != State::open || !std::exchange(reading_, false)) return;
    keep_alive(socket_.number());  // by the kernel, while we are deaf
    update_events();
}

void WebSocketConnection::resume_reading() {
    if (std::exchange(reading_, true) || state_ == State::closed) return;
    last_alive_ = thread_.poller().now();
    update_events();
}

// What a peer sent before it was gone is still to be read: the end is found behind that, since a
// socket that hangs up stays ready.
void WebSocketConnection::write_failed() {
    pollfd socket{.fd = socket_.number(), .events = 0, .revents = 0};
    if (::poll(&socket, 1, 0) != 1 || !(socket.revents & POLLHUP)) {
        connection_lost();
        return;
    }
    unwritable_ = true;
    watch_writable(false);
}

// A close that the peer has sent, or that is on its way, counts for more than how it ended.
void WebSocketConnection::connection_lost() {
    const bool all_sent = !finishing_ || outbox_.empty();
    if (state_ == State::closing && all_sent)
        end(close_code_, close_reason_);
    else
        end(CloseCode::abnormal, "connection lost");
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
        if (count < 0 && would_block(errno)) return;
        connection_lost();
        return;
    }
    last_alive_ = thread_.poller().now();
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
            return true;
        case FrameEvent::Kind::message:
            if (state_ != State::open) return true;  // RFC 6455 §5.5.1: nothing follows a close
            record(received_traffic_, thread_.poller().now(), event.message->size());
            owner_.on_message(std::move(event.message), more_coming);
            return state_ != State::closed;
        case FrameEvent::Kind::ping:
            if (state_ != State::open || backlog() > limits_.outbox.bytes) return true;
            outbox_.push_control(Message::copy_of(event.payload, MessageType::pong));
            if (!watching_writable_) thread_.poller().at_turn_end(*this);
            return true;
        case FrameEvent::Kind::pong:
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

void WebSocketConnection::on_peer_close(CloseCode code, std::string_view reason) {
    if (state_ == State::open) {
        state_ = State::closing;
        close_code_ = code;
        close_reason_ = reason;
        outbox_.drop_data();
        outbox_.push_control(wire::close_message(code, ""));
        schedule_deadline();
    }
    input_ = Input::peer_closed;
    if (std::exchange(finishing_, false)) {
        outbox_.drop_data();  // nobody is left to read it
        schedule_deadline();
    }
    flush();
}

// ---- ends

void WebSocketConnection::close(CloseCode code, std::string_view reason) {
    if (std::exchange(finishing_, false)) {  // its close frame may wait behind the data
        outbox_.drop_data();
        schedule_deadline();
        thread_.poller().at_turn_end(*this);
    }
    if (state_ != State::open) return;
    state_ = State::closing;
    close_code_ = code;
    close_reason_ = reason;
    outbox_.drop_data();
    outbox_.push_control(wire::close_message(code, reason));
    resume_reading();  // for the answer
    schedule_deadline();
    thread_.poller().at_turn_end(*this);
}

void WebSocketConnection::finish(CloseCode code, std::string_view reason) {
    if (state_ != State::open) return;
    state_ = State::closing;
    finishing_ = true;  // until the end: what the kernel holds would be lost with the socket
    close_code_ = code;
    close_reason_ = reason;
    outbox_.push_control(wire::close_message(code, reason));
    resume_reading();  // its pings show that it lives
    schedule_deadline();
    thread_.poller().at_turn_end(*this);
}

void WebSocketConnection::end(CloseCode code, std::string_view reason) {
    if (state_ == State::closed) return;
    state_ = State::closed;
    close_code_ = code;
    if (close_reason_.data() != reason.data()) close_reason_ = reason;
    thread_.poller().remove(socket_.number(), *this);
    socket_ = {};
    thread_.poller().at_turn_end(*this);
}

void WebSocketConnection::expire_at(SteadyTime when) {
    expires_ = when;
    if (scheduled()) schedule_deadline();
}

// One that has sent the end of a byte stream, behind data that are only read slowly, can ask no
// more whether we live.
SteadyTime WebSocketConnection::quiet_since() const {
    return limits_.outbox.overflow == hub::Overflow::wait ? pinged_
                                                          : std::max(last_alive_, pinged_);
}

void WebSocketConnection::schedule_deadline() {
    SteadyTime when;
    if (state_ == State::closing && !finishing_)
        // One that is too slow gets the time to come to the frame that says so.
        when = thread_.poller().now() + (close_code_ == CloseCode::too_slow && !outbox_.empty()
                                             ? limits_.peer_timeout
                                             : limits_.close_timeout);
    else
        when =
            std::min({quiet_since() + limits_.ping_every,
                      reading_ ? last_alive_ + limits_.peer_timeout : SteadyTime::max(), expires_});
    thread_.schedule(*this, when);
}

void WebSocketConnection::on_deadline() {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (state_ == State::closing && !finishing_) {
        end(close_code_, close_reason_);
    } else if (now >= expires_) {
        close(CloseCode::expired, "the session has expired");
    } else if (state_ != State::closed) {
        prove_alive(now);
    }
}

void WebSocketConnection::prove_alive(SteadyTime now) {
    outbox_.release();
    if (reading_ && now - last_alive_ >= limits_.peer_timeout) {
        end(CloseCode::abnormal, "nothing heard from the peer");
        return;
    }
    // With data waiting, what the peer takes of it is sign of life enough.
    if (now - quiet_since() >= limits_.ping_every) {
        pinged_ = now;
        if (outbox_.empty()) {
            push_ping();
            flush();
        }
    }
    if (state_ != State::closed) schedule_deadline();
}

}  // namespace relay::net
