// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace relay::store {

struct Denial {
    std::string booking_id;
    std::int64_t expires;  // seconds since 1970

    bool operator==(const Denial&) const = default;
};

// The denied bookings, so that they stay denied over a restart. What `put` and `erase` report as
// done is on disk. For one thread at a time.
class DenialTable {
public:
    // Opens or makes the file and checks it; see Database::open for the errors.
    static Result<DenialTable> open(const std::filesystem::path& file);

    // In alphabetical order.
    Result<std::vector<Denial>> load();
    // Replaces the time of an entry that is there.
    Result<void> put(const Denial& denial);
    Result<void> erase(std::string_view booking_id);
    // Forgets entries that end at `now` or before.
    Result<void> prune(std::int64_t now);

private:
    explicit DenialTable(Database database) : database_(std::move(database)) {}

    Database database_;
};

}  // namespace relay::store
