// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/websocket_client.hpp"
#include "tunnel/local_stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <stop_token>
#include <string>

namespace relay::tunnel {

// How a tunnel's stream ended, for logs and audits.
struct LinkEnd {
    bool complete = false;   // everything that was read at one side was written at the other
    std::string reason;      // in words; holds no contents
    std::uint64_t sent = 0;  // bytes from the local stream to the far end
    std::uint64_t received = 0;
};

// Carries the plain form of a byte stream (docs/shell-protocol.md#plain-form) until either side has
// ended, and closes both. Whoever cannot be written to is not read for: at most 256 KiB wait in
// each direction. The client and the stream must outlive it. On the caller's executor.
boost::asio::awaitable<LinkEnd> carry_plain(net::WebSocketClient& client, LocalStream& local,
                                            std::stop_token stop);

}  // namespace relay::tunnel
