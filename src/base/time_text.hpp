// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <string>
#include <string_view>

namespace relay {

// RFC 3339 in UTC with whole seconds, as in `2026-11-22T10:19:10Z`.
std::string format_time(WallTime time);

// RFC 3339 with any offset and optional fraction.
Result<WallTime> parse_time(std::string_view text);

}  // namespace relay
