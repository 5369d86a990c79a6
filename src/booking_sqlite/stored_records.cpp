// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/stored_records.hpp"

#include "base/sha256.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace relay::booking_sqlite {
namespace {

using booking::AuditEntry;
using booking::BookingTime;
using booking::Interval;
using booking::RefusalCount;
using booking::ServiceState;
using booking::UseRecord;

Result<AuditEntry> read_entry(const Row& row) {
    return AuditEntry{.at = time_of(row, 0),
                      .actor = row.text(1),
                      .action = row.text(2),
                      .object = row.text(3),
                      .detail = row.text(4)};
}

Result<RefusalCount> read_count(const Row& row) {
    return RefusalCount{.hour = time_of(row, 0),
                        .pool = row.text(1),
                        .group = row.text(2),
                        .reason = row.text(3),
                        .count = static_cast<std::uint64_t>(row.integer(4))};
}

Result<UseRecord> read_use(const Row& row) {
    return UseRecord{.resource = row.integer(0),
                     .activity = row.text(1),
                     .pool = row.text(2),
                     .group = row.text(3),
                     .user = row.text(4),
                     .time = {time_of(row, 5), time_of(row, 6)},
                     .cancelled = row.integer(7) != 0};
}

}  // namespace

Result<ServiceState> StoredRecords::state() const {
    ServiceState state;
    const auto done =
        connection_.each("SELECT key, value FROM setting", [&](const Row& row) -> Result<void> {
            const std::string key = row.text(0);
            if (key == "locked") state.locked = row.text(1) == "1";
            if (key == "message") state.message = row.text(1);
            return {};
        });
    if (!done) return std::unexpected(done.error());
    return state;
}

Result<void> StoredRecords::set_state(const ServiceState& state) {
    return connection_.run(
        "INSERT INTO setting (key, value) VALUES ('locked', ?1), ('message', ?2)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        state.locked ? "1" : "0", state.message);
}

Result<void> StoredRecords::append_audit(const AuditEntry& entry) {
    return connection_.run(
        "INSERT INTO audit (at_ms, actor, action, object, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
        entry.at, entry.actor, entry.action, entry.object, entry.detail);
}

Result<std::vector<AuditEntry>> StoredRecords::audit(Interval during, std::size_t most) const {
    return connection_.all(
        "SELECT at_ms, actor, action, object, detail FROM audit"
        " WHERE at_ms >= ?1 AND at_ms < ?2 ORDER BY at_ms, id LIMIT ?3",
        &read_entry, during.start, during.end, static_cast<std::int64_t>(most));
}

Result<void> StoredRecords::count_refusal(BookingTime at, std::string_view pool,
                                          std::string_view group, std::string_view reason) {
    const BookingTime hour = std::chrono::floor<std::chrono::hours>(at);
    return connection_.run(
        "INSERT INTO refusal_count (hour_ms, pool_id, grp_name, reason, count)"
        " VALUES (?1, ?2, ?3, ?4, 1) ON CONFLICT DO UPDATE SET count = count + 1",
        hour, pool, group, reason);
}

Result<std::vector<RefusalCount>> StoredRecords::refusals(Interval during) const {
    return connection_.all(
        "SELECT hour_ms, pool_id, grp_name, reason, count FROM refusal_count"
        " WHERE hour_ms > ?1 - 3600000 AND hour_ms < ?2"
        " ORDER BY hour_ms, pool_id, grp_name, reason",
        &read_count, during.start, during.end);
}

// What began before the interval's end is over when the longest booking after that would be: later
// rows of the index need not be looked at.
Result<std::vector<UseRecord>> StoredRecords::uses(Interval during) const {
    return connection_.all(
        "SELECT hold.resource_id, ifnull(offer.description ->> '$.name', ''), pool_name, grp_name,"
        " usr.name, booking.start_ms, hold.end_ms, state = 'cancelled'"
        " FROM booking JOIN usr ON usr.id = usr_id JOIN offer USING (version)"
        " JOIN hold ON booking_id = booking.id"
        " WHERE booking.end_ms > ?1 AND booking.start_ms < ?2"
        " AND booking.end_ms < ?2 + (SELECT max(end_ms - start_ms) FROM booking)"
        " AND (hold.end_ms > ?1 OR booking.start_ms >= ?1)"
        " ORDER BY booking.start_ms, booking.id",
        &read_use, during.start, during.end);
}

Result<void> StoredRecords::append_manifest(BookingTime at, std::string_view by,
                                            std::string_view content) {
    return connection_.run(
        "INSERT INTO manifest_rev (at_ms, actor, body, sha256) VALUES (?1, ?2, ?3, ?4)", at, by,
        content, sha256_hex(content));
}

}  // namespace relay::booking_sqlite
