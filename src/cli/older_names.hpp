// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/setting.hpp"

#include <initializer_list>
#include <string_view>
#include <vector>

namespace relay::cli {

// What older versions called a setting.
struct OlderNames {
    std::string_view setting;
    std::vector<config::EnvironmentName> names;  // most binding first
};

// Appends them to the rows, which must be in the schema: commands share rows, but not their past.
void add_older_names(config::Schema& schema, std::initializer_list<OlderNames> older);

}  // namespace relay::cli
