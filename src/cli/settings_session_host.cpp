// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"
#include "cli/settings_uplink.hpp"

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
         .help = "Local address of the port, or unix:PATH for a socket of this machine alone. "
                 "Whoever reaches it commands this host, unless there is a --control-token.",
         .value = config::text(config.listen, "ADDRESS")},
        {.name = "ts-listen",
         .group = "Local side",
         .names = {{"RELAY_TS_LISTEN"}},
         .help = "Takes a feed's MPEG-TS in by TCP or UDP as well: tcp://ADDRESS:PORT/FEED or "
                 "udp://ADDRESS:PORT/FEED. May be repeated.",
         .value = config::list(config.ts_listen)},
        {.name = "camera-linger",
         .group = "Local side",
         .names = {{"RELAY_CAMERA_LINGER"}},
         .help = "How long a camera that runs on demand goes on after its last viewer has left.",
         .value = config::duration(config.camera_linger, {.most = hours(1)})},
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

std::vector<Setting> rule_settings(host::Config& config) {
    return {
        {.name = "rules",
         .group = "Rules",
         .names = {{"RELAY_RULES"}},
         .help = "Rules file (YAML); edits take effect at once, and on SIGHUP.",
         .value = config::path(config.rules_file)},
        {.name = "state-dir",
         .group = "Rules",
         .names = {{"RELAY_STATE_DIR"}},
         .help = "Directory in which rules that were made by the API outlive a restart; none when "
                 "empty.",
         .value = config::path(config.state_folder)},
        {.name = "token-dir",
         .group = "Rules",
         .names = {{"RELAY_TOKEN_DIR"}},
         .help = "Directory whose files callers of the API may name as token_file; none when "
                 "empty.",
         .value = config::path(config.token_folder)},
    };
}

// Not read from a file at the start: --api-token-file is read for each connection, so that the
// token can be renewed.
config::Value token_value(Secret& target) {
    config::Value value = config::secret(target);
    value.kind = "TOKEN";
    value.secret = false;
    return value;
}

std::vector<Setting> control_settings(host::Config& config) {
    return {
        {.name = "control-token",
         .group = "Control",
         .names = {{"RELAY_CONTROL_TOKEN"}},
         .help = "Asked of callers of the API, /status, /metrics and /ws/api, in the field "
                 "`Authorization: Bearer ...`. Cameras and instruments need none.",
         .value = config::secret(config.control_token)},
        {.name = "api",
         .group = "Control",
         .names = {{"RELAY_API"}, documented("RELAYHOST_API"), really_read("VW_API")},
         .help = "Where commands come from: a ws:// or wss:// URL, or an access URL with a token. "
                 "It is the destination apiRule.",
         .value = config::text(config.control_url, "URL")},
        {.name = "api-token",
         .group = "Control",
         .names = {{"RELAY_API_TOKEN"}},
         .help = "Token for the access URL of --api. Other programs can see it: prefer "
                 "--api-token-file.",
         .value = token_value(config.control_url_token)},
        {.name = "api-token-file",
         .group = "Control",
         .names = {{"RELAY_API_TOKEN_FILE"}},
         .help = "File that holds that token; read again for each connection.",
         .value = config::path(config.control_url_token_file)},
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

std::vector<Setting> record_settings(host::Config& config) {
    return {
        {.name = "record-dir",
         .group = "Recordings",
         .names = {{"RELAY_RECORD_DIR"}},
         .help = "Existing folder that recordings of destinations go below; without it there are "
                 "none.",
         .value = config::path(config.record_folder)},
        {.name = "record-stamped",
         .group = "Recordings",
         .names = {{"RELAY_RECORD_STAMPED"}},
         .help = "Each recorded message stands behind a line with its time, type and size.",
         .value = config::boolean(config.record_stamped)},
        {.name = "record-rotate-size",
         .group = "Recordings",
         .names = {{"RELAY_RECORD_ROTATE_SIZE"}},
         .help = "Size at which a recording gets a new file; 0: never.",
         .value = config::size(config.record_rotate_size)},
        {.name = "record-rotate-after",
         .group = "Recordings",
         .names = {{"RELAY_RECORD_ROTATE_AFTER"}},
         .help = "Age at which a recording gets a new file; 0: never.",
         .value = config::duration(config.record_rotate_after)},
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
    for (auto& part : {local_settings(config), rule_settings(config), control_settings(config),
                       limit_settings(config), record_settings(config)}) {
        schema.settings.insert(schema.settings.end(), part.begin(), part.end());
    }
    add_uplink_settings(schema, config.relays);
    add_log_settings(schema, log, {documented("RELAYHOST_LOGLEVEL"), really_read("VW_LOG_LEVEL")});
    const auto rest = settings_without_effect();
    schema.settings.insert(schema.settings.end(), rest.begin(), rest.end());
    return schema;
}

}  // namespace relay::cli
