// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "hub/outbox.hpp"
#include "hub/traffic.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::net {
class WebSocketConnection;
}

namespace relay::server {

inline constexpr std::string_view stats_topic = "stats";

// What is told of one connection, on the stats topic and by GET /status. A copy, made on the
// connection's thread and written out on another.
struct ConnectionReport {
    std::string topic;
    std::string remote_address;
    std::string user_agent;
    std::vector<std::string> scopes;
    bool can_read = false;
    bool can_write = false;
    WallTime connected;
    WallTime expires;
    hub::Traffic::Figures sent;      // by the client (`tx`)
    hub::Traffic::Figures received;  // by the client (`rx`)
    hub::Outbox::Drops drops;        // not delivered to it since it was too slow
    std::size_t queued = 0;          // bytes that wait for it now
};

// Fills in what went over the connection. On its thread.
void add_traffic(ConnectionReport& report, const net::WebSocketConnection& connection,
                 SteadyTime now);

// The reporter's own entry, which old readers of the stats topic expect.
ConnectionReport internal_report(WallTime since);

// The array of the stats topic, in camel case (spec/session-relay.md §9, all fields of all
// versions).
std::string stats_json(const std::vector<ConnectionReport>& reports);

// The array of GET /status, in snake case (spec/session-relay.md §10).
std::string status_json(const std::vector<ConnectionReport>& reports);

}  // namespace relay::server
