// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"
#include "cli/settings_book.hpp"

#include <array>

namespace relay::cli {
namespace {

using book_client::Format;
using config::Value;

constexpr const char* status_prefix = "BOOKSTATUS_";
constexpr const char* json_help = "Print JSON in one line.";

config::Schema schema_of(std::string command, std::string_view prefix) {
    std::vector<std::string> prefixes{"BOOK_CLIENT_"};
    if (!prefix.empty()) prefixes.emplace_back(prefix);
    return {.command = std::move(command), .prefixes = std::move(prefixes), .settings = {}};
}

Value lock_value(std::optional<bool>& target) {
    return {.kind = "lock|unlock",
            .store = [&target](std::string_view given) -> Result<void> {
                if (given != "lock" && given != "unlock")
                    return fail(Errc::invalid, "expected lock or unlock");
                target = given == "lock";
                return {};
            },
            .show = [&target]() -> std::string {
                if (!target) return "";
                return *target ? "lock" : "unlock";
            }};
}

Value message_value(std::optional<std::string>& target) {
    return {.kind = "MESSAGE",
            .store = [&target](std::string_view given) -> Result<void> {
                target = std::string(given);
                return {};
            },
            .show = [&target] { return target.value_or(""); }};
}

constexpr std::array<std::pair<std::string_view, Format>, 3> formats{
    {{"table", Format::table}, {"csv", Format::csv}, {"json", Format::json}}};

Value format_value(Format& target) {
    return {.kind = "table|csv|json",
            .store = [&target](std::string_view given) -> Result<void> {
                for (const auto& [name, format] : formats) {
                    if (given != name) continue;
                    target = format;
                    return {};
                }
                return fail(Errc::invalid, "expected table, csv or json");
            },
            .show = [&target]() -> std::string {
                for (const auto& [name, format] : formats)
                    if (format == target) return std::string(name);
                return "";
            }};
}

config::Schema transfer_settings(std::string command, std::string file_help, std::string help,
                                 book_client::Transfer& transfer) {
    config::Schema schema = schema_of(std::move(command), "");
    schema.words = {"file"};
    schema.settings.push_back({.name = "file",
                               .group = "What to do",
                               .names = {{"RELAY_FILE"}},
                               .help = std::move(file_help),
                               .value = config::path(transfer.file)});
    add_book_server_settings(schema, transfer.server, "");
    add_json_setting(schema, transfer.json, std::move(help));
    return schema;
}

}  // namespace

book_client::Reset book_reset_defaults() {
    book_client::Reset reset;
    reset.server.scheme = "http";
    reset.server.host = "localhost:8008";
    return reset;
}

config::Schema book_upload_settings(book_client::Upload& upload) {
    config::Schema schema = schema_of("book upload", "BOOKUPLOAD_");
    schema.words = {"manifest"};
    schema.settings.push_back({.name = "manifest",
                               .group = "What to do",
                               .names = {{"RELAY_MANIFEST"}},
                               .help = "The manifest, in YAML (docs/booking.md).",
                               .value = config::path(upload.manifest),
                               .required = true});
    schema.settings.push_back({.name = "dry-run",
                               .group = "What to do",
                               .names = {{"RELAY_DRY_RUN"}},
                               .help = "Tell what would change, and change nothing.",
                               .value = config::boolean(upload.dry_run)});
    add_book_server_settings(schema, upload.server, "BOOKUPLOAD_");
    add_json_setting(schema, upload.json, json_help);
    return schema;
}

config::Schema book_reset_settings(book_client::Reset& reset) {
    config::Schema schema = schema_of("book reset", "BOOKRESET_");
    schema.settings.push_back({.name = "yes",
                               .group = "What to do",
                               .names = {{"RELAY_YES"}},
                               .help = "Do not ask.",
                               .value = config::boolean(reset.yes)});
    add_book_server_settings(schema, reset.server, "BOOKRESET_");
    add_json_setting(schema, reset.json, json_help);
    return schema;
}

config::Schema book_getstatus_settings(book_client::Status& status) {
    config::Schema schema = schema_of("book getstatus", status_prefix);
    add_book_server_settings(schema, status.server, status_prefix);
    add_json_setting(schema, status.json, json_help);
    return schema;
}

config::Schema book_setstatus_settings(book_client::Status& status) {
    config::Schema schema = schema_of("book setstatus", status_prefix);
    schema.words = {"lock", "message"};
    schema.settings.push_back({.name = "lock",
                               .group = "What to do",
                               .names = {{"RELAY_LOCK"}},
                               .help = "lock: no new sessions; unlock: sessions again. Running "
                                       "ones go on.",
                               .value = lock_value(status.lock),
                               .required = true});
    schema.settings.push_back({.name = "message",
                               .group = "What to do",
                               .names = {{"RELAY_MESSAGE"}},
                               .help = "Message of the day, which users see; stays as it is when "
                                       "it is not given. \"\" as the second word removes it.",
                               .value = message_value(status.message)});
    add_book_server_settings(schema, status.server, status_prefix);
    add_json_setting(schema, status.json, json_help);
    return schema;
}

config::Schema book_export_settings(book_client::Transfer& transfer) {
    return transfer_settings("book export",
                             "File to write, for its owner alone; standard output "
                             "when empty.",
                             "Tell what was written in JSON.", transfer);
}

config::Schema book_import_settings(book_client::Transfer& transfer) {
    return transfer_settings("book import",
                             "File that `book export`, or the original server, "
                             "made; standard input when empty.",
                             json_help, transfer);
}

config::Schema book_stats_settings(book_client::Stats& stats, bool& json) {
    config::Schema schema = schema_of("book stats", "");
    schema.settings.insert(
        schema.settings.end(),
        {{.name = "from",
          .group = "What to tell",
          .names = {{"RELAY_FROM"}},
          .help = "Begin of the time looked at, as 2026-11-22T10:19:10Z; seven days before --to "
                  "when empty.",
          .value = config::text(stats.from, "TIME")},
         {.name = "to",
          .group = "What to tell",
          .names = {{"RELAY_TO"}},
          .help = "Its end; now when empty.",
          .value = config::text(stats.to, "TIME")},
         {.name = "format",
          .group = "Output",
          .names = {{"RELAY_FORMAT"}},
          .help = "table, csv (with each hour) or json.",
          .value = format_value(stats.format)}});
    add_json_setting(schema, json, "The same as --format json.");
    add_book_server_settings(schema, stats.server, "");
    return schema;
}

}  // namespace relay::cli
