// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"
#include "uplink/connection_config.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace relay::shell_host {

// Settings of `relay shell host`; the table in cli/settings_shell_host.cpp fills and documents
// them.
struct Config {
    std::string access;                // https://.../shell/<topic>; several with spaces between
    Secret token;                      // or:
    std::filesystem::path token_file;  // read anew for each connection of the manager
    std::uint16_t local_port = 22;     // the target of clients that name none: localhost:local_port
    std::vector<std::string> targets;  // further ones that clients may name: `name=host:port`
    std::size_t connections = 200;     // at one time; further clients are refused
    std::size_t replay_buffer = 4 * 1024 * 1024;  // bytes per direction of a resumable stream
    std::chrono::milliseconds give_up{300'000};   // without a connection
    std::chrono::milliseconds dial_timeout{10'000};
    bool resume = true;  // offer relay.resume.v1
    uplink::ConnectionConfig relay;
};

}  // namespace relay::shell_host
