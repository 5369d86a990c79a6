// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "playfile/script.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace relay::playfile {

// Bytes of the longest line, without its end.
constexpr std::size_t longest_line = std::size_t{1} << 20;

// About a line of a script, counted from 1.
struct Remark {
    std::size_t line;
    std::string text;
};

// What was made of a text. Lines with errors are not part of the script.
struct Reading {
    Script script;
    std::vector<Remark> errors;
    std::vector<Remark> notices;  // lines that may be meant otherwise, and how they were read
};

// Reads a script (docs/session-client.md). Lines end with LF or CR LF; never fails as a whole.
Reading read_script(std::string_view text);

// The same where errors are not tolerated: Errc::invalid, with a line `line N: reason` for each.
Result<Script> parse(std::string_view text);

}  // namespace relay::playfile
