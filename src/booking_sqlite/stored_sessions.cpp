// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/stored_sessions.hpp"

#include "booking_sqlite/contradictions.hpp"
#include "booking_sqlite/session_rows.hpp"

#include <utility>

namespace relay::booking_sqlite {
namespace {

using booking::Booking;
using booking::BookingState;
using booking::BookingTime;
using booking::Candidate;
using booking::ResourceNumber;
using booking::Session;

Result<std::int64_t> read_integer(const Row& row) {
    return row.integer(0);
}

Candidate read_candidate(const Row& row) {
    return {.offer = row.text(1),
            .resource = row.integer(2),
            .expires = time_of(row, 3),
            .available = row.integer(4) != 0,
            .held = {},
            .last_used = time_of(row, 5)};  // NULL is 0, the epoch
}

Result<std::optional<Session>> only(Result<std::vector<Session>> sessions) {
    if (!sessions) return std::unexpected(std::move(sessions.error()));
    if (sessions->empty()) return std::nullopt;
    return std::move(sessions->front());
}

struct Target {
    std::int64_t version = 0;
    ResourceNumber resource = 0;
};

Result<std::optional<Target>> find_target(Connection& connection, std::string_view offer) {
    return connection.one(
        "SELECT version, resource_id FROM offer WHERE id = ?1 AND live = 1",
        [](const Row& row) -> Result<Target> { return Target{row.integer(0), row.integer(1)}; },
        offer);
}

Result<void> add_user(Connection& connection, const Booking& booking) {
    return connection.run(
        "INSERT INTO usr (name, created_ms) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
        booking.user, booking.created);
}

// The row's id.
Result<std::int64_t> add_booking(Connection& connection, const Booking& booking,
                                 std::int64_t version) {
    std::optional<std::string_view> key;
    if (!booking.idempotency_key.empty()) key = booking.idempotency_key;
    const auto id = connection.one(
        "INSERT INTO booking (name, usr_id, version, pool_id, pool_name, grp_name, start_ms,"
        " end_ms, idem_key, request_check, created_ms)"
        " VALUES (?1, (SELECT id FROM usr WHERE name = ?2), ?3, ?4,"
        " ifnull((SELECT description ->> '$.name' FROM pool WHERE id = ?4 AND live = 1), ''),"
        " ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id",
        &read_integer, booking.name, booking.user, version, booking.pool, booking.group,
        booking.time.start, booking.time.end, key, booking.request_check, booking.created);
    if (!id) return std::unexpected(id.error());
    return **id;
}

// The one statement that Outcome::taken comes from: the database refuses what overlaps.
Result<void> add_hold(Connection& connection, const Booking& booking, std::int64_t booking_id,
                      ResourceNumber resource) {
    const bool begun = booking.time.start <= booking.created;
    return connection.run(
        "INSERT INTO hold (resource_id, booking_id, kind, start_ms, end_ms, begun)"
        " VALUES (?1, ?2, 'session', ?3, ?4, ?5)",
        resource, booking_id, booking.time.start, booking.time.end, begun);
}

std::unexpected<Error> no_such(std::string_view name) {
    return fail(Errc::not_found, "there is no booking " + std::string(name));
}

// The state and the id of a booking.
struct Standing {
    std::int64_t id = 0;
    std::string state;
};

Result<Standing> standing_of(Connection& connection, std::string_view name) {
    auto standing = connection.one(
        "SELECT id, state FROM booking WHERE name = ?1",
        [](const Row& row) -> Result<Standing> { return Standing{row.integer(0), row.text(1)}; },
        name);
    if (!standing) return std::unexpected(std::move(standing.error()));
    if (!*standing) return no_such(name);
    return **std::move(standing);
}

}  // namespace

Result<std::vector<Candidate>> StoredSessions::candidates(std::string_view pool,
                                                          BookingTime now) const {
    // A row for each hold of an offer, or one without; those of an offer come together.
    std::vector<Candidate> found;
    std::int64_t version = 0;  // of the last row
    const auto done = connection_.each(
        "SELECT pool_offer.version, offer.id, offer.resource_id, expires_ms, available,"
        " (SELECT start_ms FROM hold WHERE resource_id = offer.resource_id AND start_ms <= ?2"
        "  AND end_ms > start_ms ORDER BY start_ms DESC LIMIT 1),"
        " held.start_ms, held.end_ms, held.begun"
        " FROM pool JOIN pool_offer ON pool = number JOIN offer USING (version)"
        " JOIN resource ON resource.id = offer.resource_id"
        " LEFT JOIN hold AS held ON held.resource_id = offer.resource_id AND held.active = 1"
        "  AND held.end_ms > ?2"
        " WHERE pool.id = ?1 AND pool.live = 1 AND pool_offer.live = 1"
        " ORDER BY pool_offer.version, held.end_ms",
        [&](const Row& row) -> Result<void> {
            if (std::exchange(version, row.integer(0)) != row.integer(0))
                found.push_back(read_candidate(row));
            if (!row.is_null(6))
                found.back().held.push_back(
                    {{time_of(row, 6), time_of(row, 7)}, row.integer(8) != 0});
            return {};
        },
        pool, now);
    if (!done) return std::unexpected(done.error());
    return found;
}

Result<std::vector<Session>> StoredSessions::of_user(std::string_view user, BookingTime now) const {
    return load_sessions(connection_,
                         "SELECT * FROM booked"
                         " WHERE usr_id = (SELECT id FROM usr WHERE name = ?1) AND end_ms > ?2"
                         " AND state <> 'cancelled' ORDER BY start_ms, name",
                         user, now);
}

Result<std::vector<Session>> StoredSessions::live(BookingTime now) const {
    return load_sessions(connection_,
                         "SELECT * FROM booked WHERE end_ms > ?1 AND state <> 'cancelled'"
                         " ORDER BY start_ms, name",
                         now);
}

Result<std::optional<Session>> StoredSessions::find(std::string_view name) const {
    return only(load_sessions(connection_, "SELECT * FROM booked WHERE name = ?1", name));
}

Result<std::optional<Session>> StoredSessions::find_by_key(std::string_view user,
                                                           std::string_view key) const {
    return only(load_sessions(connection_,
                              "SELECT * FROM booked"
                              " WHERE usr_id = (SELECT id FROM usr WHERE name = ?1)"
                              " AND idem_key = ?2",
                              user, key));
}

Result<StoredSessions::Outcome> StoredSessions::book(const Booking& booking,
                                                     std::string_view offer) {
    if (booking.state != BookingState::active || booking.time.end <= booking.time.start)
        return fail(Errc::invalid, "a new booking is active and has a time");
    const auto target = find_target(connection_, offer);
    if (!target) return std::unexpected(target.error());
    if (!*target) return fail(Errc::not_found, "there is no offer " + std::string(offer));

    auto part = store::Savepoint::begin(connection_.database());
    if (!part) return std::unexpected(part.error());
    if (const auto added = add_user(connection_, booking); !added)
        return std::unexpected(added.error());
    const auto id = add_booking(connection_, booking, (*target)->version);
    if (!id) return std::unexpected(id.error());
    const auto held = add_hold(connection_, booking, *id, (*target)->resource);
    if (!held && held.error().code == Errc::conflict) return Outcome::taken;
    if (!held) return std::unexpected(held.error());
    if (const auto kept = part->release(); !kept) return std::unexpected(kept.error());
    return Outcome::booked;
}

Result<void> StoredSessions::begin_cancel(std::string_view name, BookingTime now,
                                          std::string_view by) {
    const auto standing = standing_of(connection_, name);
    if (!standing) return std::unexpected(standing.error());
    if (standing->state != "active") return no_such(std::string(name) + " that is active");
    return connection_.run(
        "UPDATE booking SET state = 'cancelling', cancelled_ms = ?2, cancelled_by = ?3"
        " WHERE id = ?1",
        standing->id, now, by);
}

Result<void> StoredSessions::finish_cancel(std::string_view name, BookingTime now) {
    const auto standing = standing_of(connection_, name);
    if (!standing) return std::unexpected(standing.error());
    if (standing->state == "cancelled") return {};
    if (standing->state == "active")
        return fail(Errc::conflict, "booking " + std::string(name) + " is not being cancelled");
    // What it took is kept for the statistics; an inactive hold is in nobody's way.
    const auto done = connection_.run(
        "UPDATE hold SET active = 0, end_ms = max(start_ms, min(end_ms, ?2)) WHERE booking_id = ?1",
        standing->id, now);
    if (!done) return done;
    return connection_.run("UPDATE booking SET state = 'cancelled' WHERE id = ?1", standing->id);
}

Result<StoredSessions::Counts> StoredSessions::counts(BookingTime now) const {
    const auto counts = connection_.one(
        "SELECT (SELECT count(*) FROM grp WHERE live = 1),"
        " (SELECT count(*) FROM pool WHERE live = 1),"
        " (SELECT count(*) FROM offer WHERE live = 1 AND expires_ms > ?1),"
        " count(*), max(end_ms) FROM booking WHERE end_ms > ?1 AND state <> 'cancelled'",
        [](const Row& row) -> Result<Counts> {
            const auto number = [&](int column) {
                return static_cast<std::size_t>(row.integer(column));
            };
            Counts read{number(0), number(1), number(2), number(3), std::nullopt};
            if (!row.is_null(4)) read.last_end = time_of(row, 4);
            return read;
        },
        now);
    if (!counts) return std::unexpected(counts.error());
    return **counts;
}

Result<std::vector<std::string>> StoredSessions::contradictions() const {
    return find_contradictions(connection_);
}

}  // namespace relay::booking_sqlite
