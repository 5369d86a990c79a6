// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/session.hpp"
#include "booking_sqlite/connection.hpp"

#include <cstdint>
#include <vector>

// Bookings, each with the version of the offer that it books.
namespace relay::booking_sqlite {

namespace detail {

struct BookingRow {
    booking::Booking booking;
    std::int64_t version = 0;
};
Result<BookingRow> read_booking(const Row& row);
Result<std::vector<booking::Session>> with_offers(Connection& connection,
                                                  Result<std::vector<BookingRow>> rows);

}  // namespace detail

// Those that `sql`, a `SELECT * FROM booked ...`, gives for the values.
template <class... Values>
Result<std::vector<booking::Session>> load_sessions(Connection& connection, Sql sql,
                                                    const Values&... values) {
    return detail::with_offers(connection, connection.all(sql, &detail::read_booking, values...));
}

}  // namespace relay::booking_sqlite
