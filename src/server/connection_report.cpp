// SPDX-License-Identifier: Apache-2.0
#include "server/connection_report.hpp"

#include "base/duration.hpp"
#include "base/time_text.hpp"
#include "net/websocket_connection.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace relay::server {

using nlohmann::json;

namespace {

json traffic(const hub::Traffic::Figures& figures) {
    // Whole microseconds are enough for "how long ago" and keep the text short.
    const std::string last =
        figures.age ? format_duration(std::chrono::floor<std::chrono::microseconds>(*figures.age))
                    : "Never";
    return {{"last", last},
            {"size", std::round(figures.mean_size)},
            {"fps", std::round(figures.messages_per_second * 10) / 10},
            {"messages", figures.messages},
            {"bytes", figures.bytes}};
}

json both_ways(const ConnectionReport& report) {
    return {{"tx", traffic(report.sent)}, {"rx", traffic(report.received)}};
}

json dropped(const ConnectionReport& report) {
    return {{"messages", report.drops.messages},
            {"bytes", report.drops.bytes},
            {"skips", report.drops.skips}};
}

// Names and addresses come from clients: what is no UTF-8 in them is replaced, not refused.
std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

void add_traffic(ConnectionReport& report, const net::WebSocketConnection& connection,
                 SteadyTime now) {
    const auto figures = [&](const hub::Traffic* traffic) {
        return traffic ? traffic->figures(now, connection.connected()) : hub::Traffic::Figures{};
    };
    report.sent = figures(connection.received_traffic());
    report.received = figures(connection.sent_traffic());
    report.drops = connection.outbox().drops();
    report.queued = connection.outbox().bytes();
}

ConnectionReport internal_report(WallTime since) {
    ConnectionReport report;
    report.topic = stats_topic;
    report.remote_address = "internal";
    report.user_agent = "crossbar";
    report.scopes = {"read", "stats", "write"};
    report.can_read = report.can_write = true;
    report.connected = since;
    return report;
}

std::string stats_json(const std::vector<ConnectionReport>& reports) {
    json array = json::array();
    for (const ConnectionReport& report : reports) {
        array.push_back({{"topic", report.topic},
                         {"canRead", report.can_read},
                         {"canWrite", report.can_write},
                         {"connected", format_time(report.connected)},
                         {"expiresAt", format_time(report.expires)},
                         {"remoteAddr", report.remote_address},
                         {"userAgent", report.user_agent},
                         {"scopes", report.scopes},
                         {"stats", both_ways(report)},
                         {"dropped", dropped(report)},
                         {"queued", report.queued}});
    }
    return dump(array);
}

std::string status_json(const std::vector<ConnectionReport>& reports) {
    json array = json::array();
    for (const ConnectionReport& report : reports) {
        array.push_back({{"topic", report.topic},
                         {"can_read", report.can_read},
                         {"can_write", report.can_write},
                         {"connected", format_time(report.connected)},
                         {"connected_at", format_time(report.connected)},
                         {"expires_at", format_time(report.expires)},
                         {"remote_addr", report.remote_address},
                         {"user_agent", report.user_agent},
                         {"scopes", report.scopes},
                         {"stats", both_ways(report)},
                         {"dropped", dropped(report)},
                         {"queued", report.queued}});
    }
    return dump(array);
}

}  // namespace relay::server
