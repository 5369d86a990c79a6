// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace relay::shell_client {

// For the far ends to be told, when the program is to end.
inline constexpr auto stop_limit = std::chrono::seconds(2);

inline void stop_after(boost::asio::steady_timer& timer, std::chrono::nanoseconds time,
                       boost::asio::io_context& context) {
    timer.expires_after(time);
    timer.async_wait([&](const boost::system::error_code& error) {
        if (!error) context.stop();
    });
}

}  // namespace relay::shell_client
