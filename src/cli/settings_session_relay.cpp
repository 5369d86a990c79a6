// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

namespace relay::cli {
namespace {

using config::documented;
using config::later;
using config::really_read;
using config::Setting;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<Setting> address_settings(server::Config& config) {
    return {
        {.name = "access-fqdn",
         .group = "Addresses",
         .names = {{"RELAY_ACCESS_FQDN"}, documented("RELAY_ACCESSFQDN"), later("RELAY_AUDIENCE")},
         .help = "Public address of the access API, as https://lab.example/access; tokens must "
                 "name it as their audience. Its path is the API's base path.",
         .value = config::text(config.access_fqdn, "URL"),
         .required = true},
        {.name = "relay-fqdn",
         .group = "Addresses",
         .names = {{"RELAY_RELAY_FQDN"}, documented("RELAY_RELAYFQDN"), later("RELAY_URL")},
         .help = "Public address of the WebSocket endpoint, as wss://lab.example/relay; what "
                 "clients are sent to begins with it. When empty: ws://, the host that the client "
                 "asked for, and --relay-port.",
         .value = config::text(config.relay_fqdn, "URL")},
        {.name = "access-port",
         .group = "Addresses",
         .names = {{"RELAY_ACCESS_PORT"},
                   documented("RELAY_ACCESSPORT"),
                   later("RELAY_PORT_ACCESS")},
         .help = "Port of the access API; 0 takes any free one.",
         .value = config::port(config.access_port)},
        {.name = "relay-port",
         .group = "Addresses",
         .names = {{"RELAY_RELAY_PORT"}, documented("RELAY_RELAYPORT"), later("RELAY_PORT_RELAY")},
         .help = "Port of the WebSocket endpoint; the number of --access-port again serves both "
                 "on one port.",
         .value = config::port(config.relay_port)},
        {.name = "listen",
         .group = "Addresses",
         .names = {{"RELAY_LISTEN"}},
         .help = "Local address of both ports; :: is every one, of IPv4 too.",
         .value = config::text(config.listen, "ADDRESS")},
        {.name = "allowed-origins",
         .group = "Addresses",
         .names = {{"RELAY_ALLOWED_ORIGINS"}},
         .help = "Origins of the web pages that may connect, as https://lab.example; * is any.",
         .value = config::list(config.allowed_origins)},
    };
}

std::vector<Setting> token_settings(server::Config& config) {
    return {
        {.name = "secret",
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
        {.name = "leeway",
         .group = "Tokens",
         .names = {{"RELAY_LEEWAY"}},
         .help = "Difference of clocks that is tolerated in the times of tokens.",
         .value = config::duration(config.leeway, {.most = hours(1)})},
        {.name = "allow-no-booking-id",
         .group = "Tokens",
         .names = {{"RELAY_ALLOW_NO_BOOKING_ID"},
                   documented("RELAY_ALLOWNOBOOKINGID"),
                   really_read("RELAY_ALLNOBOOKINGID")},
         .help = "Accept tokens without a booking id, which cannot be denied.",
         .value = config::boolean(config.allow_no_booking_id)},
    };
}

std::vector<Setting> state_settings(server::Config& config) {
    return {
        {.name = "state-dir",
         .group = "State and reports",
         .names = {{"RELAY_STATE_DIR"}},
         .help =
             "Directory in which denied and allowed bookings outlive a restart; none when empty.",
         .value = config::path(config.state_dir)},
        {.name = "tidy-every",
         .group = "State and reports",
         .names = {{"RELAY_TIDY_EVERY"}, documented("RELAY_PRUNEEVERY")},
         .help = "Period of removing bookings that have expired.",
         .value = config::duration(config.tidy_every, {.least = seconds(1), .most = hours(24)})},
        {.name = "stats-every",
         .group = "State and reports",
         .names = {{"RELAY_STATS_EVERY"}},
         .help = "Period of the reports on the topic `stats`.",
         .value = config::duration(config.stats_every, {.least = seconds(1), .most = hours(24)})},
    };
}

std::vector<Setting> limit_settings(server::Config& config) {
    return {
        {.name = "io-threads",
         .group = "Limits",
         .names = {{"RELAY_IO_THREADS"}},
         .help = "Threads that carry messages; 0 is one for each core.",
         .value = config::integer(config.io_threads, 0, 1024)},
        {.name = "topic-split",
         .group = "Limits",
         .names = {{"RELAY_TOPIC_SPLIT"}},
         .help = "Members above which a topic is spread over threads.",
         .value = config::integer(config.topic_split, 2, 1'000'000)},
        {.name = "max-message",
         .group = "Limits",
         .names = {{"RELAY_MAX_MESSAGE"}},
         .help = "Largest message that is accepted; a larger one closes its connection (1009).",
         .value = config::size(config.max_message, 1024, std::size_t{1} << 30)},
        {.name = "queue-size",
         .group = "Limits",
         .names = {{"RELAY_QUEUE_SIZE"}},
         .help = "What may wait for a reader before pictures are skipped or it is closed.",
         .value = config::size(config.queue_bytes, 4096, std::size_t{1} << 30)},
        {.name = "video-age",
         .group = "Limits",
         .names = {{"RELAY_VIDEO_AGE"}},
         .help = "Age of waiting video above which a reader skips to the newest picture.",
         .value = config::duration(config.video_age, {.least = milliseconds(1), .most = hours(1)})},
        {.name = "data-age",
         .group = "Limits",
         .names = {{"RELAY_DATA_AGE"}},
         .help = "Age of waiting data above which a reader is closed (1013).",
         .value = config::duration(config.data_age, {.least = milliseconds(1), .most = hours(1)})},
        {.name = "ping-every",
         .group = "Limits",
         .names = {{"RELAY_PING_EVERY"}},
         .help = "Silence after which a peer is pinged.",
         .value =
             config::duration(config.ping_every, {.least = milliseconds(10), .most = hours(1)})},
        {.name = "peer-timeout",
         .group = "Limits",
         .names = {{"RELAY_PEER_TIMEOUT"}},
         .help = "Silence after which a peer is taken for gone; more than --ping-every.",
         .value =
             config::duration(config.peer_timeout, {.least = milliseconds(10), .most = hours(1)})},
    };
}

std::vector<Setting> settings_without_effect() {
    return {
        {.name = "buffer-size",
         .group = "Without effect",
         .names = {later("RELAY_BUFFER_SIZE")},
         .help = "",
         .value = config::nowhere(),
         .no_effect = "queues are limited in bytes and age, see --queue-size, --video-age and "
                      "--data-age"},
        {.name = "profile",
         .group = "Without effect",
         .names = {later("RELAY_PROFILE")},
         .help = "",
         .value = config::nowhere(),
         .no_effect = "there is no profiler inside; use perf from outside"},
        {.name = "port-profile",
         .group = "Without effect",
         .names = {later("RELAY_PORT_PROFILE")},
         .help = "",
         .value = config::nowhere(),
         .no_effect = "there is no profiler inside; use perf from outside"},
    };
}

}  // namespace

config::Schema session_relay_settings(server::Config& config, LogOptions& log) {
    config::Schema schema{.command = "session relay", .prefixes = {}, .settings = {}};
    for (auto& part : {address_settings(config), token_settings(config), state_settings(config),
                       limit_settings(config)}) {
        schema.settings.insert(schema.settings.end(), part.begin(), part.end());
    }
    add_log_settings(schema, log);
    const auto rest = settings_without_effect();
    schema.settings.insert(schema.settings.end(), rest.begin(), rest.end());
    return schema;
}

}  // namespace relay::cli
