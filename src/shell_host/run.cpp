// SPDX-License-Identifier: Apache-2.0
#include "shell_host/run.hpp"

#include "base/log.hpp"
#include "net/yielding_run.hpp"
#include "shell_host/host.hpp"
#include "uplink/connection_config.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <utility>

namespace relay::shell_host {
namespace {

Result<uplink::Target> relay_of(const Config& config) {
    auto relay = uplink::make_target(config.access, config.token, config.token_file);
    if (!relay) return fail(relay.error().code, "session: " + relay.error().detail);
    // It may be replaced later; that it is not there to begin with is a slip of the caller.
    const auto token = uplink::current_token(*relay);
    if (!config.token_file.empty() && !token) return std::unexpected(token.error());
    return relay;
}

// For whoever started the host.
void tell_connected() {
    fmt::print("{{\"event\":\"connected\"}}\n");
    std::fflush(stdout);
}

Result<Host::Options> options_of(const Config& config) {
    auto relay = relay_of(config);
    if (!relay) return std::unexpected(relay.error());
    auto settings = uplink::make_settings(config.relay);
    if (!settings) return std::unexpected(settings.error());
    settings->websocket.user_agent = "relay shell host";
    auto targets = parse_targets(config);
    if (!targets) return std::unexpected(targets.error());
    Streams::Limits limits;
    limits.stream.buffer = static_cast<std::uint32_t>(config.replay_buffer);
    limits.stream.give_up = config.give_up;
    return Host::Options{.relay = std::move(*relay),
                         .uplink = std::move(*settings),
                         .targets = std::move(*targets),
                         .resume = config.resume,
                         .connections = config.connections,
                         .dial_timeout = config.dial_timeout,
                         .limits = limits,
                         .on_connected = tell_connected};
}

}  // namespace

Result<int> run(const Config& config) {
    auto options = options_of(config);
    if (!options) return std::unexpected(options.error());
    std::signal(SIGPIPE, SIG_IGN);  // an error of the one who writes, not the end of the host
    boost::asio::io_context context{1};
    Host host(context, std::move(*options));
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& error, int) {
        if (error) return;
        log::info("shutting down");
        signals.clear();  // a second one ends the process the hard way
        host.stop([&] { context.stop(); });
    });
    net::run_yielding(context);
    return 0;
}

}  // namespace relay::shell_host
