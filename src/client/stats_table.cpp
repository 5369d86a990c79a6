// SPDX-License-Identifier: Apache-2.0
#include "client/stats_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace relay::client {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::size_t widest_cell = 32;
constexpr std::size_t column_count = 8;
using Row = std::array<std::string, column_count>;
const Row head{"TOPIC", "MAY", "FROM", "FOR", "SENDS", "GETS", "LAST SENT", "USER AGENT"};

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char byte) { return !continues_character(byte); }));
}

// The first characters of the text.
std::string cut(std::string_view text, std::size_t width) {
    std::size_t at = 0;
    for (std::size_t seen = 0; at < text.size(); ++at) {
        if (!continues_character(text[at]) && ++seen > width) break;
    }
    return std::string(text.substr(0, at));
}

// A client names itself as it likes; a terminal must not obey it. C1 controls are C2 80 to C2 9F.
std::string harmless(std::string_view text) {
    std::string safe;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool c1 =
            byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
        if (c1) ++at;
        safe += c1 || byte < 0x20 || byte == 0x7F ? '?' : text[at];
    }
    return safe;
}

// Two units at most: `3h12m`, `41s`, `0.3s`.
std::string age(nanoseconds duration) {
    const auto whole = std::chrono::floor<seconds>(std::max(duration, nanoseconds(0))).count();
    if (whole < 10)
        return fmt::format("{:.1f}s",
                           std::max(0.0, std::chrono::duration<double>(duration).count()));
    if (whole < 60) return fmt::format("{}s", whole);
    if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
    if (whole < 86400) return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
    return fmt::format("{}d{:02}h", whole / 86400, whole / 3600 % 24);
}

std::string bytes(double per_second) {
    constexpr std::array units{"B", "kB", "MB", "GB"};
    std::size_t unit = 0;
    while (per_second >= 999.5 && unit + 1 < units.size()) {
        per_second /= 1000;
        ++unit;
    }
    return fmt::format("{:.{}f} {}/s", per_second, unit == 0 || per_second >= 100 ? 0 : 1,
                       units[unit]);
}

// `12.5/s 3.1 kB/s`; `-` when nothing went lately.
std::string rate(const TrafficFigures& figures) {
    if (figures.messages_per_second <= 0) return "-";
    return fmt::format("{:.1f}/s {}", figures.messages_per_second, bytes(figures.bytes_per_second));
}

Row row_of(const ConnectionFigures& connection, WallTime now) {
    const auto& last = connection.sends.age;
    return {harmless(connection.topic),
            std::string(connection.can_read ? "r" : "-") + (connection.can_write ? "w" : "-"),
            harmless(connection.address),
            connection.connected ? age(now - *connection.connected) : "?",
            rate(connection.sends),
            rate(connection.gets),
            last ? age(*last) : "never",
            harmless(connection.user_agent)};
}

std::array<std::size_t, column_count> widths_of(std::span<const Row> rows) {
    std::array<std::size_t, column_count> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < column_count; ++i)
            widths[i] = std::max(widths[i], std::min(width_of(row[i]), widest_cell));
    }
    return widths;
}

std::string line_of(const Row& row, const std::array<std::size_t, column_count>& widths) {
    std::string line;
    for (std::size_t i = 0; i + 1 < column_count; ++i) {
        const std::string cell = cut(row[i], widths[i]);
        line += cell + std::string(widths[i] - width_of(cell) + 2, ' ');
    }
    return line + row.back();
}

std::string summary(std::span<const ConnectionFigures> connections) {
    std::set<std::string_view> topics;
    for (const auto& each : connections) topics.insert(each.topic);
    return fmt::format("{} connection{} on {} topic{}", connections.size(),
                       connections.size() == 1 ? "" : "s", topics.size(),
                       topics.size() == 1 ? "" : "s");
}

}  // namespace

std::vector<std::string> stats_table(std::span<const ConnectionFigures> connections, WallTime now,
                                     const TableSize& size) {
    std::vector<Row> rows{head};
    for (const auto& each : connections) rows.push_back(row_of(each, now));
    const auto widths = widths_of(rows);
    std::vector<std::string> lines{summary(connections), ""};
    for (const Row& row : rows) lines.push_back(line_of(row, widths));
    if (lines.size() > size.rows && size.rows > 0) {
        const std::size_t hidden = lines.size() - size.rows + 1;
        lines.resize(size.rows);
        lines.back() = fmt::format("... and {} more", hidden);
    }
    for (std::string& line : lines) line = cut(line, size.columns);
    return lines;
}

}  // namespace relay::client
