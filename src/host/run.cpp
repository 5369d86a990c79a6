// SPDX-License-Identifier: Apache-2.0
#include "host/run.hpp"

#include "base/log.hpp"
#include "host/host.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <string>

namespace relay::host {

Result<int> run(const Config& config) {
    boost::asio::io_context context;
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([](const boost::system::error_code&, int) {});

    Host host(config);
    const auto port = host.start();
    if (!port) return std::unexpected(port.error());
    const bool is_ipv6 = config.listen.contains(':');
    const std::string address = is_ipv6 ? "[" + config.listen + "]" : config.listen;
    fmt::print("{{\"event\":\"listening\",\"host\":\"{}:{}\"}}\n", address, *port);
    std::fflush(stdout);

    context.run();  // until a signal
    log::info("shutting down");
    host.stop();
    return 0;
}

}  // namespace relay::host
