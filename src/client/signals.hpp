// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>

namespace relay::client {

// What the process is told from outside. SIGINT and SIGTERM call `end` once; a second one ends the
// process the hard way. SIGHUP calls `hang_up` each time.
class Signals {
public:
    Signals(boost::asio::io_context& context, std::function<void()> end,
            std::function<void()> hang_up);

private:
    void await_hang_up();

    boost::asio::signal_set ends_;
    boost::asio::signal_set hang_ups_;
    std::function<void()> end_;
    std::function<void()> hang_up_;
};

}  // namespace relay::client
