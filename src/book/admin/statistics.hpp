// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/record_table.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

// How resources were used, and what was asked for in vain: folded from records. Pure.
namespace relay::book {

using booking::BookingTime;
using booking::Interval;
using std::chrono::milliseconds;

struct HourUse {
    BookingTime hour;  // its start, UTC
    milliseconds booked{0};

    bool operator==(const HourUse&) const = default;
};

// Of one resource, in the part of its sessions that lies within the time asked for. Time after now
// counts as well: it is booked. Cancelled sessions count until they were cancelled.
struct ResourceUse {
    booking::ResourceNumber resource = 0;
    std::string activity;  // name of that which was booked last
    milliseconds booked{0};
    std::size_t sessions = 0;
    std::vector<HourUse> hours;  // that have any, in order
};

struct GroupUse {
    std::string group;
    std::size_t sessions = 0;
    std::size_t users = 0;  // different ones
    milliseconds booked{0};
};

struct RefusalTotal {
    std::string reason, pool, group;
    std::uint64_t count = 0;
};

// By resource; those without a session are not there. Sessions that do not touch the time are
// skipped.
std::vector<ResourceUse> use_of_resources(std::span<const booking::UseRecord> uses,
                                          Interval during);
// By name.
std::vector<GroupUse> use_of_groups(std::span<const booking::UseRecord> uses, Interval during);
// The hours added up; by reason, pool, group.
std::vector<RefusalTotal> total_refusals(std::span<const booking::RefusalCount> counts);

}  // namespace relay::book
