// SPDX-License-Identifier: Apache-2.0
#include "host/run.hpp"

#include "base/log.hpp"
#include "host/host.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace relay::host {
namespace {

// Where the host was told to listen, and the port that it was given.
std::string bound_address(const Config& config, std::uint16_t port) {
    if (!unix_socket_path(config.listen).empty()) return config.listen;
    const bool is_ipv6 = config.listen.contains(':');
    const std::string address = is_ipv6 ? "[" + config.listen + "]" : config.listen;
    return fmt::format("{}:{}", address, port);
}

// One line of JSON, for whoever started the host.
void tell_addresses(const std::string& address, const std::vector<std::string>& ts) {
    nlohmann::ordered_json line;
    line["event"] = "listening";
    line["host"] = address;
    if (!ts.empty()) line["ts"] = ts;
    fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    std::fflush(stdout);
}

}  // namespace

Result<int> run(const Config& config) {
    // A limit on the size of files is an error of the one who writes, not the end of the host.
    std::signal(SIGXFSZ, SIG_IGN);
    boost::asio::io_context context;
    boost::asio::signal_set ends(context, SIGINT, SIGTERM);
    boost::asio::signal_set reloads(context, SIGHUP);
    ends.async_wait([&](const boost::system::error_code&, int) { context.stop(); });

    Host host(config);
    const std::function<void()> await_reload = [&] {
        reloads.async_wait([&](const boost::system::error_code& error, int) {
            if (error) return;
            host.reload();
            await_reload();
        });
    };
    const auto port = host.start();
    if (!port) return std::unexpected(port.error());
    await_reload();
    tell_addresses(bound_address(config, *port), host.ts_addresses());

    context.run();  // until a signal
    log::info("shutting down");
    host.stop();
    return 0;
}

}  // namespace relay::host
