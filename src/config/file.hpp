// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace relay::config {

// One `key = value` of a settings file. The items of an array are joined by line ends, which
// lists are split at.
struct FileEntry {
    std::string section;  // `session-relay` under [session-relay], empty above all sections
    std::string key;
    std::string value;
    unsigned line;
};

// Reads TOML 1.0. Values are strings, whole numbers, booleans and arrays of these; anything else,
// and any error of syntax, is an error `FILE:LINE: reason`.
Result<std::vector<FileEntry>> parse_file(std::string_view content, std::string_view file_name);

}  // namespace relay::config
