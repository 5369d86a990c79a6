// SPDX-License-Identifier: Apache-2.0
#include "net/poller.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace relay::net {

namespace {

constexpr std::size_t read_buffer_size = 256 * 1024;
// Batches per turn while more is ready: amortises the way through Asio, still lets timers run.
constexpr int batches_per_turn = 8;

int create_epoll() {
    const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    return descriptor;
}

}  // namespace

Poller::Poller(boost::asio::io_context& context)
    : context_(context), epoll_(context, create_epoll()), read_buffer_(read_buffer_size) {
    wait();
}

Poller::~Poller() = default;

bool Poller::add(int descriptor, std::uint32_t events, PollHandler& handler) {
    epoll_event event{.events = events, .data = {.ptr = &handler}};
    return ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::change(int descriptor, std::uint32_t events, PollHandler& handler) {
    epoll_event event{.events = events, .data = {.ptr = &handler}};
    ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_MOD, descriptor, &event);
}

void Poller::remove(int descriptor, PollHandler& handler) {
    ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
    for (int i = batch_at_; i < batch_size_; ++i) {
        auto& event = batch_[static_cast<std::size_t>(i)];
        if (event.data.ptr == &handler) event.data.ptr = nullptr;
    }
}

void Poller::at_turn_end(TurnEndHandler& handler) {
    if (handler.listed_) return;
    handler.listed_ = true;
    turn_end_.push_back(&handler);
    if (in_turn_ || turn_end_posted_) return;
    turn_end_posted_ = true;
    boost::asio::post(context_, [this] {
        turn_end_posted_ = false;
        end_turn();
    });
}

void Poller::forget_turn_end(TurnEndHandler& handler) {
    if (!handler.listed_) return;
    handler.listed_ = false;
    std::ranges::replace(turn_end_, &handler, nullptr);
}

void Poller::wait() {
    epoll_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code& error) {
                          if (error) return;
                          turn();
                          wait();
                      });
}

void Poller::turn() {
    in_turn_ = true;
    for (int batch = 0; batch < batches_per_turn; ++batch) {
        const int count =
            ::epoll_wait(epoll_.native_handle(), batch_.data(), static_cast<int>(batch_.size()), 0);
        if (count <= 0) break;
        now_ = std::chrono::steady_clock::now();
        deliver(count);
        end_turn();
        if (count < static_cast<int>(batch_.size())) break;  // what is ready now comes next turn
    }
    in_turn_ = false;
}

void Poller::deliver(int count) {
    batch_size_ = count;
    for (batch_at_ = 0; batch_at_ < batch_size_;) {
        const epoll_event event = batch_[static_cast<std::size_t>(batch_at_++)];
        if (event.data.ptr) static_cast<PollHandler*>(event.data.ptr)->on_ready(event.events);
    }
    batch_size_ = batch_at_ = 0;
}

// Handlers may ask for another end, for themselves or others: the list grows while it is walked.
void Poller::end_turn() {
    for (std::size_t i = 0; i < turn_end_.size(); ++i) {
        TurnEndHandler* handler = turn_end_[i];
        if (!handler) continue;
        handler->listed_ = false;
        turn_end_[i] = nullptr;
        handler->on_turn_end();
    }
    turn_end_.clear();
}

}  // namespace relay::net
