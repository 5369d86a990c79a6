// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/stored_denials.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace relay::booking_sqlite {
namespace {

using booking::BookingTime;
using booking::Denial;

Result<Denial> read_denial(const Row& row) {
    return Denial{.booking = row.text(0),
                  .relay = row.text(1),
                  .until = time_of(row, 2),
                  .attempts = static_cast<std::uint32_t>(row.integer(3)),
                  .next_attempt = time_of(row, 4)};
}

}  // namespace

Result<void> StoredDenials::add(const Denial& denial) {
    const auto booking = connection_.one(
        "SELECT id FROM booking WHERE name = ?1",
        [](const Row& row) -> Result<std::int64_t> { return row.integer(0); }, denial.booking);
    if (!booking) return std::unexpected(booking.error());
    if (!*booking) return fail(Errc::not_found, "there is no booking " + denial.booking);
    return connection_.run(
        "INSERT INTO deny_outbox (booking_id, relay, until_ms, attempts, next_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5)",
        **booking, denial.relay, denial.until, denial.attempts, denial.next_attempt);
}

Result<std::vector<Denial>> StoredDenials::due(BookingTime now, std::size_t most) const {
    return connection_.all(
        "SELECT name, relay, until_ms, attempts, next_ms"
        " FROM deny_outbox JOIN booking ON booking.id = booking_id"
        " WHERE next_ms <= ?1 ORDER BY next_ms, booking_id, relay LIMIT ?2",
        &read_denial, now, static_cast<std::int64_t>(most));
}

Result<std::optional<BookingTime>> StoredDenials::next_due() const {
    return connection_.one("SELECT next_ms FROM deny_outbox ORDER BY next_ms LIMIT 1",
                           [](const Row& row) -> Result<BookingTime> { return time_of(row, 0); });
}

Result<std::vector<Denial>> StoredDenials::pending(std::string_view booking) const {
    return connection_.all(
        "SELECT name, relay, until_ms, attempts, next_ms"
        " FROM booking JOIN deny_outbox ON booking_id = booking.id"
        " WHERE name = ?1 ORDER BY relay",
        &read_denial, booking);
}

Result<void> StoredDenials::settle(std::string_view booking, std::string_view relay) {
    return connection_.run(
        "DELETE FROM deny_outbox"
        " WHERE booking_id = (SELECT id FROM booking WHERE name = ?1) AND relay = ?2",
        booking, relay);
}

Result<void> StoredDenials::postpone(std::string_view booking, std::string_view relay,
                                     BookingTime next_attempt) {
    return connection_.run(
        "UPDATE deny_outbox SET attempts = attempts + 1, next_ms = ?3"
        " WHERE booking_id = (SELECT id FROM booking WHERE name = ?1) AND relay = ?2",
        booking, relay, next_attempt);
}

}  // namespace relay::booking_sqlite
