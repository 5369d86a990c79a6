// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "host/equipment/equipment_rules.hpp"
#include "host/rules/rules.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace relay::host {

// What a rules file says: streams and destinations as the API takes them, and what only the owner
// of the machine may ask for. docs/rules.yaml is an example of each.
struct FileRules {
    RuleSet rules;
    std::vector<CameraRule> cameras;
    std::vector<BridgeRule> bridges;
};

// Errc::invalid `FILE:LINE: reason` for the first mistake. `checks` says which streams and
// destinations are good.
Result<FileRules> parse_rules_file(std::string_view content, std::string_view file_name,
                                   const Rules& checks);

// Errc::invalid when there is no such file, or it is larger than 1 MiB.
Result<std::string> read_rules_file(const std::filesystem::path& path);

}  // namespace relay::host
