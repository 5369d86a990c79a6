// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "cli/command.hpp"
#include "host/config.hpp"
#include "server/config.hpp"

#include <functional>

namespace relay::cli {

// The commands of live sessions. What they start is injected, so that tests see the configuration
// that a command line yields. Each returns the exit code.
using RunSessionRelay = std::function<Result<int>(const server::Config&)>;
using RunSessionHost = std::function<Result<int>(const host::Config&)>;

int session_relay(const Invocation& invocation, const RunSessionRelay& run);
int session_host(const Invocation& invocation, const RunSessionHost& run);

// Prints a token, and nothing else, on standard output.
int session_token(const Invocation& invocation, const WallClock& clock);

}  // namespace relay::cli
