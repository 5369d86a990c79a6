// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/feeds/ts_listener.hpp"

#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <memory>

// The two kinds of listeners, for ts_listener.cpp alone.
namespace relay::host {

Result<std::shared_ptr<TsListeners::Listener>> listen_tcp(boost::asio::io_context& context,
                                                          TsAddress address,
                                                          std::shared_ptr<Feed> feed,
                                                          const TsListenerSettings& settings);
Result<std::shared_ptr<TsListeners::Listener>> listen_udp(boost::asio::io_context& context,
                                                          TsAddress address,
                                                          std::shared_ptr<Feed> feed,
                                                          const TsListenerSettings& settings);

inline std::unexpected<Error> cannot_listen(const boost::system::error_code& error) {
    return fail(Errc::unavailable, fmt::format("cannot listen there: {}", error.message()));
}

}  // namespace relay::host
