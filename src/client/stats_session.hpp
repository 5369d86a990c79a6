// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/config.hpp"
#include "client/outcome.hpp"
#include "client/stats_report.hpp"
#include "uplink/uplink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string_view>
#include <vector>

namespace relay::client {

// `relay session client stats` at work: asks for reports and hands them on as they came. On the
// context's thread.
class StatsSession final : private uplink::Endpoint {
public:
    // Gets a text message of the topic; says whether it was a report.
    using OnText = std::function<bool(std::string_view text)>;

    struct Options {
        std::chrono::milliseconds every{2000};
        bool once = false;
    };

    StatsSession(boost::asio::io_context& context, uplink::Target target, uplink::Settings settings,
                 const Options& options, OnText on_text, Ended ended);

    // Ends now, in order.
    void stop();

private:
    void on_connected() override;
    void on_disconnected() override;
    void on_refused(const Error& error) override;
    void on_message(wire::MessagePtr message) override;
    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override;

    void ask();
    void end(Outcome outcome);

    Options options_;
    OnText on_text_;
    Ended ended_;  // null once told
    boost::asio::steady_timer timer_;
    bool asking_ = false;         // a question waits to leave
    std::size_t unanswered_ = 0;  // questions since the last report
    uplink::Uplink uplink_;
};

}  // namespace relay::client
