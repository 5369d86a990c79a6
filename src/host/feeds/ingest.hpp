// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/feeds/feed.hpp"
#include "net/http_server.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace relay::host {

// Takes in a request's body as the feed's MPEG-TS until it ends, then answers 200; 409 when the
// feed has a publisher already, or as soon as another one took over; 415 when none of it was
// MPEG-TS. A message goes out when its picture ends, or after so long a silence. Ends by itself
// when the connection breaks.
boost::asio::awaitable<void> ingest(net::HttpExchange& exchange, std::shared_ptr<Feed> feed,
                                    std::chrono::milliseconds flush_after);

}  // namespace relay::host
