// SPDX-License-Identifier: Apache-2.0
#include "store/booking_table.hpp"

#include "store/migration.hpp"

#include <utility>

namespace relay::store {
namespace {

constexpr std::string_view steps[] = {
    "CREATE TABLE denial ("
    "  booking_id TEXT PRIMARY KEY,"
    "  expires INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX denial_by_expiry ON denial (expires);",
    "CREATE TABLE allowance ("
    "  booking_id TEXT PRIMARY KEY,"
    "  expires INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;",
};

Result<std::vector<ListedBooking>> load(Database& database, std::string_view query) {
    auto statement = database.prepare(query);
    if (!statement) return std::unexpected(statement.error());
    std::vector<ListedBooking> bookings;
    auto row = statement->step();
    for (; row && *row; row = statement->step()) {
        bookings.push_back({statement->text(0), statement->integer(1)});
    }
    if (!row) return std::unexpected(row.error());
    return bookings;
}

}  // namespace

Result<BookingTable> BookingTable::open(const std::filesystem::path& file) {
    auto database = Database::open(file);
    if (!database) return std::unexpected(database.error());
    const auto sound = database->check();
    if (!sound) return std::unexpected(sound.error());
    const auto migrated = migrate(*database, steps);
    if (!migrated) {
        return fail(migrated.error().code, file.string() + ": " + migrated.error().detail);
    }
    return BookingTable(*std::move(database));
}

Result<std::vector<ListedBooking>> BookingTable::load_denied() {
    return load(database_, "SELECT booking_id, expires FROM denial ORDER BY booking_id");
}

Result<std::vector<ListedBooking>> BookingTable::load_allowed() {
    return load(database_, "SELECT booking_id, expires FROM allowance ORDER BY booking_id");
}

Result<void> BookingTable::replace_allowed(std::span<const ListedBooking> bookings) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return std::unexpected(transaction.error());
    if (auto cleared = database_.execute("DELETE FROM allowance"); !cleared) return cleared;
    for (const ListedBooking& booking : bookings) {
        auto statement = database_.prepare("INSERT INTO allowance VALUES (?1, ?2)");
        if (!statement) return std::unexpected(statement.error());
        const auto inserted = statement->run_with(booking.booking_id, booking.expires);
        if (!inserted) return inserted;
    }
    return transaction->commit();
}

Result<void> BookingTable::put_denied(const ListedBooking& booking) {
    auto statement = database_.prepare(
        "INSERT INTO denial (booking_id, expires) VALUES (?1, ?2) "
        "ON CONFLICT (booking_id) DO UPDATE SET expires = excluded.expires");
    if (!statement) return std::unexpected(statement.error());
    return statement->run_with(booking.booking_id, booking.expires);
}

Result<void> BookingTable::erase_denied(std::string_view booking_id) {
    auto statement = database_.prepare("DELETE FROM denial WHERE booking_id = ?1");
    if (!statement) return std::unexpected(statement.error());
    return statement->run_with(booking_id);
}

Result<void> BookingTable::prune_denied(std::int64_t now) {
    auto statement = database_.prepare("DELETE FROM denial WHERE expires <= ?1");
    if (!statement) return std::unexpected(statement.error());
    return statement->run_with(now);
}

}  // namespace relay::store
