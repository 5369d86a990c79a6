// SPDX-License-Identifier: Apache-2.0
#include "auth/booking_list.hpp"

#include <algorithm>

namespace relay::auth {

void BookingList::put(std::string_view booking_id, WallTime expires) {
    const auto entry = entries_.find(booking_id);
    if (entry == entries_.end()) {
        entries_.emplace(booking_id, expires);
    } else {
        entry->second = std::max(entry->second, expires);
    }
}

void BookingList::erase(std::string_view booking_id) {
    const auto entry = entries_.find(booking_id);
    if (entry != entries_.end()) entries_.erase(entry);
}

bool BookingList::contains(std::string_view booking_id, WallTime now) const {
    const auto entry = entries_.find(booking_id);
    return entry != entries_.end() && now < entry->second;
}

std::optional<WallTime> BookingList::expiry(std::string_view booking_id) const {
    const auto entry = entries_.find(booking_id);
    if (entry == entries_.end()) return std::nullopt;
    return entry->second;
}

std::vector<std::string> BookingList::ids(WallTime now) const {
    std::vector<std::string> ids;
    for (const auto& [booking_id, expires] : entries_) {
        if (now < expires) ids.push_back(booking_id);
    }
    return ids;
}

void BookingList::prune(WallTime now) {
    std::erase_if(entries_, [now](const auto& entry) { return now >= entry.second; });
}

}  // namespace relay::auth
