// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace relay::net {

// Completion token: `auto [error, n] = co_await socket.async_read_some(buffer, tuple_await);`
inline constexpr auto tuple_await = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace relay::net
