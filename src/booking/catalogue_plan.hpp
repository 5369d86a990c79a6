// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/catalogue.hpp"
#include "booking/manifest.hpp"
#include "booking/resource_assignment.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Changes of the catalogue, worked out before anything is written. Pure.
namespace relay::booking {

// One line for each thing that a manifest changes, as `pool laser-bench: added`.
struct ManifestChange {
    enum class Kind { added, changed, removed };
    Kind kind;
    std::string what;    // `pool`, `group`, `activity`
    std::string key;     // name in the manifest, or the description's name when it has none
    std::string detail;  // of what changed: its members

    bool operator==(const ManifestChange&) const = default;
};

// What is to be done, in this order.
struct CataloguePlan {
    TopicMoves moved;                         // negative numbers are of resources to be added
    std::vector<ListedPool> pools;            // to put
    std::vector<std::string> retired_offers;  // ids
    std::vector<Offer> offers;                // to put; resources as in `moved`
    std::vector<ListedGroup> groups;          // to put
    std::vector<std::string> retired_groups, retired_pools;

    std::vector<ManifestChange> changes;
};

using NewId = std::function<std::string()>;

// See replace_catalogue and put_activity, which carry the plans out.
Result<CataloguePlan> plan_replacement(const Catalogue& current,
                                       std::span<const Resource> resources,
                                       const Manifest& manifest, const NewId& new_id);
Result<CataloguePlan> plan_activity(const Catalogue& current, std::span<const Resource> resources,
                                    std::string_view pool, std::string_view id,
                                    const Activity& activity);

}  // namespace relay::booking
