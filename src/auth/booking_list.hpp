// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relay::auth {

// Booking ids, each until a time after which no token of it can be valid: the deny list and the
// allow list. No threads of its own; its owner (access::Admission) guards it.
class BookingList {
public:
    // An id that is listed already keeps the later of both times.
    void put(std::string_view booking_id, WallTime expires);
    void erase(std::string_view booking_id);

    bool contains(std::string_view booking_id, WallTime now) const;
    // When the entry ends; nothing when there is none, whether it has ended or not.
    std::optional<WallTime> expiry(std::string_view booking_id) const;
    // In alphabetical order.
    std::vector<std::string> ids(WallTime now) const;
    std::vector<std::pair<std::string, WallTime>> entries() const {
        return {entries_.begin(), entries_.end()};
    }

    // Forgets entries that have ended.
    void prune(WallTime now);
    std::size_t size() const { return entries_.size(); }

private:
    std::map<std::string, WallTime, std::less<>> entries_;
};

}  // namespace relay::auth
