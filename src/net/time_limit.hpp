// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

namespace relay::net {

// Ends what its scope awaits, when the time is over or when a stop is requested: then it calls
// `abort`, once, which should close the socket. Nothing is called after the destructor. Use it, and
// request the stop, on the executor's one thread.
class TimeLimit {
public:
    // With a stop that was requested earlier, `abort` is called at once. A zero limit means none.
    TimeLimit(const boost::asio::any_io_executor& executor, std::chrono::nanoseconds limit,
              std::stop_token stop, std::function<void()> abort);
    ~TimeLimit();
    TimeLimit(const TimeLimit&) = delete;
    TimeLimit& operator=(const TimeLimit&) = delete;

    bool is_over() const;
    std::chrono::nanoseconds remaining() const;  // never negative; huge without a limit

    // Errc::unavailable with why `doing` failed: "timed out", "stopped", or else `cause`, which
    // then also gives the code, if it is an error.
    std::unexpected<Error> failure(std::string_view doing, std::string_view cause) const;
    std::unexpected<Error> failure(std::string_view doing, const Error& cause) const;

private:
    struct State;
    std::shared_ptr<State> state_;
    std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace relay::net
