// SPDX-License-Identifier: Apache-2.0
#include "cli/public_address.hpp"
#include "cli/session_commands.hpp"
#include "cli/start.hpp"
#include "host/feeds/ts_listener.hpp"
#include "host/host.hpp"
#include "host/rules/rules_file.hpp"
#include "uplink/connection_config.hpp"
#include "uplink/target.hpp"
#include "uplink/uplink.hpp"

namespace relay::cli {
namespace {

Result<void> check_control(const host::Config& config) {
    const bool has_token =
        !config.control_url_token.empty() || !config.control_url_token_file.empty();
    if (config.control_url.empty() && has_token)
        return fail(Errc::invalid, "api: required with --api-token and --api-token-file");
    if (config.control_url.empty()) return {};
    const auto target = uplink::make_target(config.control_url, config.control_url_token,
                                            config.control_url_token_file);
    if (!target) return fail(Errc::invalid, "api: " + target.error().detail);
    return {};
}

Result<void> check_rules(const host::Config& config) {
    if (config.rules_file.empty()) return {};
    const auto text = host::read_rules_file(config.rules_file);
    if (!text) return fail(Errc::invalid, "rules: " + text.error().detail);
    const auto rules = host::parse_rules_file(*text, config.rules_file.string(),
                                              host::Rules(config.record_folder));
    if (!rules) return std::unexpected(rules.error());
    return {};
}

Result<void> check_ts_listen(const host::Config& config) {
    for (const std::string& text : config.ts_listen)
        if (const auto address = host::parse_ts_address(text); !address)
            return std::unexpected(address.error());
    return {};
}

Result<void> check_inputs(const host::Config& config) {
    for (const std::string& text : config.ts_listen) {
        const auto address = host::parse_ts_address(text);
        if (!address) return std::unexpected(address.error());
        if (address->feed == host::control_feed)
            return fail(Errc::invalid, "ts-listen: " + text + ": that feed takes commands");
    }
    return {};
}

Result<std::vector<std::string>> check(const host::Config& config) {
    if (const auto connection = uplink::make_settings(config.relays); !connection)
        return std::unexpected(connection.error());
    if (auto good = check_ts_listen(config); !good) return std::unexpected(good.error());
    if (auto good = check_inputs(config); !good) return std::unexpected(good.error());
    if (auto good = check_control(config); !good) return std::unexpected(good.error());
    if (auto good = check_rules(config); !good) return std::unexpected(good.error());
    std::vector<std::string> warnings;
    if (config.control_token.empty() && is_public(config.listen))
        warnings.push_back("listen: every machine that reaches " + config.listen +
                           " commands this host; give a --control-token");
    return warnings;
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
