// SPDX-License-Identifier: Apache-2.0
#include "cli/settings_server.hpp"

#include "cli/settings_listen.hpp"

#include <initializer_list>

namespace relay::cli {
namespace {

using config::Setting;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

void append(config::Schema& schema, std::initializer_list<Setting> rows) {
    schema.settings.insert(schema.settings.end(), rows);
}

}  // namespace

void add_address_settings(config::Schema& schema, server::Config& config) {
    append(schema,
           {{.name = "access-fqdn",
             .group = "Addresses",
             .names = {{"RELAY_ACCESS_FQDN"}},
             .help = "Public address of the access API, as https://lab.example/access; tokens "
                     "must name it as their audience. Its path is the API's base path.",
             .value = config::text(config.access_fqdn, "URL"),
             .required = true},
            {.name = "relay-fqdn",
             .group = "Addresses",
             .names = {{"RELAY_RELAY_FQDN"}},
             .help = "Public address of the WebSocket endpoint, as wss://lab.example/relay; what "
                     "clients are sent to begins with it. When empty: ws://, the host that the "
                     "client asked for, and --relay-port.",
             .value = config::text(config.relay_fqdn, "URL")},
            {.name = "access-port",
             .group = "Addresses",
             .names = {{"RELAY_ACCESS_PORT"}},
             .help = "Port of the access API; 0 takes any free one.",
             .value = config::port(config.access_port)},
            {.name = "relay-port",
             .group = "Addresses",
             .names = {{"RELAY_RELAY_PORT"}},
             .help = "Port of the WebSocket endpoint; the number of --access-port again serves "
                     "both on one port.",
             .value = config::port(config.relay_port)},
            listen_setting(config.listen),
            {.name = "allowed-origins",
             .group = "Addresses",
             .names = {{"RELAY_ALLOWED_ORIGINS"}},
             .help = "Origins of the web pages that may connect, as https://lab.example; * is any.",
             .value = config::list(config.allowed_origins)},
            trusted_proxy_setting(config.trusted_proxies)});
}

void add_key_settings(config::Schema& schema, server::Config& config) {
    append(schema,
           {{.name = "secret",
             .group = "Tokens",
             .names = {{"RELAY_SECRET"}},
             .help = "Verifies tokens that name no key; 32 bytes or more.",
             .value = config::secret(config.secret),
             .required = true},
            {.name = "keys",
             .group = "Tokens",
             .names = {{"RELAY_KEYS"}},
             .help = "Further secrets, for tokens whose `kid` header names one; lets secrets be "
                     "replaced without turning anyone away.",
             .value = config::secrets(config.keys)},
            leeway_setting(config.leeway)});
}

void add_state_settings(config::Schema& schema, server::Config& config) {
    append(
        schema,
        {{.name = "state-dir",
          .group = "State and reports",
          .names = {{"RELAY_STATE_DIR"}},
          .help =
              "Directory in which denied and allowed bookings outlive a restart; none when empty.",
          .value = config::path(config.state_dir)},
         {.name = "tidy-every",
          .group = "State and reports",
          .names = {{"RELAY_TIDY_EVERY"}},
          .help = "Period of removing bookings that have expired.",
          .value = config::duration(config.tidy_every, {.least = seconds(1), .most = hours(24)})},
         {.name = "stats-every",
          .group = "State and reports",
          .names = {{"RELAY_STATS_EVERY"}},
          .help = "Period of the reports on the topic `stats`.",
          .value =
              config::duration(config.stats_every, {.least = seconds(1), .most = hours(24)})}});
}

void add_peer_settings(config::Schema& schema, server::Config& config) {
    const config::DurationLimits silence{.least = milliseconds(10), .most = hours(1)};
    append(schema,
           {{.name = "io-threads",
             .group = "Limits",
             .names = {{"RELAY_IO_THREADS"}},
             .help = "Threads that carry messages; 0 is one for each core.",
             .value = config::integer(config.io_threads, 0, 1024)},
            {.name = "ping-every",
             .group = "Limits",
             .names = {{"RELAY_PING_EVERY"}},
             .help = "Silence after which a peer is pinged.",
             .value = config::duration(config.ping_every, silence)},
            {.name = "peer-timeout",
             .group = "Limits",
             .names = {{"RELAY_PEER_TIMEOUT"}},
             .help = "Silence after which a peer is taken for gone; more than --ping-every.",
             .value = config::duration(config.peer_timeout, silence)}});
}

void add_stream_settings(config::Schema& schema, server::Config& config) {
    const config::DurationLimits wait{.least = milliseconds(10), .most = minutes(10)};
    append(schema,
           {{.name = "shell-queue",
             .group = "Byte streams",
             .names = {{"RELAY_SHELL_QUEUE"}},
             .help = "What may wait for one end of a byte stream before the other end is not read "
                     "any more; nothing is dropped.",
             .value = config::size(config.shell_queue, 64 * 1024, std::size_t{1} << 30)},
            {.name = "shell-max-message",
             .group = "Byte streams",
             .names = {{"RELAY_SHELL_MAX_MESSAGE"}},
             .help = "Largest message of a byte stream that is accepted; a larger one closes its "
                     "connection (1009).",
             .value = config::size(config.shell_max_message, 128 * 1024, std::size_t{1} << 30)},
            {.name = "host-wait",
             .group = "Byte streams",
             .names = {{"RELAY_HOST_WAIT"}},
             .help = "How long a client waits for its host to answer before it is closed (4404).",
             .value = config::duration(config.host_wait, wait)},
            {.name = "audit-file",
             .group = "Byte streams",
             .names = {{"RELAY_AUDIT_FILE"}},
             .help = "File to which a line of JSON is appended when a byte stream ends: who, when, "
                     "which target, how many bytes, why it ended. When empty: the log, at level "
                     "info.",
             .value = config::path(config.audit_file)}});
}

void add_profiler_settings(config::Schema& schema, const std::string& prefix) {
    constexpr const char* why = "there is no profiler inside; use perf from outside";
    append(schema, {{.name = "profile",
                     .group = "Without effect",
                     .names = {config::later(prefix + "PROFILE")},
                     .help = "",
                     .value = config::nowhere(),
                     .no_effect = why},
                    {.name = "port-profile",
                     .group = "Without effect",
                     .names = {config::later(prefix + "PORT_PROFILE")},
                     .help = "",
                     .value = config::nowhere(),
                     .no_effect = why}});
}

}  // namespace relay::cli
