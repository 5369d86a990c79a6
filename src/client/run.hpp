// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/config.hpp"
#include "client/outcome.hpp"

namespace relay::client {

// The commands, each on the calling thread until it is done or told to end by SIGINT or SIGTERM.
Outcome run_file(const FileConfig& config);
Outcome run_pipe(const PipeConfig& config);
Outcome run_stats(const StatsConfig& config);

}  // namespace relay::client
