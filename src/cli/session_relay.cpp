// SPDX-License-Identifier: Apache-2.0
#include "cli/check_server.hpp"
#include "cli/session_commands.hpp"
#include "cli/start.hpp"

namespace relay::cli {

int session_relay(const Invocation& invocation, const RunSessionRelay& run) {
    server::Config config;
    LogOptions log;
    const config::Schema schema = session_relay_settings(config, log);
    const CommandText text{
        .summary =
            "Serves live sessions: gives holders of tokens an address to connect to (access "
            "API), and passes the messages of each topic among them (WebSockets).",
        .also = "relay serve, session relay",
        .service = true};
    return serve(invocation, {.schema = schema,
                              .text = text,
                              .log = log,
                              .check = [&] { return check_server(config); },
                              .run = [&] { return run(config); }});
}

}  // namespace relay::cli
