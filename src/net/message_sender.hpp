// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "hub/outbox.hpp"
#include "wire/message.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace relay::net {

// The way of messages into one socket: past the outbox when nothing waits, else through it, many
// with one system call. For a stream that drops nothing it knows when its source has to wait.
//
// Neither owns nor watches the socket: who does awaits EPOLLOUT while stalled(), then flushes. On
// the socket's io thread.
class MessageSender {
public:
    // The limits are kept by reference.
    explicit MessageSender(const hub::OutboxLimits& limits) : limits_(limits), outbox_(limits) {}

    // Hands a message over at once; only while idle(). What the socket does not take waits. False
    // when the socket is broken now, and the message lost.
    bool send(int socket, const wire::MessagePtr& message, SteadyTime now);

    // Queues a message for flush().
    hub::Outbox::Outcome push(const wire::MessagePtr& message, SteadyTime now, bool video);
    void push_control(wire::MessagePtr message) { outbox_.push_control(std::move(message)); }
    void drop_data() { outbox_.drop_data(); }

    // Hands over what waits, until all is sent or the socket is full. False when it is broken now.
    bool flush(int socket);

    // Whether a message may go past the outbox.
    bool idle() const { return outbox_.idle(); }
    // The socket was full: the rest waits until it is writable.
    bool stalled() const { return socket_is_ == SocketIs::full; }
    // A system call has failed: nothing can be sent any more.
    bool broken() const { return socket_is_ == SocketIs::broken; }

    // Whether what waits, counted with what small messages cost, exceeds the bound.
    bool over_bound() const { return backlog() > limits_.bytes; }
    // Whether it has exceeded the bound, which only hub::Overflow::wait allows, and no room was
    // made since.
    bool room_wanted() const { return room_wanted_; }
    // Whether what waits has fallen to half the bound since room was wanted. Says so once.
    bool take_room();

    const hub::Outbox& outbox() const { return outbox_; }
    // Gives back the memory of an empty outbox.
    void release() { outbox_.release(); }

private:
    enum class SocketIs : std::uint8_t { free, full, broken };

    std::size_t backlog() const;
    void note_backlog();

    const hub::OutboxLimits& limits_;
    hub::Outbox outbox_;
    SocketIs socket_is_ = SocketIs::free;
    bool room_wanted_ = false;
};

}  // namespace relay::net
