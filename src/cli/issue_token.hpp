// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "cli/settings.hpp"
#include "cli/start.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace relay::cli {

// What a token permits, and what its user should know before it is refused.
struct Permission {
    std::vector<std::string> scopes;
    std::vector<std::string> warnings;
    std::vector<std::string> groups = {};  // of a class token
    std::optional<std::uint32_t> max_sessions = {};
};

// A command that prints a token.
struct TokenCommand {
    const config::Schema& schema;
    const CommandText& text;
    const TokenBasis& basis;
    // Called when the settings are there. Errors: of a request that could only give a token which
    // no relay accepts.
    std::function<Result<Permission>()> permit;
};

// Loads the settings and prints the token, and nothing else, on standard output; with the basis's
// `json` as {"token":"..","exp":unix seconds}. Returns the exit code.
int issue_token(const Invocation& invocation, const TokenCommand& command, WallTime now);

}  // namespace relay::cli
