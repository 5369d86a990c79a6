// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "book/config.hpp"
#include "book_client/config.hpp"
#include "cli/ssh_config.hpp"
#include "client/config.hpp"
#include "config/setting.hpp"
#include "demo/config.hpp"
#include "host/config.hpp"
#include "server/config.hpp"
#include "shell_client/config.hpp"
#include "shell_host/config.hpp"

#include <chrono>
#include <cstdint>
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

// Settings that all kinds of tokens have.
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
    bool json = false;  // print an object instead of the bare token

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

// Settings of `relay book token`.
struct ClassTokenRequest {
    TokenBasis basis = defaults();
    std::vector<std::string> groups{"everyone"};
    std::vector<std::string> scopes;  // further ones
    std::optional<std::uint32_t> max_sessions;
    bool admin = false;

    static TokenBasis defaults() {
        TokenBasis basis;
        basis.lifetime = std::chrono::seconds(600);
        basis.audience = "https://book.practable.io";
        return basis;
    }
};

// `relay shell relay` before any setting: as `relay session relay`, but for byte streams and on
// ports of its own.
server::Config shell_relay_defaults();
// `relay book reset` before any setting: as the reference, it looks at this machine.
book_client::Reset book_reset_defaults();

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
config::Schema book_serve_settings(book::Config& config, LogOptions& log);
config::Schema book_token_settings(ClassTokenRequest& request);
config::Schema book_upload_settings(book_client::Upload& upload);
config::Schema book_reset_settings(book_client::Reset& reset);
config::Schema book_getstatus_settings(book_client::Status& status);
config::Schema book_setstatus_settings(book_client::Status& status);
config::Schema book_export_settings(book_client::Transfer& transfer);
config::Schema book_import_settings(book_client::Transfer& transfer);
config::Schema book_stats_settings(book_client::Stats& stats, bool& json);
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
    book::Config book_serve;
    ClassTokenRequest class_token;
    book_client::Upload upload;
    book_client::Reset reset = book_reset_defaults();
    book_client::Status getstatus, setstatus;
    book_client::Transfer exported, imported;
    book_client::Stats stats;
    bool stats_json = false;
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
                                        shell_ssh_config_settings(ssh_config),
                                        book_serve_settings(book_serve, log),
                                        book_token_settings(class_token),
                                        book_upload_settings(upload),
                                        book_reset_settings(reset),
                                        book_getstatus_settings(getstatus),
                                        book_setstatus_settings(setstatus),
                                        book_export_settings(exported),
                                        book_import_settings(imported),
                                        book_stats_settings(stats, stats_json)};

    AllSettings() = default;
    AllSettings(const AllSettings&) = delete;  // the schemas refer to the members
    AllSettings& operator=(const AllSettings&) = delete;
};

// Names of all commands, those that only other versions have included.
config::Known known_names();

}  // namespace relay::cli
