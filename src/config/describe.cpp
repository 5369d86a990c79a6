// SPDX-License-Identifier: Apache-2.0
#include "config/describe.hpp"

#include "config/wrap.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

namespace relay::config {
namespace {

constexpr std::size_t help_column = 28;
constexpr std::size_t help_width = 96;

bool has_effect(const Setting& setting) {
    return setting.no_effect.empty();
}

// Groups in the order in which the table names them first.
std::vector<std::string> groups_of(const Schema& schema) {
    std::vector<std::string> groups;
    for (const Setting& setting : schema.settings) {
        if (std::ranges::count(groups, setting.group) == 0) groups.push_back(setting.group);
    }
    return groups;
}

std::string for_each_in_group(const Schema& schema, const std::string& group,
                              const std::function<std::string(const Setting&)>& describe) {
    std::string text;
    for (const Setting& setting : schema.settings) {
        if (setting.group == group) text += describe(setting);
    }
    return text;
}

std::vector<std::string> names_of(const Setting& setting, bool current) {
    std::vector<std::string> names;
    for (const EnvironmentName& name : setting.names) {
        if ((name.era == Era::current) == current) names.push_back(name.text);
    }
    return names;
}

std::string default_text(const Setting& setting) {
    if (setting.required) return "required";
    const std::string shown = setting.value.show();
    return shown.empty() ? "" : "default " + shown;
}

// `default 5s; RELAY_STATS_EVERY; bare numbers in s`
std::string details(const Setting& setting) {
    std::vector<std::string> parts;
    if (auto text = default_text(setting); !text.empty()) parts.push_back(std::move(text));
    for (std::string& name : names_of(setting, true)) parts.push_back(std::move(name));
    if (!setting.value.unit.empty()) {
        parts.push_back(fmt::format("bare numbers in {}", setting.value.unit));
    }
    if (setting.value.secret) parts.push_back(fmt::format("or --{}-file FILE", setting.name));
    return fmt::format("{}", fmt::join(parts, "; "));
}

// A flag that is on unless it is turned off shows how.
std::string argument(const Setting& setting) {
    if (!setting.value.boolean) return " " + setting.value.kind;
    return setting.value.show() == "true" ? "[=false]" : "";
}

std::string help_entry(const Setting& setting) {
    if (!has_effect(setting)) return "";
    std::string head = fmt::format("  --{}{}", setting.name, argument(setting));
    const std::string margin(help_column, ' ');
    head += head.size() + 2 <= help_column ? std::string(help_column - head.size(), ' ')
                                           : "\n" + margin;
    return fmt::format("{}{}\n{}[{}]\n", head, wrap(setting.help, help_column, help_width), margin,
                       wrap(details(setting), help_column, help_width));
}

std::string code_list(const std::vector<std::string>& names) {
    std::vector<std::string> quoted;
    for (const std::string& name : names) quoted.push_back("`" + name + "`");
    return fmt::format("{}", fmt::join(quoted, ", "));
}

std::string cell(std::string_view text) {
    std::string escaped;
    for (const char letter : text) {
        if (letter == '|') escaped += '\\';
        escaped += letter;
    }
    return escaped;
}

std::string markdown_default(const Setting& setting) {
    if (setting.required) return "required";
    const std::string shown = setting.value.show();
    return shown.empty() ? "" : "`" + shown + "`";
}

std::string markdown_row(const Setting& setting) {
    std::string type = cell(setting.value.kind);
    if (!setting.value.unit.empty()) type += fmt::format(", bare in {}", setting.value.unit);
    const std::string meaning =
        has_effect(setting) ? setting.help : "No effect: " + setting.no_effect;
    return fmt::format("| `--{}` | {} | {} | {} | {} | {} |\n", setting.name, type,
                       markdown_default(setting), code_list(names_of(setting, true)),
                       code_list(names_of(setting, false)), cell(meaning));
}

// troff takes `-` for a hyphen, `\` for its own, and a dot or quote that begins a line for a macro.
std::string troff(std::string_view text) {
    std::string escaped;
    for (const char letter : text) {
        if (letter == '\\') {
            escaped += "\\e";
        } else if (letter == '-') {
            escaped += "\\-";
        } else {
            escaped += letter;
        }
    }
    return text.starts_with('.') || text.starts_with('\'') ? "\\&" + escaped : escaped;
}

std::string manual_entry(const Setting& setting) {
    if (!has_effect(setting)) return "";
    return fmt::format(".TP\n\\fB{}\\fR\\fI{}\\fR\n{}\n[{}]\n", troff("--" + setting.name),
                       troff(argument(setting)), troff(setting.help), troff(details(setting)));
}

std::size_t widest(const Schema& schema, const std::function<std::string(const Setting&)>& text) {
    std::size_t width = 0;
    for (const Setting& setting : schema.settings) width = std::max(width, text(setting).size());
    return width;
}

}  // namespace

std::string help_text(const Schema& schema) {
    std::string text;
    for (const std::string& group : groups_of(schema)) {
        const std::string entries = for_each_in_group(schema, group, help_entry);
        if (!entries.empty()) text += fmt::format("\n{}\n{}", group, entries);
    }
    return text;
}

std::string markdown(const Schema& schema) {
    std::string text;
    for (const std::string& group : groups_of(schema)) {
        text += fmt::format(
            "\n### {}\n\n| flag, key | type | default | variable | older variables | meaning |\n"
            "|---|---|---|---|---|---|\n{}",
            group, for_each_in_group(schema, group, markdown_row));
    }
    return text;
}

std::string manual(const Schema& schema) {
    std::string text;
    for (const Setting& setting : schema.settings) text += manual_entry(setting);
    return text;
}

std::string effective_settings(const Schema& schema, const Loaded& loaded) {
    const auto name = [](const Setting& setting) { return setting.name; };
    const auto value = [](const Setting& setting) { return setting.value.show(); };
    const std::size_t name_width = widest(schema, name);
    const std::size_t value_width = std::min<std::size_t>(widest(schema, value), 50);
    std::string text;
    for (const Setting& setting : schema.settings) {
        if (!has_effect(setting)) continue;
        const auto origin = loaded.origins.find(setting.name);
        text +=
            fmt::format("{:<{}}  {:<{}}  {}\n", setting.name, name_width, value(setting),
                        value_width, origin == loaded.origins.end() ? "default" : origin->second);
    }
    return text;
}

}  // namespace relay::config
