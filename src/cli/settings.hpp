// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "cli/ssh_config.hpp"
#include "client/config.hpp"
#include "config/setting.hpp"
#include "demo/config.hpp"
#include "host/config.hpp"
#include "server/config.hpp"
#include "shell_client/config.hpp"
#include "shell_host/config.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// The tables of settings. Each refers to the structs it is given, which must outlive it.
namespace relay::cli {

// Settings that every service has.
struct LogOptions {
    log::Settings log;
    bool development = false;  // everything, readable, on standard output, unless set otherwise
};

// Settings that both kinds of tokens have.
struct TokenBasis {
    std::chrono::seconds lifetime{0};
    Secret secret;
    std::string audience;
    std::string topic;
    std::string connection_type;
    std::string booking_id;
    std::string subject;
    std::string kid;
    std::optional<WallTime> not_before;

    static TokenBasis of(std::string connection_type, std::string booking_id = "") {
        TokenBasis basis;
        basis.connection_type = std::move(connection_type);
        basis.booking_id = std::move(booking_id);
        return basis;
    }
};

// Settings of `relay session token`.
struct TokenRequest {
    TokenBasis basis = TokenBasis::of("session", "relay-token-cli");
    bool read = true;
    bool write = true;
    bool admin = false;
    std::vector<std::string> scopes;  // further ones
};

// Settings of `relay shell token`.
struct ShellTokenRequest {
    TokenBasis basis = TokenBasis::of("shell");
    std::string role;  // as in shell_roles.hpp
};

// `relay shell relay` before any setting: as `relay session relay`, but for byte streams and on
// ports of its own.
server::Config shell_relay_defaults();

config::Schema session_relay_settings(server::Config& config, LogOptions& log);
config::Schema session_host_settings(host::Config& config, LogOptions& log);
config::Schema session_token_settings(TokenRequest& request);
config::Schema session_client_file_settings(client::FileConfig& config, LogOptions& log);
config::Schema session_client_pipe_settings(client::PipeConfig& config, LogOptions& log);
config::Schema session_client_stats_settings(client::StatsConfig& config, LogOptions& log);
config::Schema shell_relay_settings(server::Config& config, LogOptions& log);
config::Schema shell_host_settings(shell_host::Config& config, LogOptions& log);
config::Schema shell_client_settings(shell_client::Config& config, LogOptions& log);
config::Schema shell_token_settings(ShellTokenRequest& request);
config::Schema shell_ssh_config_settings(SshConfigPlan& plan);
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
    server::Config shell_relay = shell_relay_defaults();
    shell_host::Config shell_host;
    shell_client::Config shell_client;
    ShellTokenRequest shell_token;
    SshConfigPlan ssh_config;
    LogOptions log;
    std::vector<config::Schema> schemas{session_relay_settings(relay, log),
                                        session_host_settings(host, log),
                                        session_token_settings(token),
                                        demo_settings(demo, log),
                                        session_client_file_settings(client_file, log),
                                        session_client_pipe_settings(client_pipe, log),
                                        session_client_stats_settings(client_stats, log),
                                        shell_relay_settings(shell_relay, log),
                                        shell_host_settings(shell_host, log),
                                        shell_client_settings(shell_client, log),
                                        shell_token_settings(shell_token),
                                        shell_ssh_config_settings(ssh_config)};

    AllSettings() = default;
    AllSettings(const AllSettings&) = delete;  // the schemas refer to the members
    AllSettings& operator=(const AllSettings&) = delete;
};

// Names of all commands, those that are still to come included.
config::Known known_names();

}  // namespace relay::cli
