// SPDX-License-Identifier: Apache-2.0
#include "auth/numeric_date.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace relay::auth {
namespace {

constexpr std::int64_t end_of_9999 = 253'402'300'799;
constexpr std::int64_t start_of_2200 = 7'258'118'400;

}  // namespace

std::optional<WallTime> numeric_date(std::int64_t seconds) {
    if (seconds < 0 || seconds > end_of_9999) return std::nullopt;
    return WallTime(std::chrono::seconds(std::min(seconds, start_of_2200)));
}

std::optional<WallTime> numeric_date(double seconds) {
    // Written so that NaN is refused, too.
    if (!(seconds >= 0 && seconds <= static_cast<double>(end_of_9999))) return std::nullopt;
    const double whole = std::floor(seconds);
    const auto time = numeric_date(static_cast<std::int64_t>(whole));
    return *time + std::chrono::nanoseconds(std::llround((seconds - whole) * 1e9));
}

std::int64_t unix_seconds(WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace relay::auth
