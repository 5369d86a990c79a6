// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"
#include "net/trusted_proxies.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace relay::book {

// Settings of `relay book serve`; cli/settings_book_serve.cpp fills and documents them.
struct Config {
    std::string listen = "::";
    std::uint16_t port = 8080;  // 0: any free one
    std::string audience;       // that tokens must name; its path is a base path of the API
    std::vector<std::string> allowed_origins;  // of web pages; none: only our own pages
    net::TrustedProxies trusted_proxies = net::TrustedProxies::on_this_machine();

    Secret secret;                                 // verifies and signs booking tokens
    std::vector<Secret> keys;                      // further ones that verify, each `kid=secret`
    Secret relay_secret;                           // signs tokens for relays; empty: `secret`
    std::chrono::seconds leeway{0};                // tolerated clock difference for exp, nbf, iat
    std::chrono::seconds login_time{3600};         // life of a booking token
    std::chrono::seconds keep_user{365 * 86'400};  // how long after its end a token keeps its user

    std::filesystem::path state_dir = ".";  // of the database, when `database` does not say where
    std::string database;                   // `sqlite:PATH`; empty: book.db in `state_dir`
    std::uint32_t max_sessions = 2;         // of a user at one time, unless token or group say else
    bool deny_optimistic = false;  // a cancelled session is over at once, whatever relays answer
    double login_rate = 50;        // logins per second from one address
    std::uint32_t login_burst = 1000;
    unsigned io_threads = 0;  // 0: one per core
};

}  // namespace relay::book
