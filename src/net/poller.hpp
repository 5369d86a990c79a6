// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <sys/epoll.h>
#include <vector>

namespace relay::net {

// One who is told that its socket is ready. Called on the poller's thread.
class PollHandler {
public:
    virtual void on_ready(std::uint32_t events) = 0;  // EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP
protected:
    ~PollHandler() = default;
};

// One who wants to act once at the end of the loop turn, such as a subscriber with queued messages.
class TurnEndHandler {
public:
    // May destroy its own object.
    virtual void on_turn_end() = 0;

protected:
    ~TurnEndHandler() = default;

private:
    friend class Poller;
    bool listed_ = false;
};

// Readiness of thousands of established sockets for the cost of a single entry in the thread's
// io_context: an epoll set of our own, nested in Asio's. A loop turn is one batch of events, then
// the turn-end handlers: what arrived in one turn leaves in one gather write per receiver
// (shared/perf.md, "The path" 4). An Asio wait per socket would cost a system call per message and
// an operation's memory per idle connection.
//
// All calls on the thread that runs the context.
class Poller {
public:
    explicit Poller(boost::asio::io_context& context);
    ~Poller();

    // Level-triggered. The handler must outlive its registration. False when the kernel refuses
    // (out of memory or watches).
    bool add(int descriptor, std::uint32_t events, PollHandler& handler);
    void change(int descriptor, std::uint32_t events, PollHandler& handler);
    // Also forgets an event of the handler that this turn has not delivered yet.
    void remove(int descriptor, PollHandler& handler);

    // Calls the handler at the end of the running turn, or soon when none is running. Once per turn
    // however often asked.
    void at_turn_end(TurnEndHandler& handler);
    void forget_turn_end(TurnEndHandler& handler);

    // The time as of the running turn's batch.
    SteadyTime now() const { return in_turn_ ? now_ : std::chrono::steady_clock::now(); }

    // Scratch space that readers share within a turn: nothing is kept in it between calls.
    std::span<std::uint8_t> read_buffer() { return read_buffer_; }

private:
    void wait();
    void turn();
    void deliver(int count);
    void end_turn();

    boost::asio::io_context& context_;
    boost::asio::posix::stream_descriptor epoll_;
    std::vector<std::uint8_t> read_buffer_;
    std::vector<TurnEndHandler*> turn_end_;
    std::array<epoll_event, 256> batch_;
    int batch_size_ = 0;  // events of the batch being delivered
    int batch_at_ = 0;
    SteadyTime now_{};
    bool in_turn_ = false;
    bool turn_end_posted_ = false;
};

}  // namespace relay::net
