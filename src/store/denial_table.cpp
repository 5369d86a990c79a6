// SPDX-License-Identifier: Apache-2.0
#include "store/denial_table.hpp"

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
};

}  // namespace

Result<DenialTable> DenialTable::open(const std::filesystem::path& file) {
    auto database = Database::open(file);
    if (!database) return std::unexpected(database.error());
    const auto sound = database->check();
    if (!sound) return std::unexpected(sound.error());
    const auto migrated = migrate(*database, steps);
    if (!migrated) {
        return fail(migrated.error().code, file.string() + ": " + migrated.error().detail);
    }
    return DenialTable(*std::move(database));
}

Result<std::vector<Denial>> DenialTable::load() {
    auto statement =
        database_.prepare("SELECT booking_id, expires FROM denial ORDER BY booking_id");
    if (!statement) return std::unexpected(statement.error());
    std::vector<Denial> denials;
    auto row = statement->step();
    for (; row && *row; row = statement->step()) {
        denials.push_back({statement->text(0), statement->integer(1)});
    }
    if (!row) return std::unexpected(row.error());
    return denials;
}

Result<void> DenialTable::put(const Denial& denial) {
    auto statement = database_.prepare(
        "INSERT INTO denial (booking_id, expires) VALUES (?1, ?2) "
        "ON CONFLICT (booking_id) DO UPDATE SET expires = excluded.expires");
    if (!statement) return std::unexpected(statement.error());
    return statement->run_with(denial.booking_id, denial.expires);
}

Result<void> DenialTable::erase(std::string_view booking_id) {
    auto statement = database_.prepare("DELETE FROM denial WHERE booking_id = ?1");
    if (!statement) return std::unexpected(statement.error());
    return statement->run_with(booking_id);
}

Result<void> DenialTable::prune(std::int64_t now) {
    auto statement = database_.prepare("DELETE FROM denial WHERE expires <= ?1");
    if (!statement) return std::unexpected(statement.error());
    return statement->run_with(now);
}

}  // namespace relay::store
