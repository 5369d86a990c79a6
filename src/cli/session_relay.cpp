// SPDX-License-Identifier: Apache-2.0
#include "auth/keyring.hpp"
#include "cli/session_commands.hpp"
#include "cli/start.hpp"

namespace relay::cli {
namespace {

Result<std::vector<std::string>> check(const server::Config& config) {
    if (config.peer_timeout <= config.ping_every) {
        return fail(Errc::invalid, "peer-timeout: must be longer than ping-every");
    }
    const auto keys = auth::KeyRing::make(config.secret, config.keys);
    if (!keys) return std::unexpected(keys.error());
    std::vector<std::string> warnings = keys->warnings();
    const bool usable = config.relay_fqdn.empty() || config.relay_fqdn.starts_with("ws://") ||
                        config.relay_fqdn.starts_with("wss://");
    if (!usable) {
        warnings.push_back(
            "relay-fqdn begins with neither ws:// nor wss://: browsers cannot use it");
    }
    return warnings;
}

}  // namespace

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
                              .check = [&] { return check(config); },
                              .run = [&] { return run(config); }});
}

}  // namespace relay::cli
