// SPDX-License-Identifier: Apache-2.0
#include "book/admin/statistics.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace relay::book {
namespace {

using booking::RefusalCount;
using booking::UseRecord;
using std::chrono::hours;

Interval common_part(const Interval& left, const Interval& right) {
    return {std::max(left.start, right.start), std::min(left.end, right.end)};
}

// A session that was cancelled before it began took no time, but it lay in the interval.
bool touches(const Interval& use, const Interval& during) {
    return use.overlaps(during) ||
           (use.start == use.end && use.start >= during.start && use.start < during.end);
}

void add_hours(std::map<BookingTime, milliseconds>& into, Interval part) {
    while (part.start < part.end) {
        const BookingTime hour = std::chrono::floor<hours>(part.start);
        const BookingTime until = std::min<BookingTime>(hour + hours(1), part.end);
        into[hour] += until - part.start;
        part.start = until;
    }
}

// What is gathered of a resource before it is put into order.
struct Gathered {
    std::string activity;
    BookingTime last;
    milliseconds booked{0};
    std::size_t sessions = 0;
    std::map<BookingTime, milliseconds> hours;

    void add(const UseRecord& use, const Interval& part) {
        if (sessions++ == 0 || use.time.start >= last) {
            last = use.time.start;
            activity = use.activity;
        }
        booked += part.end - part.start;
        add_hours(hours, part);
    }
};

ResourceUse in_order(booking::ResourceNumber resource, Gathered gathered) {
    ResourceUse use{resource, std::move(gathered.activity), gathered.booked, gathered.sessions, {}};
    for (const auto& [hour, booked] : gathered.hours) use.hours.push_back({hour, booked});
    return use;
}

}  // namespace

std::vector<ResourceUse> use_of_resources(std::span<const UseRecord> uses, Interval during) {
    std::map<booking::ResourceNumber, Gathered> resources;
    for (const UseRecord& use : uses)
        if (touches(use.time, during))
            resources[use.resource].add(use, common_part(use.time, during));
    std::vector<ResourceUse> result;
    result.reserve(resources.size());
    for (auto& [resource, gathered] : resources)
        result.push_back(in_order(resource, std::move(gathered)));
    return result;
}

std::vector<GroupUse> use_of_groups(std::span<const UseRecord> uses, Interval during) {
    std::map<std::string, GroupUse> groups;
    std::map<std::string, std::set<std::string>> users;
    for (const UseRecord& use : uses) {
        if (!touches(use.time, during)) continue;
        const Interval part = common_part(use.time, during);
        GroupUse& group = groups[use.group];
        ++group.sessions;
        group.booked += part.end - part.start;
        users[use.group].insert(use.user);
    }
    std::vector<GroupUse> result;
    for (auto& [name, group] : groups) {
        group.group = name;
        group.users = users[name].size();
        result.push_back(std::move(group));
    }
    return result;
}

std::vector<RefusalTotal> total_refusals(std::span<const RefusalCount> counts) {
    std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> totals;
    for (const RefusalCount& count : counts)
        totals[{count.reason, count.pool, count.group}] += count.count;
    std::vector<RefusalTotal> result;
    for (const auto& [key, count] : totals) {
        const auto& [reason, pool, group] = key;
        result.push_back({reason, pool, group, count});
    }
    return result;
}

}  // namespace relay::book
