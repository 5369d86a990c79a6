// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "net/socket_handover.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <span>
#include <vector>

namespace relay::load {

// The event loop of one thread: sockets by epoll (level-triggered) and timers to the microsecond.
class Loop {
public:
    // What a socket's events are told to.
    class Handler {
    public:
        virtual void ready(std::uint32_t events) = 0;

    protected:
        ~Handler() = default;
    };

    Loop();

    void watch(int socket, std::uint32_t events, Handler& handler);
    void change(int socket, std::uint32_t events, Handler& handler);

    // Runs `action` once, from within run().
    void at(SteadyTime time, std::function<void()> action);

    // Handles events until finish() was called; `before_wait`, if any, runs before each batch of
    // them.
    void run(const std::function<void()>& before_wait = {});
    void finish() { finished_ = true; }

    // For one read at a time, shared by all sockets.
    std::span<std::uint8_t> buffer() { return buffer_; }

private:
    struct Timer {
        SteadyTime time;
        std::uint64_t order;  // equal times run in the order of at()
        std::function<void()> action;
        bool operator>(const Timer& other) const {
            return time != other.time ? time > other.time : order > other.order;
        }
    };

    void control(int operation, int socket, std::uint32_t events, Handler& handler);
    void wait();
    void run_due_timers();

    net::FileDescriptor epoll_;
    std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
    std::uint64_t timers_made_ = 0;
    std::vector<std::uint8_t> buffer_;
    bool finished_ = false;
};

}  // namespace relay::load
