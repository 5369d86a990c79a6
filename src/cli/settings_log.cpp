// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

namespace relay::cli {
namespace {

using config::Value;
using log::Format;
using log::Level;

// Names that are written come first; the rest are what older versions knew.
constexpr std::array<std::pair<std::string_view, Level>, 9> levels{{
    {"trace", Level::trace},
    {"debug", Level::debug},
    {"info", Level::info},
    {"warn", Level::warn},
    {"error", Level::error},
    {"off", Level::off},
    {"warning", Level::warn},
    {"fatal", Level::error},
    {"panic", Level::error},
}};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return result;
}

Value level_value(Level& target) {
    return {.kind = "LEVEL",
            .store = [&target](std::string_view given) -> Result<void> {
                for (const auto& [name, level] : levels) {
                    if (lower(given) != name) continue;
                    target = level;
                    return {};
                }
                return fail(Errc::invalid, "expected trace, debug, info, warn, error or off");
            },
            .show = [&target]() -> std::string {
                const auto found =
                    std::ranges::find(levels, target, [](const auto& each) { return each.second; });
                return std::string(found->first);
            }};
}

Value format_value(Format& target) {
    return {.kind = "FORMAT",
            .store = [&target](std::string_view given) -> Result<void> {
                const std::string name = lower(given);
                if (name != "json" && name != "text") {
                    return fail(Errc::invalid, "expected json or text");
                }
                target = name == "json" ? Format::json : Format::text;
                return {};
            },
            .show = [&target] { return std::string(target == Format::json ? "json" : "text"); }};
}

}  // namespace

void add_log_settings(config::Schema& schema, LogOptions& log,
                      std::vector<config::EnvironmentName> older_level_names) {
    std::vector<config::EnvironmentName> level_names{{"RELAY_LOGLEVEL"}};
    std::ranges::move(older_level_names, std::back_inserter(level_names));
    level_names.push_back({"RELAY_LOG_LEVEL"});
    schema.settings.push_back({.name = "log-level",
                               .group = "Logging",
                               .names = std::move(level_names),
                               .help = "Least level that is logged: trace, debug, info, warn, "
                                       "error or off.",
                               .value = level_value(log.log.level)});
    schema.settings.push_back({.name = "log-format",
                               .group = "Logging",
                               .names = {{"RELAY_LOG_FORMAT"}},
                               .help = "json or text, an event a line.",
                               .value = format_value(log.log.format)});
    schema.settings.push_back(
        {.name = "log-file",
         .group = "Logging",
         .names = {{"RELAY_LOG_FILE"}},
         .help = "A file to append to, or `stdout`; standard error when empty.",
         .value = config::text(log.log.file, "PATH")});
    schema.settings.push_back({.name = "development",
                               .group = "Logging",
                               .names = {{"RELAY_DEVELOPMENT"}},
                               .help = "For people at a terminal: level trace, format text, file "
                                       "stdout, each unless it is set.",
                               .value = config::boolean(log.development)});
}

}  // namespace relay::cli
