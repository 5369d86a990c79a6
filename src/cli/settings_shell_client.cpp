// SPDX-License-Identifier: Apache-2.0
#include "cli/older_names.hpp"
#include "cli/settings.hpp"
#include "cli/settings_access.hpp"
#include "cli/settings_resume.hpp"
#include "cli/settings_uplink.hpp"

namespace relay::cli {
namespace {

using config::documented;
using config::later;

void add_local_settings(config::Schema& schema, shell_client::Config& config) {
    schema.settings.insert(
        schema.settings.end(),
        {{.name = "target",
          .group = "Stream",
          .names = {{"RELAY_TARGET"}},
          .help = "Name of what the host shall connect to, one of its --target; its own sshd when "
                  "empty.",
          .value = config::text(config.target, "NAME")},
         {.name = "stdio",
          .group = "Stream",
          .names = {{"RELAY_STDIO"}},
          .help = "Carry one stream, on standard input and output, and end with it: for ssh's "
                  "ProxyCommand. Otherwise it listens.",
          .value = config::boolean(config.stdio)},
         {.name = "listen",
          .group = "Stream",
          .names = {{"RELAY_CLIENT_LISTEN"}},
          .help = "Local address to listen on, or unix:PATH. Whoever reaches it reaches the host.",
          .value = config::text(config.listen, "ADDRESS")},
         {.name = "local-port",
          .group = "Stream",
          .names = {{"RELAY_LOCAL_PORT"}},
          .help = "Local port to listen on; 0 takes any free one.",
          .value = config::port(config.local_port)},
         {.name = "connections",
          .group = "Stream",
          .names = {{"RELAY_CONNECTIONS"}},
          .help = "Streams at one time; further connections wait.",
          .value = config::integer(config.connections, 1, 100'000)}});
}

void add_older_client_names(config::Schema& schema) {
    add_older_names(
        schema,
        {{"session", {documented("SHELLCLIENT_RELAYSESSION"), later("JUMP_CLIENT_RELAY_SESSION")}},
         {"token", {documented("SHELLCLIENT_TOKEN"), later("JUMP_CLIENT_TOKEN")}},
         {"token-file", {documented("SHELLCLIENT_TOKEN_FILE"), later("JUMP_CLIENT_TOKEN_FILE")}},
         {"local-port", {documented("SHELLCLIENT_LOCALPORT"), later("JUMP_CLIENT_LOCAL_PORT")}},
         {"log-level", {later("JUMP_CLIENT_LOG_LEVEL")}},
         {"log-format", {later("JUMP_CLIENT_LOG_FORMAT")}},
         {"log-file", {later("JUMP_CLIENT_LOG_FILE")}},
         {"development",
          {documented("SHELLCLIENT_DEVELOPMENT"), later("JUMP_CLIENT_DEVELOPMENT")}}});
}

}  // namespace

config::Schema shell_client_settings(shell_client::Config& config, LogOptions& log) {
    config::Schema schema{
        .command = "shell client", .prefixes = {"SHELLCLIENT_", "JUMP_CLIENT_"}, .settings = {}};
    add_access_settings(schema, "Relay", {config.access, config.token, config.token_file},
                        "Access URL of the machine to reach, such as "
                        "https://relay.example/shell/spin30. Several, with blanks between them, "
                        "stand in for each other.");
    schema.settings.front().required = true;
    add_local_settings(schema, config);
    add_resume_settings(schema, {config.resume, config.replay_buffer, config.give_up});
    add_uplink_settings(schema, config.relay);
    add_log_settings(schema, log);
    add_older_client_names(schema);
    return schema;
}

}  // namespace relay::cli
