// SPDX-License-Identifier: Apache-2.0
#include "cli/older_names.hpp"
#include "cli/settings.hpp"
#include "cli/settings_server.hpp"

namespace relay::cli {
namespace {

using config::documented;
using config::later;
using config::really_read;
using config::Setting;
using std::chrono::hours;
using std::chrono::milliseconds;

Setting no_booking_id_setting(server::Config& config) {
    return {.name = "allow-no-booking-id",
            .group = "Tokens",
            .names = {{"RELAY_ALLOW_NO_BOOKING_ID"},
                      documented("RELAY_ALLOWNOBOOKINGID"),
                      really_read("RELAY_ALLNOBOOKINGID")},
            .help = "Accept tokens without a booking id, which cannot be denied.",
            .value = config::boolean(config.allow_no_booking_id)};
}

std::vector<Setting> limit_settings(server::Config& config) {
    return {
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
    };
}

Setting shell_setting(server::Config& config) {
    return {.name = "shell",
            .group = "Byte streams",
            .names = {{"RELAY_SHELL"}},
            .help = "Also be the relay of `shell host` and `shell client`, on the same ports.",
            .value = config::boolean(config.shell)};
}

void add_buffer_setting(config::Schema& schema) {
    schema.settings.push_back(
        {.name = "buffer-size",
         .group = "Without effect",
         .names = {later("RELAY_BUFFER_SIZE")},
         .help = "",
         .value = config::nowhere(),
         .no_effect = "queues are limited in bytes and age, see --queue-size, --video-age and "
                      "--data-age"});
}

}  // namespace

config::Schema session_relay_settings(server::Config& config, LogOptions& log) {
    config::Schema schema{.command = "session relay", .prefixes = {}, .settings = {}};
    add_address_settings(schema, config);
    add_key_settings(schema, config);
    schema.settings.push_back(no_booking_id_setting(config));
    add_state_settings(schema, config);
    for (Setting& row : limit_settings(config)) schema.settings.push_back(std::move(row));
    add_peer_settings(schema, config);
    schema.settings.push_back(shell_setting(config));
    add_stream_settings(schema, config);
    add_log_settings(schema, log);
    add_buffer_setting(schema);
    add_profiler_settings(schema, "RELAY_");
    add_older_names(schema,
                    {{"access-fqdn", {documented("RELAY_ACCESSFQDN"), later("RELAY_AUDIENCE")}},
                     {"relay-fqdn", {documented("RELAY_RELAYFQDN"), later("RELAY_URL")}},
                     {"access-port", {documented("RELAY_ACCESSPORT"), later("RELAY_PORT_ACCESS")}},
                     {"relay-port", {documented("RELAY_RELAYPORT"), later("RELAY_PORT_RELAY")}},
                     {"tidy-every", {documented("RELAY_PRUNEEVERY")}}});
    return schema;
}

}  // namespace relay::cli
