// SPDX-License-Identifier: Apache-2.0
#include "net/io_threads.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <latch>

namespace relay::net {

using namespace std::chrono_literals;

namespace {
constexpr auto wheel_tick = 250ms;
constexpr std::size_t wheel_slots = 256;  // 64 s per revolution: keep-alives never wait a round
}  // namespace

IoThread::IoThread(std::size_t index)
    : index_(index),
      work_(boost::asio::make_work_guard(context_)),
      poller_(context_),
      wheel_(wheel_tick, wheel_slots),
      tick_(context_) {}

IoThread::~IoThread() {
    stop();
}

void IoThread::start() {
    thread_ = std::thread([this] { context_.run(); });
}

void IoThread::stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

void IoThread::post(std::move_only_function<void()> function) {
    boost::asio::post(context_, std::move(function));
}

void IoThread::schedule(Deadline& deadline, SteadyTime when) {
    wheel_.schedule(deadline, when);
    if (const SteadyTime visit = wheel_.visit_for(when); visit < next_tick_) await_tick(visit);
}

void IoThread::await_tick(SteadyTime when) {
    next_tick_ = when;
    tick_.expires_at(when);
    tick_.async_wait([this](const boost::system::error_code& error) {
        if (!error) tick();
    });
}

void IoThread::tick() {
    next_tick_ = SteadyTime::min();  // what is scheduled meanwhile is looked at below
    wheel_.advance(std::chrono::steady_clock::now(),
                   [](TimerEntry& entry) { static_cast<Deadline&>(entry).on_deadline(); });
    next_tick_ = SteadyTime::max();
    if (!wheel_.empty()) await_tick(wheel_.next_visit());
}

IoThreads::IoThreads(std::size_t count) {
    if (count == 0) count = std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) threads_.push_back(std::make_unique<IoThread>(i));
    for (auto& thread : threads_) thread->start();
}

IoThreads::~IoThreads() {
    stop();
}

void IoThreads::run_on_each(const std::function<void(IoThread&)>& function) {
    std::latch done(static_cast<std::ptrdiff_t>(threads_.size()));
    for (auto& thread : threads_) {
        thread->post([&, target = thread.get()] {
            function(*target);
            done.count_down();
        });
    }
    done.wait();
}

void IoThreads::stop() {
    for (auto& thread : threads_) thread->stop();
}

}  // namespace relay::net
