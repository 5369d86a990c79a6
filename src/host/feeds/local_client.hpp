// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/feeds/feed.hpp"
#include "net/websocket_connection.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace relay::host {

// A WebSocket on /ws/{feed}, such as the bridge to an experiment's firmware: what it sends goes to
// the feed, and it hears the feed's other clients and destinations. On the host's thread.
class LocalClient final : private net::WebSocketOwner {
public:
    using Ended = std::function<void(LocalClient&)>;  // last act: may destroy the client

    // The limits are kept by reference.
    LocalClient(net::IoThread& thread, net::SocketHandover socket,
                const net::WebSocketLimits& limits, std::shared_ptr<Feed> feed, Ended ended);
    ~LocalClient();

    // Sends the handshake's answer and joins the feed.
    void start(std::string_view handshake_answer);

    void close(wire::CloseCode code, std::string_view reason) { connection_.close(code, reason); }

private:
    void on_message(wire::MessagePtr message, bool more_coming) override;
    void on_closed(wire::CloseCode code, std::string_view reason) override;

    net::IoThread& thread_;
    std::shared_ptr<Feed> feed_;
    Ended ended_;
    std::vector<std::uint8_t> received_;
    net::WebSocketConnection connection_;
};

}  // namespace relay::host
