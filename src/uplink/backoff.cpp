// SPDX-License-Identifier: Apache-2.0
#include "uplink/backoff.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace relay::uplink {

Backoff::Backoff(const Settings& settings, std::function<double()> random)
    : settings_(settings), random_(std::move(random)), bound_(settings.shortest) {
    settings_.longest = std::max(settings_.longest, settings_.shortest);
    settings_.longest_brief =
        std::clamp(settings_.longest_brief, settings_.shortest, settings_.longest);
}

// Restarts do not let the bound of other failures grow beyond theirs, nor do they lower it.
std::chrono::milliseconds Backoff::next(Cause cause) {
    if (cause == Cause::replaced) return after_replacement();
    const auto longest = cause == Cause::restart ? settings_.longest_brief : settings_.longest;
    const auto floor = settings_.shortest / 2;
    const double range = static_cast<double>((std::min(bound_, longest) - floor).count());
    bound_ = std::max(bound_, std::min(2 * bound_, longest));
    return floor + std::chrono::milliseconds(static_cast<std::int64_t>(random_() * range));
}

std::chrono::milliseconds Backoff::after_replacement() {
    const double range = static_cast<double>(settings_.replaced.count()) / 4;
    return settings_.replaced +
           std::chrono::milliseconds(static_cast<std::int64_t>(random_() * range));
}

bool Backoff::connection_ended(std::chrono::nanoseconds lasted) {
    if (lasted < settings_.lasting) return false;
    bound_ = settings_.shortest;
    return true;
}

}  // namespace relay::uplink
