// SPDX-License-Identifier: Apache-2.0
#include "book_client/stats_text.hpp"

#include "base/duration.hpp"
#include "base/time_text.hpp"
#include "book_client/connection.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace relay::book_client {
namespace {

using nlohmann::json;
using std::chrono::seconds;

// A list of the answer; empty when it is missing.
const json& list_of(const json& object, const char* name) {
    static const json none = json::array();
    if (!object.is_object()) return none;
    const auto member = object.find(name);
    return member == object.end() || !member->is_array() ? none : *member;
}

// Numbers and text as they stand; nothing for what is missing.
std::string text_of(const json& object, const char* name) {
    if (!object.is_object()) return "";
    const auto member = object.find(name);
    if (member == object.end() || member->is_null()) return "";
    return printable(member->is_string()
                         ? member->get_ref<const std::string&>()
                         : member->dump(-1, ' ', false, json::error_handler_t::replace));
}

std::int64_t number_of(const json& object, const char* name) {
    if (!object.is_object()) return 0;
    const auto member = object.find(name);
    return member == object.end() || !member->is_number() ? 0 : member->get<std::int64_t>();
}

// Unix seconds or text, as RFC 3339.
std::string time_of(const json& object, const char* name) {
    if (!object.is_object()) return "";
    const auto member = object.find(name);
    if (member == object.end() || !member->is_number()) return text_of(object, name);
    return format_time(WallTime(seconds(number_of(object, name))));
}

std::int64_t unix_time_of(const json& object, const char* name) {
    const auto time = parse_time(time_of(object, name));
    return time ? std::chrono::floor<seconds>(*time).time_since_epoch().count() : 0;
}

std::string duration_of(const json& object, const char* name) {
    return format_duration(seconds(std::max<std::int64_t>(0, number_of(object, name))));
}

std::string share(std::int64_t part, std::int64_t whole) {
    if (whole <= 0) return "";
    return fmt::format("{:.1f}%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

using Cells = std::vector<std::string>;

// Characters, not bytes; wide ones count as one.
std::size_t width_of(const std::string& cell) {
    return static_cast<std::size_t>(std::ranges::count_if(
        cell, [](char letter) { return (static_cast<unsigned char>(letter) & 0xC0) != 0x80; }));
}

// Columns in line; rows that say nothing make no table.
std::string aligned(const std::vector<Cells>& rows) {
    if (rows.size() < 2) return "";
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const Cells& row : rows)
        for (std::size_t column = 0; column < row.size(); ++column)
            widths[column] = std::max(widths[column], width_of(row[column]));
    std::string text = "\n";
    for (const Cells& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < row.size(); ++column)
            line += row[column] + std::string(widths[column] - width_of(row[column]) + 2, ' ');
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string csv_line(const Cells& cells) {
    std::string line;
    for (const std::string& cell : cells) {
        if (&cell != &cells.front()) line += ',';
        if (cell.find_first_of(",\"\r\n") == std::string::npos) {
            line += cell;
            continue;
        }
        line += '"';
        for (const char letter : cell) line += letter == '"' ? "\"\"" : std::string(1, letter);
        line += '"';
    }
    return line + "\r\n";
}

}  // namespace

std::string stats_table(const json& stats) {
    const std::int64_t span = unix_time_of(stats, "to") - unix_time_of(stats, "from");
    std::vector<Cells> resources{{"Resource", "Activity", "Sessions", "Booked", "Use"}};
    for (const json& row : list_of(stats, "resources"))
        resources.push_back({text_of(row, "resource"), text_of(row, "activity"),
                             text_of(row, "sessions"), duration_of(row, "booked_s"),
                             share(number_of(row, "booked_s"), span)});
    std::vector<Cells> refusals{{"Refused because", "Pool", "Group", "Times"}};
    for (const json& row : list_of(stats, "refusals"))
        refusals.push_back({text_of(row, "reason"), text_of(row, "pool"), text_of(row, "group"),
                            text_of(row, "count")});
    std::vector<Cells> groups{{"Group", "Sessions", "Users", "Booked"}};
    for (const json& row : list_of(stats, "groups"))
        groups.push_back({text_of(row, "group"), text_of(row, "sessions"), text_of(row, "users"),
                          duration_of(row, "booked_s")});
    return fmt::format("From {} to {}\n", time_of(stats, "from"), time_of(stats, "to")) +
           aligned(resources) + aligned(refusals) + aligned(groups);
}

std::string stats_csv(const json& stats) {
    std::string text = csv_line({"kind", "resource", "activity", "hour", "pool", "group", "reason",
                                 "sessions", "users", "booked_s", "count"});
    for (const json& row : list_of(stats, "resources")) {
        const std::string resource = text_of(row, "resource");
        const std::string activity = text_of(row, "activity");
        text += csv_line({"resource", resource, activity, "", "", "", "", text_of(row, "sessions"),
                          "", text_of(row, "booked_s"), ""});
        for (const json& hour : list_of(row, "hours"))
            text += csv_line({"hour", resource, activity, time_of(hour, "start"), "", "", "", "",
                              "", text_of(hour, "booked_s"), ""});
    }
    for (const json& row : list_of(stats, "refusals"))
        text += csv_line({"refusal", "", "", "", text_of(row, "pool"), text_of(row, "group"),
                          text_of(row, "reason"), "", "", "", text_of(row, "count")});
    for (const json& row : list_of(stats, "groups"))
        text +=
            csv_line({"group", "", "", "", "", text_of(row, "group"), "", text_of(row, "sessions"),
                      text_of(row, "users"), text_of(row, "booked_s"), ""});
    return text;
}

}  // namespace relay::book_client
