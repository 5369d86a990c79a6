// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace relay::tunnel {

// Lets it run by itself. What it uses it must own a share of.
inline void spawn(const boost::asio::any_io_executor& executor,
                  boost::asio::awaitable<void> coroutine) {
    boost::asio::co_spawn(executor, std::move(coroutine), [](std::exception_ptr failure) {
        if (failure) log::error("a byte stream ended by an internal error");
    });
}

}  // namespace relay::tunnel
