// SPDX-License-Identifier: Apache-2.0
#include "cli/older_names.hpp"
#include "cli/settings.hpp"
#include "cli/settings_access.hpp"
#include "cli/settings_uplink.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace relay::cli {
namespace {

using config::documented;
using config::later;
using config::really_read;
using config::Setting;
using config::Value;
using std::chrono::hours;
using std::chrono::seconds;

// Without blanks around it and in lower case, as the original reads its mode.
std::string folded(std::string_view text) {
    const auto words = config::split_list(text);
    if (words.size() != 1) return "";
    std::string lower = words.front();
    std::ranges::transform(lower, lower.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return lower;
}

template <class Choice, std::size_t Count>
Value choice(Choice& target, std::string kind, std::string expected,
             const std::array<std::pair<std::string_view, Choice>, Count>& names) {
    return {.kind = std::move(kind),
            .store = [&target, expected, names](std::string_view given) -> Result<void> {
                for (const auto& [name, value] : names) {
                    if (folded(given) != name) continue;
                    target = value;
                    return {};
                }
                return fail(Errc::invalid, "expected " + expected);
            },
            .show =
                [&target, names] {
                    const auto found = std::ranges::find(
                        names, target, [](const auto& each) { return each.second; });
                    return std::string(found->first);
                }};
}

void add_topic_settings(config::Schema& schema, client::Access& access) {
    add_access_settings(
        schema, "Topic", {access.session, access.token, access.token_file},
        "Access URL of the topic, such as https://lab.example/access/session/pend00-data; or a "
        "ws:// or wss:// URL. Several, with blanks between them, stand in for each other.");
    add_older_names(
        schema, {{"session", {documented("SESSION_CLIENT_SESSION"), later("RELAY_CLIENT_SESSION")}},
                 {"token", {documented("SESSION_CLIENT_TOKEN"), later("RELAY_CLIENT_TOKEN")}},
                 {"token-file",
                  {documented("SESSION_CLIENT_TOKEN_FILE"), later("RELAY_CLIENT_TOKEN_FILE")}}});
}

void add_end(config::Schema& schema, client::Access& access, LogOptions& log) {
    add_uplink_settings(schema, access.connection);
    add_log_settings(schema, log);
    add_older_names(
        schema, {{"development",
                  {documented("SESSION_CLIENT_FILE_DEVELOPMENT"),
                   later("RELAY_CLIENT_FILE_DEVELOPMENT"), later("RELAY_CLIENT_DEVELOPMENT")}}});
    std::ranges::find(schema.settings, "development", &Setting::name)->help =
        "For people at a terminal: level trace, format text, each unless it is set.";
}

std::vector<Setting> file_settings(client::FileConfig& config) {
    static constexpr std::array modes{
        std::pair(std::string_view("text"), client::LogMode::text),
        std::pair(std::string_view("binary"), client::LogMode::binary)};
    return {
        {.name = "log",
         .group = "Files",
         .names = {{"RELAY_LOG"},
                   documented("SESSION_CLIENT_FILE_LOG"),
                   later("RELAY_CLIENT_FILE_LOG"),
                   later("RELAY_CLIENT_FILE")},
         .help = "File that received messages are appended to; - is standard output, and so is "
                 "nothing, unless there is a script to play. SIGHUP opens it anew.",
         .value = config::text(config.log, "PATH")},
        {.name = "play",
         .group = "Files",
         .names = {{"RELAY_PLAY"},
                   documented("SESSION_CLIENT_FILE_PLAY"),
                   later("RELAY_CLIENT_FILE_PLAY")},
         .help = "Script of messages to send; - is standard input.",
         .value = config::text(config.play, "PATH")},
        {.name = "mode",
         .group = "Files",
         .names = {{"RELAY_CLIENT_MODE"}},
         .help = "What is logged: text, a dated line for each message; or binary, the payloads "
                 "alone.",
         .value = choice(config.mode, "MODE", "text or binary", modes)},
    };
}

std::vector<Setting> script_settings(client::FileConfig& config) {
    return {
        {.name = "check-only",
         .group = "Script",
         .names = {{"RELAY_CHECK_ONLY"},
                   documented("SESSION_CLIENT_FILE_CHECK_ONLY"),
                   really_read("SESSION_CLIENT_CHECK_ONLY"),
                   later("RELAY_CLIENT_CHECK_ONLY")},
         .help = "Read the script, tell what is wrong or ambiguous, and end.",
         .value = config::boolean(config.check_only)},
        {.name = "force",
         .group = "Script",
         .names = {{"RELAY_FORCE"},
                   documented("SESSION_CLIENT_FILE_FORCE"),
                   really_read("SESSION_CLIENT_FORCE"),
                   later("RELAY_CLIENT_FORCE")},
         .help = "Play a script that has errors, without the lines that have them.",
         .value = config::boolean(config.force)},
        {.name = "strict",
         .group = "Script",
         .names = {{"RELAY_STRICT"}},
         .help = "End with status 3 when a condition timed out.",
         .value = config::boolean(config.strict)},
        {.name = "interval",
         .group = "Without effect",
         .names = {{"RELAY_INTERVAL"},
                   documented("SESSION_CLIENT_FILE_INTERVAL"),
                   really_read("SESSION_CLIENT_INTERVAL"),
                   later("RELAY_CLIENT_INTERVAL")},
         .help = "",
         .value = config::nowhere(),
         .no_effect = "conditions time out exactly"},
    };
}

void append(config::Schema& schema, const std::vector<Setting>& rows) {
    schema.settings.insert(schema.settings.end(), rows.begin(), rows.end());
}

config::Schema empty_schema(std::string command) {
    return {.command = std::move(command), .prefixes = {"SESSION_CLIENT_"}, .settings = {}};
}

}  // namespace

config::Schema session_client_file_settings(client::FileConfig& config, LogOptions& log) {
    config::Schema schema = empty_schema("session client file");
    add_topic_settings(schema, config.access);
    append(schema, file_settings(config));
    append(schema, script_settings(config));
    add_end(schema, config.access, log);
    return schema;
}

config::Schema session_client_pipe_settings(client::PipeConfig& config, LogOptions& log) {
    static constexpr std::array framings{
        std::pair(std::string_view("line"), client::Framing::line),
        std::pair(std::string_view("length"), client::Framing::length),
        std::pair(std::string_view("raw"), client::Framing::raw)};
    config::Schema schema = empty_schema("session client pipe");
    add_topic_settings(schema, config.access);
    append(schema, {{.name = "framing",
                     .group = "Pipe",
                     .names = {{"RELAY_CLIENT_FRAMING"}},
                     .help = "How streams are cut into messages: line; length, 4 bytes of length "
                             "(big-endian) in front of each; or raw, as the bytes come.",
                     .value = choice(config.framing, "FRAMING", "line, length or raw", framings)},
                    {.name = "keep-open",
                     .group = "Pipe",
                     .names = {{"RELAY_CLIENT_KEEP_OPEN"}},
                     .help = "Go on receiving after the end of standard input.",
                     .value = config::boolean(config.keep_open)},
                    {.name = "send-only",
                     .group = "Pipe",
                     .names = {{"RELAY_CLIENT_SEND_ONLY"}},
                     .help = "Write nothing to standard output.",
                     .value = config::boolean(config.send_only)},
                    {.name = "receive-only",
                     .group = "Pipe",
                     .names = {{"RELAY_CLIENT_RECEIVE_ONLY"}},
                     .help = "Do not read standard input.",
                     .value = config::boolean(config.receive_only)}});
    add_end(schema, config.access, log);
    return schema;
}

config::Schema session_client_stats_settings(client::StatsConfig& config, LogOptions& log) {
    config::Schema schema = empty_schema("session client stats");
    add_topic_settings(schema, config.access);
    append(schema,
           {{.name = "every",
             .group = "Reports",
             .names = {{"RELAY_CLIENT_EVERY"}},
             .help = "How often a report is asked for, which needs the scope `write`; a "
                     "relay sends some by itself.",
             .value = config::duration(config.every, {.least = seconds(1), .most = hours(1)})},
            {.name = "json",
             .group = "Reports",
             .names = {{"RELAY_CLIENT_JSON"}},
             .help = "Print reports as they come, one a line, instead of a table.",
             .value = config::boolean(config.json)},
            {.name = "once",
             .group = "Reports",
             .names = {{"RELAY_CLIENT_ONCE"}},
             .help = "End after the first report.",
             .value = config::boolean(config.once)}});
    add_end(schema, config.access, log);
    return schema;
}

}  // namespace relay::cli
