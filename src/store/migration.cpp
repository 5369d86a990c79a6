// SPDX-License-Identifier: Apache-2.0
#include "store/migration.hpp"

#include <fmt/format.h>

namespace relay::store {
namespace {

Result<std::int64_t> schema_version(Database& database) {
    auto statement = database.prepare("PRAGMA user_version");
    if (!statement) return std::unexpected(statement.error());
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    return statement->integer(0);
}

}  // namespace

Result<void> migrate(Database& database, std::span<const std::string_view> steps) {
    // Within the transaction, so that two processes that start together do not both migrate.
    auto transaction = Transaction::begin(database);
    if (!transaction) return std::unexpected(transaction.error());
    const auto version = schema_version(database);
    if (!version) return std::unexpected(version.error());
    const auto newest = static_cast<std::int64_t>(steps.size());
    if (*version < 0 || *version > newest) {
        return fail(Errc::conflict,
                    fmt::format("the database has schema version {}, this program knows up to {}",
                                *version, newest));
    }
    if (*version == newest) return {};  // nothing to write
    for (std::int64_t next = *version; next < newest; ++next) {
        const auto done = database.execute(steps[static_cast<std::size_t>(next)]);
        if (!done) return done;
    }
    const auto remembered = database.execute(fmt::format("PRAGMA user_version = {}", newest));
    if (!remembered) return remembered;
    return transaction->commit();
}

}  // namespace relay::store
