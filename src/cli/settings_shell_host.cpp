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
using std::chrono::milliseconds;
using std::chrono::minutes;

void add_target_settings(config::Schema& schema, shell_host::Config& config) {
    schema.settings.insert(
        schema.settings.end(),
        {{.name = "local-port",
          .group = "Targets",
          .names = {{"RELAY_LOCAL_PORT"}},
          .help = "Port on this machine that clients reach when they name no target.",
          .value = config::port(config.local_port)},
         {.name = "target",
          .group = "Targets",
          .names = {{"RELAY_TARGETS"}},
          .help = "What else clients may reach, by a name, as camera=192.168.1.20:22; nothing that "
                  "is not listed.",
          .value = config::list(config.targets)},
         {.name = "dial-timeout",
          .group = "Targets",
          .names = {{"RELAY_DIAL_TIMEOUT"}},
          .help = "How long a target may take to accept a connection.",
          .value = config::duration(config.dial_timeout,
                                    {.least = milliseconds(10), .most = minutes(10)})},
         {.name = "connections",
          .group = "Targets",
          .names = {{"RELAY_CONNECTIONS"}},
          .help = "Clients at one time; further ones are refused.",
          .value = config::integer(config.connections, 1, 100'000)}});
}

void add_older_host_names(config::Schema& schema) {
    add_older_names(
        schema,
        {{"session", {documented("SHELLHOST_RELAYSESSION"), later("JUMP_HOST_ACCESS")}},
         {"token", {documented("SHELLHOST_TOKEN"), later("JUMP_HOST_TOKEN")}},
         {"token-file", {documented("SHELLHOST_TOKEN_FILE"), later("JUMP_HOST_TOKEN_FILE")}},
         {"local-port", {documented("SHELLHOST_LOCALPORT"), later("JUMP_HOST_LOCAL_PORT")}},
         {"development", {documented("SHELLHOST_DEVELOPMENT"), later("JUMP_HOST_DEVELOPMENT")}}});
}

}  // namespace

config::Schema shell_host_settings(shell_host::Config& config, LogOptions& log) {
    config::Schema schema{
        .command = "shell host", .prefixes = {"SHELLHOST_", "JUMP_HOST_"}, .settings = {}};
    add_access_settings(schema, "Relay", {config.access, config.token, config.token_file},
                        "Access URL of this machine, such as https://relay.example/shell/spin30. "
                        "Several, with blanks between them, stand in for each other.");
    schema.settings.front().required = true;
    add_target_settings(schema, config);
    add_resume_settings(schema, {config.resume, config.replay_buffer, config.give_up});
    add_uplink_settings(schema, config.relay);
    add_log_settings(schema, log);
    add_older_host_names(schema);
    return schema;
}

}  // namespace relay::cli
