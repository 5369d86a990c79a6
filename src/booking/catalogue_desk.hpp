// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/catalogue_plan.hpp"
#include "booking/manifest.hpp"
#include "booking/resource_assignment.hpp"
#include "booking/store.hpp"

#include <string_view>
#include <vector>

// What administrators do with the catalogue, each within one transaction. Errors are the database's
// and those that are named here.
namespace relay::booking {

// Adds an activity to a pool, or replaces the one that has that id, which keeps its other pools and
// its key. Activities that it joins or parts (resource_assignment.hpp) move to their new resources.
// Errors: Errc::not_found for the pool, Errc::conflict as assign_resources.
Result<void> put_activity(Transaction& transaction, std::string_view pool, std::string_view id,
                          const Activity& activity, BookingTime now);

// Makes the catalogue what the manifest says: what it does not hold is withdrawn, what is unchanged
// stays as it is, sessions go on. Things are the same when their keys are: they keep their ids,
// except an activity that is of another resource than before. Returns what changed: pools,
// activities, groups, each by key. Errc::conflict as assign_resources.
Result<std::vector<ManifestChange>> replace_catalogue(Transaction& transaction,
                                                      const Manifest& manifest, BookingTime now);

// What replace_catalogue would change or refuse at this time.
Result<std::vector<ManifestChange>> preview_catalogue(const Transaction& transaction,
                                                      const Manifest& manifest, BookingTime now);

}  // namespace relay::booking
