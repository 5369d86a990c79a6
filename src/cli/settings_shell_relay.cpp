// SPDX-License-Identifier: Apache-2.0
#include "cli/older_names.hpp"
#include "cli/settings.hpp"
#include "cli/settings_server.hpp"

namespace relay::cli {
namespace {

using config::documented;
using config::later;

void add_older_relay_names(config::Schema& schema) {
    add_older_names(
        schema,
        {{"access-fqdn",
          {documented("SHELLRELAY_ACCESSFQDN"), later("JUMP_RELAY_AUDIENCE"),
           later("RELAY_AUDIENCE")}},
         {"relay-fqdn", {documented("SHELLRELAY_RELAYFQDN"), later("JUMP_RELAY_URL")}},
         {"access-port", {documented("SHELLRELAY_ACCESSPORT"), later("JUMP_RELAY_PORT_ACCESS")}},
         {"relay-port", {documented("SHELLRELAY_RELAYPORT"), later("JUMP_RELAY_PORT_RELAY")}},
         {"secret", {documented("SHELLRELAY_SECRET"), later("JUMP_RELAY_SECRET")}},
         {"tidy-every", {later("JUMP_RELAY_TIDY_EVERY")}},
         {"stats-every", {later("JUMP_RELAY_STATS_EVERY")}},
         {"log-level", {later("JUMP_RELAY_LOG_LEVEL")}},
         {"log-format", {later("JUMP_RELAY_LOG_FORMAT")}},
         {"log-file", {later("JUMP_RELAY_LOG_FILE")}},
         {"development", {documented("SHELLRELAY_DEVELOPMENT")}}});
}

}  // namespace

server::Config shell_relay_defaults() {
    server::Config config;
    config.access_port = 8080;
    config.relay_port = 8081;
    config.session = false;
    config.shell = true;
    return config;
}

config::Schema shell_relay_settings(server::Config& config, LogOptions& log) {
    config::Schema schema{
        .command = "shell relay", .prefixes = {"SHELLRELAY_", "JUMP_RELAY_"}, .settings = {}};
    add_address_settings(schema, config);
    add_key_settings(schema, config);
    add_state_settings(schema, config);
    add_peer_settings(schema, config);
    add_stream_settings(schema, config);
    add_log_settings(schema, log);
    schema.settings.push_back({.name = "buffer-size",
                               .group = "Without effect",
                               .names = {later("JUMP_RELAY_BUFFER_SIZE")},
                               .help = "",
                               .value = config::nowhere(),
                               .no_effect = "queues are limited in bytes, see --shell-queue"});
    add_profiler_settings(schema, "JUMP_RELAY_");
    add_older_relay_names(schema);
    return schema;
}

}  // namespace relay::cli
