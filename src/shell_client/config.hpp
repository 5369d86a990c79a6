// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"
#include "uplink/connection_config.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace relay::shell_client {

// Settings of `relay shell client`; the table in cli/settings_shell_client.cpp fills and documents
// them.
struct Config {
    std::string access;                // https://.../shell/<topic>; several with spaces between
    Secret token;                      // or:
    std::filesystem::path token_file;  // read anew for each connection
    bool stdio = false;                // one stream, on standard input and output (ProxyCommand)
    std::string listen = "127.0.0.1";  // address, or unix:PATH
    std::uint16_t local_port = 8082;   // 0: any free one
    std::string target;                // a name that the host knows; empty: its default
    std::size_t connections = 200;     // at one time; further ones wait unaccepted
    std::size_t replay_buffer = 4 * 1024 * 1024;  // bytes per direction of a resumable stream
    std::chrono::milliseconds give_up{300'000};   // without a connection
    bool resume = true;                           // offer relay.resume.v1
    uplink::ConnectionConfig relay;
};

}  // namespace relay::shell_client
