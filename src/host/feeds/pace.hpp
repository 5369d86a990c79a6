// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>

namespace relay::host {

// How fast a publisher is read: no camera comes near the limit, but whoever pours in a file does,
// and would make everybody behind skip most of it. TCP holds such a publisher back. No clock.
class Pace {
public:
    static constexpr std::size_t bytes_per_second = 25'000'000;  // 200 Mbit/s
    static constexpr std::size_t burst = 768 * 1024;             // after a pause: a large picture

    // Bytes were read; how long to wait before reading on.
    std::chrono::nanoseconds after(std::size_t bytes, SteadyTime now);

private:
    SteadyTime paid_until_{};  // by when the bytes so far were due at the limit
};

}  // namespace relay::host
