// SPDX-License-Identifier: Apache-2.0
#include "cli/check_server.hpp"
#include "cli/shell_commands.hpp"
#include "cli/start.hpp"

namespace relay::cli {

int shell_relay(const Invocation& invocation, const RunShellRelay& run) {
    server::Config config = shell_relay_defaults();
    LogOptions log;
    const config::Schema schema = shell_relay_settings(config, log);
    const CommandText text{
        .summary =
            "Joins byte streams, such as ssh, of `relay shell client` to machines behind "
            "firewalls, where `relay shell host` runs. `relay session relay --shell` does this "
            "beside live sessions, on the same ports.",
        .also = "shell relay",
        .service = true};
    return serve(invocation, {.schema = schema,
                              .text = text,
                              .log = log,
                              .check = [&] { return check_server(config); },
                              .run = [&] { return run(config); }});
}

}  // namespace relay::cli
