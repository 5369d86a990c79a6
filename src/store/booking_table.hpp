// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace relay::store {

struct ListedBooking {
    std::string booking_id;
    std::int64_t expires;  // seconds since 1970

    bool operator==(const ListedBooking&) const = default;
};

// The bookings that a relay keeps over a restart: those denied, and those allowed. What a call
// reports as done is on disk. For one thread at a time.
class BookingTable {
public:
    // Opens or makes the file and checks it; see Database::open for the errors.
    static Result<BookingTable> open(const std::filesystem::path& file);

    // In alphabetical order.
    Result<std::vector<ListedBooking>> load_denied();
    // Replaces the time of an entry that is there.
    Result<void> put_denied(const ListedBooking& booking);
    Result<void> erase_denied(std::string_view booking_id);
    // Forgets entries that end at `now` or before.
    Result<void> prune_denied(std::int64_t now);

    // In alphabetical order.
    Result<std::vector<ListedBooking>> load_allowed();
    // All at once: the list changes with every session, so it is written now and then.
    Result<void> replace_allowed(std::span<const ListedBooking> bookings);

private:
    explicit BookingTable(Database database) : database_(std::move(database)) {}

    Database database_;
};

}  // namespace relay::store
