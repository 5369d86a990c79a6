// SPDX-License-Identifier: Apache-2.0
#include "load/loop.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <sys/epoll.h>
#include <utility>

namespace relay::load {
namespace {

constexpr std::size_t buffer_size = 256 * 1024;

timespec as_timespec(std::chrono::nanoseconds duration) {
    const auto whole = std::max(duration, std::chrono::nanoseconds(0));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(whole);
    return {.tv_sec = seconds.count(), .tv_nsec = (whole - seconds).count()};
}

}  // namespace

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(buffer_size) {
    if (!epoll_) {
        log::error("no event queue can be had");
        std::abort();
    }
}

void Loop::watch(int socket, std::uint32_t events, Handler& handler) {
    control(EPOLL_CTL_ADD, socket, events, handler);
}

void Loop::change(int socket, std::uint32_t events, Handler& handler) {
    control(EPOLL_CTL_MOD, socket, events, handler);
}

void Loop::control(int operation, int socket, std::uint32_t events, Handler& handler) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &handler;
    if (::epoll_ctl(epoll_.number(), operation, socket, &event) != 0) {
        log::error("a socket cannot be watched", {{"errno", errno}});
        std::abort();
    }
}

void Loop::at(SteadyTime time, std::function<void()> action) {
    timers_.push({time, timers_made_++, std::move(action)});
}

void Loop::run(const std::function<void()>& before_wait) {
    finished_ = false;
    for (;;) {
        if (before_wait) before_wait();
        if (finished_) return;
        wait();
        run_due_timers();
    }
}

void Loop::wait() {
    std::array<epoll_event, 256> events;
    std::optional<timespec> limit;
    if (!timers_.empty()) limit = as_timespec(timers_.top().time - SteadyTime::clock::now());
    const int count = ::epoll_pwait2(epoll_.number(), events.data(), int{events.size()},
                                     limit ? &*limit : nullptr, nullptr);
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        static_cast<Handler*>(event.data.ptr)->ready(event.events);
    }
}

void Loop::run_due_timers() {
    const auto now = SteadyTime::clock::now();
    while (!timers_.empty() && timers_.top().time <= now) {
        // top() is const to protect the order, which the action has no part in.
        const auto action = std::move(const_cast<Timer&>(timers_.top()).action);
        timers_.pop();
        action();
    }
}

}  // namespace relay::load
