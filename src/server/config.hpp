// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"
#include "net/trusted_proxies.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace relay::server {

// Settings of `relay session relay` and `relay shell relay`; the tables in
// cli/settings_session_relay.cpp and cli/settings_shell_relay.cpp fill and document them.
struct Config {
    std::string listen = "::";         // address of both listeners
    std::uint16_t access_port = 8082;  // 0: any free one
    std::uint16_t relay_port = 8083;   // may equal access_port: one listener then serves both
    bool one_listener = false;         // also when both are 0; for the demo, not a setting
    std::string access_fqdn;  // audience that tokens must name; its path is the API's base path
    // Prefix of the WebSocket URIs given out; its path is their base path. Empty: `ws://`, the host
    // that the client asked for, and relay_port.
    std::string relay_fqdn;

    Secret secret;                   // verifies tokens without `kid`
    std::vector<Secret> keys;        // further keys, each `kid=secret`
    std::chrono::seconds leeway{0};  // tolerated clock difference for exp, nbf, iat
    bool allow_no_booking_id = false;
    std::vector<std::string> allowed_origins{"*"};  // of browsers, on both listeners
    net::TrustedProxies trusted_proxies = net::TrustedProxies::on_this_machine();

    bool session = true;  // serve live sessions
    bool shell = false;   // serve byte streams between shell clients and hosts

    std::filesystem::path state_dir;  // empty: denials are kept in memory only
    std::chrono::seconds tidy_every{300};
    std::chrono::seconds stats_every{5};

    unsigned io_threads = 0;                     // 0: one per core
    std::size_t topic_split = 2000;              // members above which a topic spreads over threads
    std::size_t max_message = 10 * 1024 * 1024;  // bytes
    std::size_t queue_bytes = 1024 * 1024;       // per subscriber
    std::chrono::milliseconds video_age{1000};
    std::chrono::milliseconds data_age{5000};
    std::size_t shell_queue = 256 * 1024;         // bytes that wait for one end of a byte stream
    std::size_t shell_max_message = 1024 * 1024;  // bytes
    std::chrono::milliseconds host_wait{15'000};  // for the host to come for a client
    std::filesystem::path audit_file;  // one line of JSON per byte stream; empty: the log
    std::chrono::milliseconds ping_every{10'000};
    std::chrono::milliseconds peer_timeout{25'000};  // nothing heard for so long: closed
};

}  // namespace relay::server
