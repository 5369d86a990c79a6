// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstdint>

namespace relay::booking {

// Times of bookings: UTC in whole milliseconds, as they are stored.
using BookingTime = std::chrono::sys_time<std::chrono::milliseconds>;

inline BookingTime booking_time(WallTime time) {
    return std::chrono::floor<std::chrono::milliseconds>(time);
}
inline BookingTime from_unix_seconds(std::int64_t seconds) {
    return BookingTime(std::chrono::seconds(seconds));
}
// 9999-12-31T23:59:59Z: RFC 3339 has no later one.
inline constexpr std::int64_t latest_unix_second = 253'402'300'799;
inline std::int64_t unix_seconds(BookingTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// Half-open: touching intervals do not overlap.
struct Interval {
    BookingTime start, end;

    bool overlaps(const Interval& other) const { return start < other.end && other.start < end; }
    bool operator==(const Interval&) const = default;
};

}  // namespace relay::booking
