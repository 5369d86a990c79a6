// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

namespace relay::cli {
namespace {

using config::documented;
using config::EnvironmentName;
using config::really_read;
using config::Setting;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<Setting> local_settings(host::Config& config) {
    return {
        {.name = "port",
         .group = "Local side",
         .names = {{"RELAY_PORT"}, documented("RELAYHOST_PORT"), really_read("VW_PORT")},
         .help = "Port that cameras, programs and rules come to; 0 takes any free one.",
         .value = config::port(config.port)},
        {.name = "listen",
         .group = "Local side",
         .names = {{"RELAY_HOST_LISTEN"}},
         .help = "Local address of the port. Whoever reaches it commands this host: it asks for "
                 "no credentials.",
         .value = config::text(config.listen, "ADDRESS")},
        {.name = "flush-after",
         .group = "Local side",
         .names = {{"RELAY_HTTP_FLUSH_MS"},
                   documented("RELAYHOST_HTTPSFLUSHMS"),
                   documented("RELAYHOST_HTTPFLUSHMS"),
                   really_read("VW_HTTPFLUSHMS")},
         .help = "Silence of a camera that ends a message of MPEG-TS.",
         .value =
             config::duration(config.flush_after, {.least = milliseconds(1), .most = seconds(10)})},
        {.name = "shutdown-grace",
         .group = "Local side",
         .names = {{"RELAY_HTTP_WAIT_MS"},
                   documented("RELAYHOST_HTTPWAITMS"),
                   really_read("VW_HTTPWAITMS")},
         .help = "Time for what is under way when the host is told to end.",
         .value = config::duration(config.shutdown_grace, {.most = hours(1)})},
    };
}

std::vector<Setting> limit_settings(host::Config& config) {
    return {
        {.name = "max-message",
         .group = "Limits",
         .names = {{"RELAY_MAX_MESSAGE"}},
         .help = "Largest message that is accepted from a WebSocket.",
         .value = config::size(config.max_message, 1024, std::size_t{1} << 30)},
        {.name = "queue-size",
         .group = "Limits",
         .names = {{"RELAY_QUEUE_SIZE"}},
         .help = "What may wait for a destination or a local client.",
         .value = config::size(config.queue_bytes, 4096, std::size_t{1} << 30)},
        {.name = "video-age",
         .group = "Limits",
         .names = {{"RELAY_VIDEO_AGE"}},
         .help = "Age of waiting video above which it skips to the newest picture.",
         .value = config::duration(config.video_age, {.least = milliseconds(1), .most = hours(1)})},
        {.name = "data-age",
         .group = "Limits",
         .names = {{"RELAY_DATA_AGE"}},
         .help = "Age of waiting data above which its reader is closed (1013).",
         .value = config::duration(config.data_age, {.least = milliseconds(1), .most = hours(1)})},
    };
}

std::vector<Setting> uplink_settings(host::Config& config) {
    return {
        {.name = "ping-every",
         .group = "Connections to relays",
         .names = {{"RELAY_PING_EVERY"}},
         .help = "Silence after which a peer is pinged.",
         .value =
             config::duration(config.ping_every, {.least = milliseconds(10), .most = hours(1)})},
        {.name = "peer-timeout",
         .group = "Connections to relays",
         .names = {{"RELAY_PEER_TIMEOUT"}},
         .help = "Silence after which a peer is taken for gone; more than --ping-every.",
         .value =
             config::duration(config.peer_timeout, {.least = milliseconds(10), .most = hours(1)})},
        {.name = "retry-min",
         .group = "Connections to relays",
         .names = {{"RELAY_RETRY_MIN"}},
         .help = "Longest wait before the second attempt to connect; it doubles with each.",
         .value = config::duration(config.retry_min, {.least = milliseconds(1), .most = hours(1)})},
        {.name = "retry-max",
         .group = "Connections to relays",
         .names = {{"RELAY_RETRY_MAX"}},
         .help = "Longest wait between any two attempts to connect.",
         .value = config::duration(config.retry_max, {.least = milliseconds(1), .most = hours(1)})},
    };
}

Setting without_effect(std::string name, std::vector<EnvironmentName> names, std::string reason) {
    return {.name = std::move(name),
            .group = "Without effect",
            .names = std::move(names),
            .help = "",
            .value = config::nowhere(),
            .no_effect = std::move(reason)};
}

std::vector<Setting> settings_without_effect() {
    const std::string queues = "queues are limited in bytes and age, see --queue-size";
    return {
        without_effect("api", {{"RELAY_API"}, documented("RELAYHOST_API"), really_read("VW_API")},
                       "control by messages is not part of this version; use the HTTP API"),
        without_effect("max-buffer-length",
                       {{"RELAY_MAX_BUFFER_LENGTH"},
                        documented("RELAYHOST_MAXBUFFERLENGTH"),
                        really_read("VW_MUXBUFFERLENGTH")},
                       queues),
        without_effect("client-buffer-length",
                       {{"RELAY_CLIENT_BUFFER_LENGTH"},
                        documented("RELAYHOST_CLIENTBUFFERLENGTH"),
                        really_read("VW_CLIENTBUFFERLENGTH")},
                       queues),
        without_effect("client-timeout",
                       {{"RELAY_CLIENT_TIMEOUT_MS"},
                        documented("RELAYHOST_CLIENTTIMEOUTMS"),
                        really_read("VW_CLIENTTIMEOUTMS")},
                       "see --peer-timeout"),
        without_effect("http-timeout",
                       {{"RELAY_HTTP_TIMEOUT_MS"},
                        documented("RELAYHOST_HTTPTIMEOUTMS"),
                        really_read("VW_HTTPTIMEOUTMS")},
                       "see --peer-timeout"),
        without_effect("cpu-profile",
                       {{"RELAY_CPUPROFILE"},
                        documented("RELAYHOST_CPUPROFULE"),
                        documented("RELAYHOST_CPUPROFILE"),
                        really_read("VW_CPUPROFILE")},
                       "there is no profiler inside; use perf from outside"),
    };
}

}  // namespace

config::Schema session_host_settings(host::Config& config, LogOptions& log) {
    config::Schema schema{
        .command = "session host", .prefixes = {"RELAYHOST_", "VW_"}, .settings = {}};
    for (auto& part : {local_settings(config), limit_settings(config), uplink_settings(config)}) {
        schema.settings.insert(schema.settings.end(), part.begin(), part.end());
    }
    add_log_settings(schema, log, {documented("RELAYHOST_LOGLEVEL"), really_read("VW_LOG_LEVEL")});
    const auto rest = settings_without_effect();
    schema.settings.insert(schema.settings.end(), rest.begin(), rest.end());
    return schema;
}

}  // namespace relay::cli
