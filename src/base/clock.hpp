// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

namespace relay {

// Wall-clock time for tokens, codes and bookings; injected, so that tests set it.
using WallTime = std::chrono::system_clock::time_point;
using WallClock = std::function<WallTime()>;

inline WallClock wall_clock() {
    return [] { return std::chrono::system_clock::now(); };
}

// Time that never jumps, for intervals: queue ages, keep-alive, back-off.
using SteadyTime = std::chrono::steady_clock::time_point;

}  // namespace relay
