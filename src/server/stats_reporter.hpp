// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>

namespace relay::server {

// When the stats topic gets its reports: one every period while anybody listens, and one on demand,
// at most one a second however many demand it. Everything but request() on the executor, which must
// run one thing at a time.
class StatsReporter {
public:
    // `report` makes and sends one report, or nothing when nobody listens.
    StatsReporter(boost::asio::any_io_executor executor, std::chrono::milliseconds period,
                  std::function<void()> report);

    void start();
    // Any thread.
    void request();
    void stop();

private:
    void on_request();
    void wait(std::chrono::steady_clock::time_point when);

    static constexpr std::chrono::seconds least_interval{1};

    boost::asio::any_io_executor executor_;
    boost::asio::steady_timer timer_;
    std::chrono::milliseconds period_;
    std::function<void()> report_;
    std::chrono::steady_clock::time_point last_{};
    bool stopped_ = false;
};

}  // namespace relay::server
