// SPDX-License-Identifier: Apache-2.0
#include "client/signals.hpp"

#include <csignal>
#include <utility>

namespace relay::client {

Signals::Signals(boost::asio::io_context& context, std::function<void()> end,
                 std::function<void()> hang_up)
    : ends_(context, SIGINT, SIGTERM),
      hang_ups_(context, SIGHUP),
      end_(std::move(end)),
      hang_up_(std::move(hang_up)) {
    ends_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        ends_.clear();
        end_();
    });
    await_hang_up();
}

void Signals::await_hang_up() {
    hang_ups_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        hang_up_();
        await_hang_up();
    });
}

}  // namespace relay::client
