// SPDX-License-Identifier: Apache-2.0
#include "base/duration.hpp"
#include "playfile/cursor_detail.hpp"
#include "playfile/parse_detail.hpp"
#include "playfile/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace relay::playfile {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view verb_characters =
    "+-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view unit_bytes = ".\xC2\xB5\xCE\xBC";  // the micro sign's and the mu's, too

bool consists_of(std::string_view text, std::initializer_list<std::string_view> sets) {
    return std::ranges::all_of(text, [&](char byte) {
        return std::ranges::any_of(sets, [byte](auto set) { return set.contains(byte); });
    });
}

std::string_view trim(std::string_view text) {
    const auto first = std::min(text.find_first_not_of(blanks), text.size());
    text.remove_prefix(first);
    const auto last = text.find_last_not_of(blanks);
    return text.substr(0, last == text.npos ? 0 : last + 1);
}

LineReading send_noted(std::string_view text, std::string notice) {
    LineReading reading = send(text);
    reading.notices.push_back(std::move(notice));
    return reading;
}

// --- comments: # text, #- text, #+ text

LineReading parse_comment(std::string_view line) {
    Cursor cursor(line);
    cursor.skip_blanks();
    cursor.take_while("#");
    const bool echoed = cursor.take_while("+-") == "+";
    LineReading reading;
    if (echoed) reading.steps.emplace_back(Echo{std::string(cursor.rest_after_blanks())});
    return reading;
}

// --- delays: [DURATION] message, [DURATION]

bool is_json_word(std::string_view text) {
    return text == "true" || text == "false" || text == "null";
}

void note_bare_number(LineReading& reading, std::string_view given, bool alone) {
    reading.notices.push_back(
        alone ? fmt::format("[{0}] is read as a wait of {0} seconds, not as JSON; write [{0}s] to "
                            "wait, or [] [{0}] to send it",
                            given)
              : fmt::format("[{0}] is read as a delay of {0} seconds; write [{0}s]", given));
}

// Between the brackets there are letters, digits and dots, or nothing.
Result<LineReading> parse_delay(std::string_view line, std::string_view given,
                                std::string_view message) {
    LineReading reading;
    if (given.empty()) {
        add_message(reading, message);
        if (message.empty()) {
            reading.notices.emplace_back(
                "[] alone does nothing: it is no delay, and no JSON; write [] [] to send it");
        }
        return reading;
    }
    const auto duration = parse_duration(given, seconds(1));
    if (!duration && message.empty() && is_json_word(given)) {
        return send_noted(line, fmt::format("[{}] is read as JSON, and sent", given));
    }
    if (!duration) {
        return fail(Errc::invalid, fmt::format("delay: {}; write [] in front to send the line",
                                               duration.error().detail));
    }
    if (is_bare_number(given)) note_bare_number(reading, given, message.empty());
    if (*duration > nanoseconds(0)) reading.steps.emplace_back(Wait{*duration});
    add_message(reading, message);
    return reading;
}

// `10 ms`, which may be meant as a delay.
bool is_spaced_duration(std::string_view given) {
    if (given.find_first_of(blanks) == given.npos) return false;
    std::string joined(given);
    std::erase_if(joined, [](char byte) { return blanks.contains(byte); });
    return !is_bare_number(joined) && parse_duration(joined, seconds(1)).has_value();
}

Result<LineReading> parse_bracket(std::string_view line) {
    Cursor cursor(line);
    cursor.take('[');
    const auto inside = cursor.take_until(']');
    const std::string_view given = trim(inside.value_or(line));
    if (inside && consists_of(given, {letters, digits, unit_bytes})) {
        return parse_delay(line, given, cursor.rest_after_blanks());
    }
    if (inside && is_spaced_duration(given)) {
        return send_noted(line, fmt::format("[{}] is no delay, which holds no blanks: the line is "
                                            "sent as it stands",
                                            given));
    }
    const bool like_negative =
        given.starts_with('-') && consists_of(given.substr(1), {letters, digits, unit_bytes});
    if (inside && like_negative) {
        return send_noted(line,
                          fmt::format("[{}] is no delay, which cannot be negative: the line is "
                                      "sent as it stands",
                                      given));
    }
    return send(line);
}

// --- filters: |+> PATTERN, |-> PATTERN, |r>

enum class FilterVerb { accept, deny, reset };

std::optional<FilterVerb> filter_verb(std::string_view given) {
    std::string lower(given);
    for (char& letter : lower) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    if (lower == "+" || lower == "a" || lower == "accept") return FilterVerb::accept;
    if (lower == "-" || lower == "d" || lower == "deny") return FilterVerb::deny;
    if (lower == "r" || lower == "reset") return FilterVerb::reset;
    return std::nullopt;
}

Result<LineReading> make_filter(FilterVerb verb, std::string_view argument) {
    LineReading reading;
    if (verb == FilterVerb::reset) {
        reading.steps.emplace_back(ResetFilter{});
        if (!argument.empty()) {
            reading.notices.emplace_back("what stands behind the reset has no meaning");
        }
        return reading;
    }
    auto pattern = Pattern::compile(argument);
    if (!pattern) return fail(Errc::invalid, "filter: " + pattern.error().detail);
    if (argument.empty()) reading.notices.emplace_back("the empty pattern matches every message");
    if (verb == FilterVerb::accept) {
        reading.steps.emplace_back(AcceptPattern{std::move(*pattern)});
    } else {
        reading.steps.emplace_back(DenyPattern{std::move(*pattern)});
    }
    return reading;
}

Result<LineReading> parse_bar(std::string_view line) {
    Cursor cursor(line);
    cursor.take('|');
    cursor.skip_blanks();
    const std::string_view given = cursor.take_while(verb_characters);
    if (given.empty() || !cursor.take('>')) return send(line);
    const auto verb = filter_verb(given);
    if (!verb) {
        return fail(Errc::invalid, fmt::format("filter: '{}' is none of +, - and r; write [] in "
                                               "front to send the line",
                                               given));
    }
    return make_filter(*verb, cursor.rest_after_blanks());
}

}  // namespace

LineReading send(std::string_view text) {
    LineReading reading;
    reading.steps.emplace_back(Send{std::string(text)});
    return reading;
}

bool is_bare_number(std::string_view text) {
    return !text.empty() && consists_of(text, {digits, "."});
}

void add_message(LineReading& reading, std::string_view text) {
    if (!text.empty()) reading.steps.emplace_back(Send{std::string(text)});
}

Result<LineReading> parse_line(std::string_view line) {
    const std::string_view visible = trim(line);
    if (visible.empty()) return send_noted(line, "a line without text is sent as it stands");
    switch (visible.front()) {
        case '#':
            return parse_comment(line);
        case '[':
            return parse_bracket(line);
        case '<':
            return parse_condition(line);
        case '|':
            return parse_bar(line);
        default:
            return send(line);
    }
}

}  // namespace relay::playfile
