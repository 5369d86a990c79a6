// SPDX-License-Identifier: Apache-2.0
#include "book/run.hpp"

#include "base/log.hpp"
#include "book/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>

namespace relay::book {

Result<int> run(const Config& config) {
    boost::asio::io_context context;
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([](const boost::system::error_code&, int) {});

    Server server(config);
    const auto port = server.start();
    if (!port) return std::unexpected(port.error());
    const std::string address =
        config.listen.contains(':') ? "[" + config.listen + "]" : config.listen;
    fmt::print("{{\"event\":\"listening\",\"book\":\"{}:{}\"}}\n", address, *port);
    std::fflush(stdout);

    context.run();  // until a signal
    log::info("shutting down");
    server.stop();
    return 0;
}

}  // namespace relay::book
