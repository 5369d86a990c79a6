// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>

namespace relay::auth {

// A NumericDate (RFC 7519 §2): seconds since 1970, fractions permitted. Nothing for what is before
// 1970, after the year 9999, or no number. Times after 2200 become 2200: far enough away, and
// adding to them cannot overflow the clock.
std::optional<WallTime> numeric_date(double seconds);
std::optional<WallTime> numeric_date(std::int64_t seconds);

// Whole seconds since 1970, rounded down.
std::int64_t unix_seconds(WallTime time);

}  // namespace relay::auth
