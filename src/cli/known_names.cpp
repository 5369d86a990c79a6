// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

#include <array>
#include <string_view>

namespace relay::cli {
namespace {

// Variables of commands that only other versions have: set-ups that share one environment must not
// be warned of them.
constexpr std::array<std::string_view, 15> variables_of_other_commands{
    "RELAY_CONFIG",
    // `book` of later versions.
    "BOOK_CLIENT_FORMAT",
    "BOOK_CLIENT_TOKEN_SUB",
    // `relay monitor` of v0.9.0.
    "RELAY_MONITOR_AUDIENCE",
    "RELAY_MONITOR_COMMAND",
    "RELAY_MONITOR_INTERVAL",
    "RELAY_MONITOR_LOG_FILE",
    "RELAY_MONITOR_LOG_FORMAT",
    "RELAY_MONITOR_LOG_LEVEL",
    "RELAY_MONITOR_NO_RETRIGGER_WITHIN",
    "RELAY_MONITOR_RECONNECT_EVERY",
    "RELAY_MONITOR_SECRET",
    "RELAY_MONITOR_THRESHOLD",
    "RELAY_MONITOR_TOPIC",
    "RELAY_MONITOR_TRIGGER_AFTER_MISSES",
};

}  // namespace

config::Known known_names() {
    const AllSettings all;
    config::Known known;
    for (const config::Schema& schema : all.schemas) config::add_known(known, schema);
    known.variables.insert(known.variables.end(), variables_of_other_commands.begin(),
                           variables_of_other_commands.end());
    return known;
}

}  // namespace relay::cli
