// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "config/file.hpp"
#include "config/setting.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace relay::config {

// Variables by name. An empty one counts as unset.
using Environment = std::map<std::string, std::string, std::less<>>;

// One `--name value` of the command line, without the dashes.
struct Flag {
    std::string name;
    std::string value;
};

// Everything that a command's settings may come from.
struct Sources {
    std::vector<Flag> flags;
    Environment environment;
    std::vector<FileEntry> file;
    std::string file_name;
    // Content of a small file, for secrets; the error says why there is none.
    std::function<Result<std::string>(const std::string& path)> read_file;
};

struct Loaded {
    // By setting: `default`, `--port`, `RELAY_PORT` or `relay.toml:7`.
    std::map<std::string, std::string, std::less<>> origins;
    // For the operator, one sentence each: deprecated and unknown names, settings without effect.
    std::vector<std::string> notices;

    bool is_default(std::string_view setting) const;
};

// Writes each setting of the schema into its target, from the first that has it of: flag,
// variables in the order of their names, file, default. The error lists everything wrong, a line
// each, with the setting and where its value came from; it never shows a secret. Targets may have
// been written when there is an error.
Result<Loaded> load(const Schema& schema, const Sources& sources, const Known& known);

}  // namespace relay::config
