// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"

#include <optional>
#include <string>
#include <vector>

namespace relay::cli {

// What a token says that it permits. Nobody has verified it: good for telling its holder of a
// mix-up, for nothing else. Nothing for what is no token or has no list of scopes.
std::optional<std::vector<std::string>> unverified_scopes(const Secret& token);

}  // namespace relay::cli
