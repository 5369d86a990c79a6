// SPDX-License-Identifier: Apache-2.0
#include "net/time_limit.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace relay::net {

// Shared with the timer's handler, which may already be queued when the limit is destroyed.
struct TimeLimit::State {
    enum class Reason { none, timed_out, stopped };

    State(const boost::asio::any_io_executor& executor, std::function<void()> function)
        : timer(executor), abort(std::move(function)) {}

    void end(Reason why) {
        if (reason != Reason::none || !abort) return;
        reason = why;
        timer.cancel();
        abort();
    }

    boost::asio::steady_timer timer;
    std::function<void()> abort;  // empty once the limit is destroyed
    Reason reason = Reason::none;
    bool limited = false;
};

TimeLimit::TimeLimit(const boost::asio::any_io_executor& executor, std::chrono::nanoseconds limit,
                     std::stop_token stop, std::function<void()> abort)
    : state_(std::make_shared<State>(executor, std::move(abort))),
      on_stop_(std::move(stop), [this] { state_->end(State::Reason::stopped); }) {
    if (limit == limit.zero() || is_over()) return;
    state_->limited = true;
    state_->timer.expires_after(limit);
    state_->timer.async_wait([state = state_](const boost::system::error_code& error) {
        if (!error) state->end(State::Reason::timed_out);
    });
}

TimeLimit::~TimeLimit() {
    state_->abort = nullptr;
    state_->timer.cancel();
}

bool TimeLimit::is_over() const {
    return state_->reason != State::Reason::none;
}

std::chrono::nanoseconds TimeLimit::remaining() const {
    if (is_over()) return std::chrono::nanoseconds::zero();
    if (!state_->limited) return std::chrono::hours(24);
    const auto left = state_->timer.expiry() - std::chrono::steady_clock::now();
    return std::max<std::chrono::nanoseconds>(left, std::chrono::nanoseconds::zero());
}

std::unexpected<Error> TimeLimit::failure(std::string_view doing, std::string_view cause) const {
    return failure(doing, Error{Errc::unavailable, std::string(cause)});
}

std::unexpected<Error> TimeLimit::failure(std::string_view doing, const Error& cause) const {
    const auto because = [doing](Errc code, std::string_view why) {
        return fail(code, std::string(doing).append(": ").append(why));
    };
    if (state_->reason == State::Reason::timed_out) return because(Errc::unavailable, "timed out");
    if (state_->reason == State::Reason::stopped) return because(Errc::unavailable, "stopped");
    return because(cause.code, cause.detail);
}

}  // namespace relay::net
