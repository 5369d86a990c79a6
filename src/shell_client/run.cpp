// SPDX-License-Identifier: Apache-2.0
#include "shell_client/run.hpp"

#include "shell_client/run_listening.hpp"
#include "shell_client/run_stdio.hpp"

#include <csignal>

namespace relay::shell_client {

Result<int> run(const Config& config) {
    const auto way = way_of(config);
    if (!way) return std::unexpected(way.error());
    std::signal(SIGPIPE, SIG_IGN);  // an error of the one who writes
    return config.stdio ? run_stdio(*way) : run_listening(config, *way);
}

}  // namespace relay::shell_client
