// SPDX-License-Identifier: Apache-2.0
#include "playfile/parse.hpp"

#include "playfile/parse_detail.hpp"
#include "wire/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace relay::playfile {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // some editors put it in front

bool is_utf8(std::string_view text) {
    return wire::is_utf8({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

// The line at the front, without its end, which is taken off the text, too.
std::string_view take_line(std::string_view& text) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

Result<LineReading> checked_line(std::string_view line) {
    if (line.size() > longest_line) {
        return fail(Errc::limit, fmt::format("longer than {} bytes", longest_line));
    }
    // The relay would close the connection: a text message is UTF-8 (RFC 6455 §8.1).
    if (!is_utf8(line)) return fail(Errc::invalid, "not UTF-8, as text messages must be");
    return parse_line(line);
}

void add(Reading& reading, std::size_t number, LineReading line) {
    for (auto& what : line.steps) reading.script.steps.push_back({number, std::move(what)});
    for (auto& notice : line.notices) reading.notices.push_back({number, std::move(notice)});
}

}  // namespace

Reading read_script(std::string_view text) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    Reading reading;
    for (std::size_t number = 1; !text.empty(); ++number) {
        auto line = checked_line(take_line(text));
        if (line) {
            add(reading, number, std::move(*line));
        } else {
            reading.errors.push_back({number, std::move(line.error().detail)});
        }
    }
    return reading;
}

Result<Script> parse(std::string_view text) {
    Reading reading = read_script(text);
    if (reading.errors.empty()) return std::move(reading.script);
    std::string detail;
    for (const Remark& error : reading.errors) {
        fmt::format_to(std::back_inserter(detail), "{}line {}: {}", detail.empty() ? "" : "\n",
                       error.line, error.text);
    }
    return fail(Errc::invalid, std::move(detail));
}

}  // namespace relay::playfile
