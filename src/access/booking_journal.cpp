// SPDX-License-Identifier: Apache-2.0
#include "access/booking_journal.hpp"

#include "auth/numeric_date.hpp"

namespace relay::access {

namespace {

Result<BookingJournal::Entries> entries_of(const Result<std::vector<store::ListedBooking>>& rows) {
    if (!rows) return std::unexpected(rows.error());
    BookingJournal::Entries entries;
    for (const store::ListedBooking& row : *rows) {
        const auto expires = auth::numeric_date(row.expires);
        if (expires) entries.emplace_back(row.booking_id, *expires);
    }
    return entries;
}

// Rounded up: denied for a second too long rather than for one too short.
store::ListedBooking row_of(std::string_view booking_id, WallTime expires) {
    const auto whole = std::chrono::ceil<std::chrono::seconds>(expires);
    return {std::string(booking_id), whole.time_since_epoch().count()};
}

}  // namespace

Result<BookingJournal::Entries> StoredJournal::load_denied() {
    return entries_of(table_.load_denied());
}

Result<void> StoredJournal::put_denied(std::string_view booking_id, WallTime expires) {
    return table_.put_denied(row_of(booking_id, expires));
}

Result<void> StoredJournal::erase_denied(std::string_view booking_id) {
    return table_.erase_denied(booking_id);
}

Result<void> StoredJournal::prune_denied(WallTime now) {
    return table_.prune_denied(auth::unix_seconds(now));
}

Result<BookingJournal::Entries> StoredJournal::load_allowed() {
    return entries_of(table_.load_allowed());
}

Result<void> StoredJournal::replace_allowed(const Entries& entries) {
    std::vector<store::ListedBooking> rows;
    for (const auto& [booking_id, expires] : entries) rows.push_back(row_of(booking_id, expires));
    return table_.replace_allowed(rows);
}

}  // namespace relay::access
