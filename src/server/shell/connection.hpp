// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/websocket_connection.hpp"
#include "server/connection_report.hpp"
#include "server/member_count.hpp"
#include "server/shell/arrival.hpp"

namespace relay::server {

// A WebSocket of a host or of one end of a byte stream, with what is known of its far side. Lives
// on one io thread.
class ShellConnection {
public:
    // The limits are kept by reference.
    ShellConnection(net::IoThread& thread, ShellArrival arrival, const net::WebSocketLimits& limits,
                    MemberCount& count, WallTime now, net::WebSocketOwner& owner);

    // Answers the handshake and begins to serve, until the token expires.
    void start();

    net::WebSocketConnection& socket() { return socket_; }
    // Without the socket and, once started, without what it had to say.
    const ShellArrival& arrival() const { return arrival_; }
    bool has_expired() const { return std::chrono::steady_clock::now() >= expires_; }
    ConnectionReport report(SteadyTime now) const;

private:
    const MemberCount::Member counted_;
    ShellArrival arrival_;
    WallTime connected_;
    SteadyTime expires_;
    net::WebSocketConnection socket_;
};

}  // namespace relay::server
