// SPDX-License-Identifier: Apache-2.0
#include "cli/demo.hpp"

#include "cli/start.hpp"

namespace relay::cli {

int demo(const Invocation& invocation, const RunDemo& run) {
    relay::demo::Config config;
    LogOptions log;
    const config::Schema schema = demo_settings(config, log);
    const CommandText text{.summary =
                               "Offers three simulated experiments on a web page: booked at a "
                               "booking server, live through a relay and a session host, all of "
                               "its own, until Ctrl-C.",
                           .also = "",
                           .service = true};
    return serve(invocation, {.schema = schema,
                              .text = text,
                              .log = log,
                              .check = [] { return std::vector<std::string>(); },
                              .run = [&] { return run(config); }});
}

}  // namespace relay::cli
