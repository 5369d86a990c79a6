// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::client {

// What goes one way over a connection (docs/protocol.md#stats).
struct TrafficFigures {
    std::optional<std::chrono::nanoseconds> age;  // of the last message; none: never
    double messages_per_second = 0;
    double bytes_per_second = 0;
};

// One connection of a relay, as the topic `stats` tells.
struct ConnectionFigures {
    std::string topic;
    std::string address;
    std::string user_agent;
    bool can_read = false;
    bool can_write = false;
    std::optional<WallTime> connected;
    TrafficFigures sends;
    TrafficFigures gets;
};

// A text of the topic: the connections, sorted by topic and address; nothing when it is no report
// but something that others send there. Fields that are missing or of a wrong type are left at
// their defaults: relays of other versions tell other things.
std::optional<std::vector<ConnectionFigures>> read_report(std::string_view text);

// The report as it came, on one line; nothing when it is no report.
std::optional<std::string> report_line(std::string_view text);

}  // namespace relay::client
