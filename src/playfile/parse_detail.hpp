// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playfile/parse.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace relay::playfile {

// What one line means.
struct LineReading {
    std::vector<decltype(Step::what)> steps;
    std::vector<std::string> notices;
};

// `line` has no line end and is valid UTF-8. The error is the reason alone.
Result<LineReading> parse_line(std::string_view line);

// A line that begins with `<`: a condition and its message, or a message.
Result<LineReading> parse_condition(std::string_view line);

// Sends the text as it stands.
LineReading send(std::string_view text);

// A duration without a unit.
bool is_bare_number(std::string_view text);

// The message behind a delay or a condition; nothing is sent when it is empty.
void add_message(LineReading& reading, std::string_view text);

}  // namespace relay::playfile
