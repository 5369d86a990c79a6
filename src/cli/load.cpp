// SPDX-License-Identifier: Apache-2.0
#include "cli/load.hpp"

#include "cli/exit_code.hpp"
#include "load/options.hpp"
#include "load/run.hpp"

#include <fmt/ostream.h>

namespace relay::cli {

int load(const Invocation& invocation) {
    const auto config = relay::load::parse(invocation.arguments);
    if (!config) {
        fmt::print(invocation.err, "relay load: {}\nSee `relay load --help`.\n",
                   config.error().detail);
        return exit_usage;
    }
    const auto code = relay::load::run(*config);
    if (code) return *code;
    fmt::print(invocation.err, "relay load: {}\n", code.error().detail);
    return exit_code(code.error());
}

}  // namespace relay::cli
