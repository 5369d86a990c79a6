// SPDX-License-Identifier: Apache-2.0
#include "net/message_sender.hpp"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace relay::net {

using wire::MessagePtr;

namespace {

constexpr std::size_t gather_most = 64;  // messages per system call

// What a waiting message costs besides its bytes.
constexpr std::size_t message_overhead = 64;

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

}  // namespace

bool MessageSender::send(int socket, const MessagePtr& message, SteadyTime now) {
    const auto bytes = message->encoded();
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes.size())) return true;
    if (sent < 0 && !would_block(errno)) {
        socket_is_ = SocketIs::broken;
        return false;
    }
    outbox_.push_rest(message, sent < 0 ? 0 : static_cast<std::size_t>(sent), now);
    socket_is_ = SocketIs::full;
    note_backlog();
    return true;
}

hub::Outbox::Outcome MessageSender::push(const MessagePtr& message, SteadyTime now, bool video) {
    const hub::Outbox::Outcome outcome = outbox_.push(message, now, video);
    note_backlog();
    return outcome;
}

bool MessageSender::flush(int socket) {
    std::array<iovec, gather_most> vectors;
    while (const std::size_t used = outbox_.gather(vectors)) {
        msghdr header{};
        header.msg_iov = vectors.data();
        header.msg_iovlen = used;
        const ssize_t sent = ::sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            if (would_block(errno)) break;
            socket_is_ = SocketIs::broken;
            return false;
        }
        outbox_.sent(static_cast<std::size_t>(sent));
    }
    socket_is_ = outbox_.empty() ? SocketIs::free : SocketIs::full;
    return true;
}

bool MessageSender::take_room() {
    if (!room_wanted_ || backlog() > limits_.bytes / 2) return false;
    room_wanted_ = false;
    return true;
}

std::size_t MessageSender::backlog() const {
    return outbox_.bytes() + outbox_.size() * message_overhead;
}

void MessageSender::note_backlog() {
    if (limits_.overflow == hub::Overflow::wait && over_bound()) room_wanted_ = true;
}

}  // namespace relay::net
