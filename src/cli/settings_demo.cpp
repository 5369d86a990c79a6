// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

namespace relay::cli {

config::Schema demo_settings(demo::Config& config, LogOptions& log) {
    config::Schema schema{
        .command = "demo",
        .prefixes = {},
        .settings = {
            {.name = "port",
             .group = "Demonstration",
             .names = {{"RELAY_DEMO_PORT"}},
             .help =
                 "Port of the pages, the booking and access APIs and the WebSockets; 0 takes any "
                 "free one.",
             .value = config::port(config.port)},
            {.name = "listen",
             .group = "Demonstration",
             .names = {{"RELAY_DEMO_LISTEN"}},
             .help = "Local address of the port.",
             .value = config::text(config.listen, "ADDRESS")},
            {.name = "camera",
             .group = "Demonstration",
             .names = {{"RELAY_DEMO_CAMERA"}},
             .help = "Start ffmpeg with a test picture.",
             .value = config::boolean(config.camera)},
        }};
    add_log_settings(schema, log);
    return schema;
}

}  // namespace relay::cli
