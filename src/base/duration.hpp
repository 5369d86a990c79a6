// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace relay {

// Reads durations as Go writes them: `5s`, `1h5m`, `1.5s`, `100ms`; a bare number counts in
// `bare_unit` (nanoseconds of one unit). Negative values and overflow are errors.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text,
                                                std::chrono::nanoseconds bare_unit);

// The shortest text that parse_duration reads back: `1h5m`, `250ms`, `0s`.
std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace relay
