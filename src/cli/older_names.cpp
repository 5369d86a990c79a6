// SPDX-License-Identifier: Apache-2.0
#include "cli/older_names.hpp"

#include <algorithm>
#include <cassert>

namespace relay::cli {

void add_older_names(config::Schema& schema, std::initializer_list<OlderNames> older) {
    for (const OlderNames& each : older) {
        const auto row = std::ranges::find(schema.settings, each.setting, &config::Setting::name);
        assert(row != schema.settings.end());
        row->names.insert(row->names.end(), each.names.begin(), each.names.end());
    }
}

}  // namespace relay::cli
