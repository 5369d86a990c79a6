// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/load.hpp"

#include <string>
#include <vector>

namespace relay::config {

// A sentence for each variable that looks like one of ours and is known to no command: one whose
// name begins with RELAY_ or with a prefix of the schema. Suggests the nearest known name.
std::vector<std::string> unknown_variables(const Schema& schema, const Environment& environment,
                                           const Known& known);

// A sentence `FILE:LINE: ...` for each key or section of the file that no command knows.
std::vector<std::string> unknown_keys(const Schema& schema, const Sources& sources,
                                      const Known& known);

}  // namespace relay::config
