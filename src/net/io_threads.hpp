// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timer_wheel.hpp"
#include "net/poller.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace relay::net {

// A deadline on an IoThread's wheel.
class Deadline : public TimerEntry {
public:
    // May schedule itself again or be destroyed by what it does last.
    virtual void on_deadline() = 0;

protected:
    ~Deadline() = default;
};

// One thread with its event loop: an io_context for HTTP, timers and coroutines and, nested in it,
// a Poller for the sockets of the message path. Everything that belongs to a thread is touched by
// that thread alone, so nothing on it needs a lock; other threads post().
class IoThread {
public:
    explicit IoThread(std::size_t index);
    ~IoThread();

    std::size_t index() const { return index_; }
    boost::asio::io_context& context() { return context_; }
    Poller& poller() { return poller_; }
    bool is_current() const { return std::this_thread::get_id() == thread_.get_id(); }

    // Runs the function on this thread, in the order of posting. Callable from any thread.
    void post(std::move_only_function<void()> function);

    // Calls the deadline's handler once `when` has passed, within a tick of 250 ms. On this thread;
    // schedules again when it was scheduled already. Nothing wakes up before a deadline is near.
    void schedule(Deadline& deadline, SteadyTime when);

private:
    friend class IoThreads;
    void start();
    void stop();
    void await_tick(SteadyTime when);
    void tick();

    std::size_t index_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    Poller poller_;
    TimerWheel wheel_;
    boost::asio::steady_timer tick_;
    SteadyTime next_tick_ = SteadyTime::max();
    std::thread thread_;
};

// The io threads of a process, started by the constructor (0: one per core).
class IoThreads {
public:
    explicit IoThreads(std::size_t count);
    ~IoThreads();  // as stop()

    std::size_t size() const { return threads_.size(); }
    IoThread& operator[](std::size_t index) { return *threads_[index]; }

    // Runs the function on every thread and returns when all have. From outside the io threads.
    void run_on_each(const std::function<void(IoThread&)>& function);

    // Ends the loops and joins the threads; what is still posted is destroyed, not run.
    void stop();

private:
    std::vector<std::unique_ptr<IoThread>> threads_;
};

}  // namespace relay::net
