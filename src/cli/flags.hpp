// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "config/load.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace relay::cli {

// The command line of a command that has settings.
struct FlagLine {
    std::vector<config::Flag> settings;
    std::optional<std::string> config_file;  // --config
    bool help = false;
    bool check = false;
};

// Reads `--name value`, `--name=value` and, for booleans, `--name`. Only lists may be repeated.
// `--check` exists where `with_check`. Errors (usage) name the word, and the nearest known flag.
Result<FlagLine> parse_flags(const config::Schema& schema, std::span<const std::string> arguments,
                             bool with_check);

}  // namespace relay::cli
