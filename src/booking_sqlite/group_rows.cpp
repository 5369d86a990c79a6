// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/group_rows.hpp"

#include "booking_sqlite/json_text.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace relay::booking_sqlite {
namespace {

using booking::ListedGroup;

struct GroupRow {
    std::int64_t number = 0;
    ListedGroup group;
};

Result<GroupRow> read_group(const Row& row) {
    auto description = description_from(row.text(3));
    if (!description) return std::unexpected(std::move(description.error()));
    GroupRow found{row.integer(0),
                   {.id = row.text(1), .key = row.text(2), .group = {}, .pools = {}}};
    found.group.group.description = *std::move(description);
    if (!row.is_null(4))
        found.group.group.max_sessions = static_cast<std::uint32_t>(row.integer(4));
    return found;
}

Result<std::vector<ListedGroup>> with_pools(Connection& connection,
                                            Result<std::vector<GroupRow>> rows) {
    if (!rows) return std::unexpected(std::move(rows.error()));
    std::vector<ListedGroup> groups;
    for (GroupRow& row : *rows) {
        auto pools = connection.all(
            "SELECT pool_id FROM grp_pool WHERE grp = ?1 ORDER BY ord",
            [](const Row& pool) -> Result<std::string> { return pool.text(0); }, row.number);
        if (!pools) return std::unexpected(std::move(pools.error()));
        row.group.pools = *std::move(pools);
        groups.push_back(std::move(row.group));
    }
    return groups;
}

// The number of its row.
Result<std::int64_t> put_row(Connection& connection, const ListedGroup& group) {
    const auto description = json_text(group.group.description);
    if (!description) return std::unexpected(description.error());
    const auto number = connection.one(
        "INSERT INTO grp (id, key, name, description, max_sessions) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (id) WHERE live = 1 DO UPDATE SET key = excluded.key, name = excluded.name,"
        " description = excluded.description, max_sessions = excluded.max_sessions"
        " RETURNING number",
        [](const Row& row) -> Result<std::int64_t> { return row.integer(0); }, group.id, group.key,
        group.group.description.name, *description, group.group.max_sessions);
    if (!number) return std::unexpected(number.error());
    return **number;
}

}  // namespace

Result<std::vector<ListedGroup>> load_groups(Connection& connection) {
    return with_pools(connection,
                      connection.all("SELECT number, id, key, description, max_sessions FROM grp"
                                     " WHERE live = 1 ORDER BY number",
                                     &read_group));
}

Result<std::vector<ListedGroup>> load_groups_named(Connection& connection, std::string_view name) {
    return with_pools(connection,
                      connection.all("SELECT number, id, key, description, max_sessions FROM grp"
                                     " WHERE live = 1 AND name = ?1 ORDER BY number",
                                     &read_group, name));
}

Result<std::optional<ListedGroup>> load_group(Connection& connection, std::string_view id) {
    auto found = with_pools(
        connection, connection.all("SELECT number, id, key, description, max_sessions FROM grp"
                                   " WHERE live = 1 AND id = ?1",
                                   &read_group, id));
    if (!found) return std::unexpected(std::move(found.error()));
    if (found->empty()) return std::nullopt;
    return std::move(found->front());
}

Result<void> put_group(Connection& connection, const ListedGroup& group) {
    const auto number = put_row(connection, group);
    if (!number) return std::unexpected(number.error());
    auto done = connection.run("DELETE FROM grp_pool WHERE grp = ?1", *number);
    std::int64_t position = 0;
    for (const std::string& pool : group.pools) {
        if (!done) return done;
        done = connection.run("INSERT INTO grp_pool (grp, ord, pool_id) VALUES (?1, ?2, ?3)",
                              *number, position++, pool);
    }
    return done;
}

}  // namespace relay::booking_sqlite
