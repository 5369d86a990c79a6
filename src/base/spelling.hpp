// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace relay {

// The candidate nearest to a misspelt name by edit distance (adjacent swaps count one), or nothing
// when all are too far to be a plausible slip.
std::optional<std::string> nearest_name(std::string_view name,
                                        std::span<const std::string> candidates);

}  // namespace relay
