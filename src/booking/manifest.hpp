// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/catalogue.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace relay::booking {

// What a manifest file offers, with its references resolved (spec/booking-instant.md §8). Ids are
// empty, except in pools of offers and groups, which are keys here. Resources are not assigned.
struct Manifest {
    Catalogue catalogue;
};

// A mistake in a manifest.
struct ManifestProblem {
    unsigned line = 1;
    std::string text;  // names the entry and says what is expected

    bool operator==(const ManifestProblem&) const = default;
};

// Reads YAML. All problems are told, in order of lines, not only the first: unknown and missing
// names, references to what is not there, what is given twice, times and durations that make no
// sense, activities that have expired at `now`, streams and interfaces that miss something. An
// entry that nothing refers to is no mistake. Pure.
std::expected<Manifest, std::vector<ManifestProblem>> parse_manifest(std::string_view yaml,
                                                                     BookingTime now);

}  // namespace relay::booking
