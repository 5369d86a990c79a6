// SPDX-License-Identifier: Apache-2.0
#include "uplink/backoff.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace relay::uplink {

Backoff::Backoff(const Settings& settings, std::function<double()> random)
    : settings_(settings), random_(std::move(random)), bound_(settings.shortest) {
    settings_.longest = std::max(settings_.longest, settings_.shortest);
}

std::chrono::milliseconds Backoff::next() {
    const auto floor = settings_.shortest / 2;
    const double range = static_cast<double>((bound_ - floor).count());
    bound_ = std::min(2 * bound_, settings_.longest);
    return floor + std::chrono::milliseconds(static_cast<std::int64_t>(random_() * range));
}

bool Backoff::connection_ended(std::chrono::nanoseconds lasted) {
    if (lasted < settings_.lasting) return false;
    bound_ = settings_.shortest;
    return true;
}

}  // namespace relay::uplink
