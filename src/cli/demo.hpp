// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.hpp"
#include "demo/config.hpp"

#include <functional>

namespace relay::cli {

// `relay demo`; what it starts is injected, as in session_commands.hpp. Returns the exit code.
using RunDemo = std::function<Result<int>(const demo::Config&)>;
int demo(const Invocation& invocation, const RunDemo& run);

}  // namespace relay::cli
