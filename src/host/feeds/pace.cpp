// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/pace.hpp"

#include <algorithm>

namespace relay::host {
namespace {

constexpr std::chrono::nanoseconds time_for(std::size_t bytes) {
    return std::chrono::nanoseconds(bytes * 1'000'000'000 / Pace::bytes_per_second);
}

}  // namespace

std::chrono::nanoseconds Pace::after(std::size_t bytes, SteadyTime now) {
    paid_until_ = std::max(paid_until_, now - time_for(burst)) + time_for(bytes);
    return std::max(paid_until_ - now, std::chrono::nanoseconds(0));
}

}  // namespace relay::host
