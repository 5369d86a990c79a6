// SPDX-License-Identifier: Apache-2.0
#include "cli/session_commands.hpp"
#include "cli/start.hpp"

namespace relay::cli {
namespace {

Result<std::vector<std::string>> check(const host::Config& config) {
    if (config.peer_timeout <= config.ping_every) {
        return fail(Errc::invalid, "peer-timeout: must be longer than ping-every");
    }
    if (config.retry_max < config.retry_min) {
        return fail(Errc::invalid, "retry-max: must not be shorter than retry-min");
    }
    return {};
}

}  // namespace

int session_host(const Invocation& invocation, const RunSessionHost& run) {
    host::Config config;
    LogOptions log;
    const config::Schema schema = session_host_settings(config, log);
    const CommandText text{
        .summary =
            "Runs beside an experiment: takes video (MPEG-TS) and data from local programs "
            "and carries them to relays, as its rules say.",
        .also = "relay host, session host",
        .service = true};
    return serve(invocation, {.schema = schema,
                              .text = text,
                              .log = log,
                              .check = [&] { return check(config); },
                              .run = [&] { return run(config); }});
}

}  // namespace relay::cli
