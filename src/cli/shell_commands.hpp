// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "cli/command.hpp"
#include "server/config.hpp"
#include "shell_client/config.hpp"
#include "shell_host/config.hpp"

#include <filesystem>
#include <functional>

namespace relay::cli {

// The commands of byte streams, such as ssh, through a relay. What they start is injected, as in
// session_commands.hpp. Each returns the exit code.
using RunShellRelay = std::function<Result<int>(const server::Config&)>;
using RunShellHost = std::function<Result<int>(const shell_host::Config&)>;
using RunShellClient = std::function<Result<int>(const shell_client::Config&)>;

int shell_relay(const Invocation& invocation, const RunShellRelay& run);
int shell_host(const Invocation& invocation, const RunShellHost& run);

// With --stdio nothing is printed on standard output: it carries the stream.
int shell_client(const Invocation& invocation, const RunShellClient& run);

// Prints a token, and nothing else, on standard output.
int shell_token(const Invocation& invocation, const WallClock& clock);

// Where a command is called.
struct Surroundings {
    std::filesystem::path program;  // absolute
    std::filesystem::path folder;   // that relative paths are meant from
};

// Prints `Host` blocks for ssh's configuration on standard output.
int shell_ssh_config(const Invocation& invocation, const Surroundings& surroundings);

}  // namespace relay::cli
