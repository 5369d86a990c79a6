// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "server/config.hpp"

#include <string>
#include <vector>

namespace relay::cli {

// What the tables of `session relay` and `shell relay` cannot check: returns warnings, or what is
// wrong.
Result<std::vector<std::string>> check_server(const server::Config& config);

}  // namespace relay::cli
