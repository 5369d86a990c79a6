// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace relay::client {

// Exit codes of the session client (docs/session-client.md).
constexpr int exit_done = 0;
constexpr int exit_failed = 1;     // usage, a file, or something sent that may not have arrived
constexpr int exit_refused = 2;    // by the relay, for good
constexpr int exit_timed_out = 3;  // a condition, with --strict

// How a command ended.
struct Outcome {
    int code = exit_done;
    std::vector<std::string> lines;  // for standard error
};

// Told once; may come from within a call to the one who tells.
using Ended = std::function<void(Outcome)>;

}  // namespace relay::client
