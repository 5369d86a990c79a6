// SPDX-License-Identifier: Apache-2.0
#include "server/stats_reporter.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace relay::server {

StatsReporter::StatsReporter(boost::asio::any_io_executor executor,
                             std::chrono::milliseconds period, std::function<void()> report)
    : executor_(std::move(executor)),
      timer_(executor_),
      period_(std::max<std::chrono::milliseconds>(period, least_interval)),
      report_(std::move(report)) {}

void StatsReporter::start() {
    boost::asio::post(executor_, [this] { wait(std::chrono::steady_clock::now() + period_); });
}

void StatsReporter::request() {
    boost::asio::post(executor_, [this] { on_request(); });
}

void StatsReporter::stop() {
    boost::asio::post(executor_, [this] {
        stopped_ = true;
        timer_.cancel();
    });
}

// Brings the next report forward to as soon as the interval permits.
void StatsReporter::on_request() {
    const auto soonest = last_ + least_interval;
    if (timer_.expiry() > soonest) wait(std::max(soonest, std::chrono::steady_clock::now()));
}

void StatsReporter::wait(std::chrono::steady_clock::time_point when) {
    if (stopped_) return;
    timer_.expires_at(when);  // cancels the earlier wait
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error || stopped_) return;
        last_ = std::chrono::steady_clock::now();
        report_();
        wait(last_ + period_);
    });
}

}  // namespace relay::server
