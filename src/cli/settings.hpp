// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "client/config.hpp"
#include "config/setting.hpp"
#include "demo/config.hpp"
#include "host/config.hpp"
#include "server/config.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

// The tables of settings. Each refers to the structs it is given, which must outlive it.
namespace relay::cli {

// Settings that every service has.
struct LogOptions {
    log::Settings log;
    bool development = false;  // everything, readable, on standard output, unless set otherwise
};

// Settings of `relay session token`.
struct TokenRequest {
    std::chrono::seconds lifetime{0};
    Secret secret;
    std::string audience;
    std::string topic;
    std::string connection_type = "session";
    bool read = true;
    bool write = true;
    bool admin = false;
    std::vector<std::string> scopes;  // further ones
    std::string booking_id = "relay-token-cli";
    std::string kid;
    std::optional<WallTime> not_before;
};

config::Schema session_relay_settings(server::Config& config, LogOptions& log);
config::Schema session_host_settings(host::Config& config, LogOptions& log);
config::Schema session_token_settings(TokenRequest& request);
config::Schema session_client_file_settings(client::FileConfig& config, LogOptions& log);
config::Schema session_client_pipe_settings(client::PipeConfig& config, LogOptions& log);
config::Schema session_client_stats_settings(client::StatsConfig& config, LogOptions& log);
config::Schema demo_settings(demo::Config& config, LogOptions& log);

// Appends the rows of LogOptions; `older_level_names` are the command's own for the level.
void add_log_settings(config::Schema& schema, LogOptions& log,
                      std::vector<config::EnvironmentName> older_level_names = {});

// Every command's table over defaults, for the documents and for telling slips from names of
// other commands.
struct AllSettings {
    server::Config relay;
    host::Config host;
    TokenRequest token;
    demo::Config demo;
    client::FileConfig client_file;
    client::PipeConfig client_pipe;
    client::StatsConfig client_stats;
    LogOptions log;
    std::vector<config::Schema> schemas{session_relay_settings(relay, log),
                                        session_host_settings(host, log),
                                        session_token_settings(token),
                                        demo_settings(demo, log),
                                        session_client_file_settings(client_file, log),
                                        session_client_pipe_settings(client_pipe, log),
                                        session_client_stats_settings(client_stats, log)};

    AllSettings() = default;
    AllSettings(const AllSettings&) = delete;  // the schemas refer to the members
    AllSettings& operator=(const AllSettings&) = delete;
};

// Names of all commands, those that are still to come included.
config::Known known_names();

}  // namespace relay::cli
