// SPDX-License-Identifier: Apache-2.0
#include "base/duration.hpp"
#include "playfile/cursor_detail.hpp"
#include "playfile/parse_detail.hpp"
#include "playfile/pattern.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

// <'PATTERN',COUNT,TIMEOUT> message
namespace relay::playfile {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// The pattern up to its closing quote, \' being a quote inside; nothing when it is not closed.
std::optional<std::string> take_quoted(Cursor& cursor) {
    std::string text;
    std::string_view rest = cursor.rest();
    for (std::size_t at = 0; at < rest.size(); ++at) {
        if (rest[at] == '\'') {
            cursor.take_bytes(at + 1);
            return text;
        }
        const bool escape = rest[at] == '\\' && at + 1 < rest.size();
        if (escape && rest[at + 1] != '\'') text += rest[at];  // the pattern's own escape
        if (escape) ++at;
        text += rest[at];
    }
    return std::nullopt;
}

Result<std::uint64_t> take_count(Cursor& cursor) {
    cursor.skip_blanks();
    const std::string_view given = cursor.take_while(digits);
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), count);
    if (error != std::errc()) {
        return fail(Errc::invalid, given.empty() ? "condition: no COUNT behind the pattern"
                                                 : "condition: COUNT is too large");
    }
    return count;
}

Result<nanoseconds> take_timeout(Cursor& cursor, LineReading& reading) {
    cursor.skip_blanks();
    const std::size_t length =
        std::min(cursor.rest().find_first_of(" \t\f\r,>"), cursor.rest().size());
    const std::string_view given = cursor.take_bytes(length);
    if (given.empty()) return fail(Errc::invalid, "condition: no TIMEOUT behind the count");
    const auto timeout = parse_duration(given, seconds(1));
    if (!timeout) return fail(Errc::invalid, "condition: time-out: " + timeout.error().detail);
    if (is_bare_number(given)) {
        reading.notices.push_back(
            fmt::format("time-out {0} is read as {0} seconds; write {0}s", given));
    }
    return *timeout;
}

std::unexpected<Error> malformed_condition(std::string_view what) {
    return fail(Errc::invalid,
                fmt::format("condition: {}; expected <'PATTERN',COUNT,TIMEOUT>, or [] in front to "
                            "send the line",
                            what));
}

// The end of the condition: the first > that may stand there, so that messages may hold others.
Result<void> take_condition_end(Cursor& cursor, LineReading& reading) {
    if (cursor.take('>')) return {};
    if (!cursor.take(',')) return malformed_condition("no > behind the time-out");
    if (!cursor.take_until('>')) return malformed_condition("no > at its end");
    reading.notices.emplace_back("what stands behind the time-out has no meaning");
    return {};
}

void note_condition(LineReading& reading, const Condition& condition, bool alone) {
    if (condition.pattern.text().empty()) {
        reading.notices.emplace_back("the empty pattern matches every message");
    }
    if (condition.count == 0) reading.notices.emplace_back("COUNT 0 is met at once");
    if (alone) reading.notices.emplace_back("a condition without a message only waits");
}

// Behind <'.
Result<LineReading> parse_well_begun(Cursor cursor) {
    LineReading reading;
    const auto quoted = take_quoted(cursor);
    if (!quoted) return malformed_condition("the pattern's closing quote is missing");
    if (!cursor.take(',')) {
        return malformed_condition(R"(no comma behind the pattern, in which ' is written \')");
    }
    const auto count = take_count(cursor);
    if (!count) return std::unexpected(count.error());
    if (!cursor.take(',')) return malformed_condition("no comma behind the count");
    const auto timeout = take_timeout(cursor, reading);
    if (!timeout) return std::unexpected(timeout.error());
    if (auto end = take_condition_end(cursor, reading); !end) return std::unexpected(end.error());
    auto pattern = Pattern::compile(*quoted);
    if (!pattern) return fail(Errc::invalid, "condition: " + pattern.error().detail);
    const std::string_view message = cursor.rest_after_blanks();
    Condition condition{std::move(*pattern), *count, *timeout};
    note_condition(reading, condition, message.empty());
    reading.steps.emplace_back(std::move(condition));
    add_message(reading, message);
    return reading;
}

}  // namespace

Result<LineReading> parse_condition(std::string_view line) {
    Cursor cursor(line);
    cursor.take('<');
    if (cursor.take('\'')) return parse_well_begun(cursor);
    if (!line.contains('>')) return send(line);
    return malformed_condition("it does not begin with a quoted pattern");
}

}  // namespace relay::playfile
