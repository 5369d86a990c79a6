// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/catalogue.hpp"

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

// Which equipment an activity is about (spec/booking-model.md §1): one physical item is one
// resource, in however many pools and activities it is listed.
namespace relay::booking {

// Topics that belong to another resource from now on, or to one for the first time.
using TopicMoves = std::vector<std::pair<Topic, ResourceNumber>>;

struct Assignment {
    std::vector<ResourceNumber> of_activity;  // one for each activity
    TopicMoves moved;
    std::size_t added = 0;  // new resources: -1, ..., -added
};

// All activities that share a topic, directly or by others, are of one resource; one without
// streams has a new resource of its own. Resources that exist are kept: of those that are joined
// the one with most of the topics survives, one that is parted stays with most of its topics, and
// between equals the lowest number and the first activity decide. Topics that no activity names
// stay where they are. Pure.
// Errc::conflict, in words for an administrator, when a resource that is held at this time would be
// joined with another one or parted: who uses it could be disturbed.
Result<Assignment> assign_resources(std::span<const Activity> activities,
                                    std::span<const Resource> existing);

}  // namespace relay::booking
