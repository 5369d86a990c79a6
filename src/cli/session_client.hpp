// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.hpp"
#include "client/config.hpp"
#include "client/outcome.hpp"

#include <functional>

namespace relay::cli {

// `relay session client ...`; what they start is injected, as in session_commands.hpp. Each returns
// the exit code, one of client/outcome.hpp.
int session_client_file(const Invocation& invocation,
                        const std::function<client::Outcome(const client::FileConfig&)>& run);
int session_client_pipe(const Invocation& invocation,
                        const std::function<client::Outcome(const client::PipeConfig&)>& run);
int session_client_stats(const Invocation& invocation,
                         const std::function<client::Outcome(const client::StatsConfig&)>& run);

}  // namespace relay::cli
