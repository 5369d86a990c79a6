// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/session_rows.hpp"

#include "booking_sqlite/offer_rows.hpp"

#include <string>
#include <utility>

namespace relay::booking_sqlite::detail {
namespace {

Result<booking::BookingState> state_from(const std::string& text) {
    if (text == "active") return booking::BookingState::active;
    if (text == "cancelling") return booking::BookingState::cancelling;
    if (text == "cancelled") return booking::BookingState::cancelled;
    return fail(Errc::internal, "a booking has the unknown state " + text);
}

}  // namespace

Result<BookingRow> read_booking(const Row& row) {
    const auto state = state_from(row.text(6));
    if (!state) return std::unexpected(state.error());
    return BookingRow{.booking = {.name = row.text(0),
                                  .user = row.text(1),
                                  .pool = row.text(2),
                                  .group = row.text(3),
                                  .time = {time_of(row, 4), time_of(row, 5)},
                                  .state = *state,
                                  .idempotency_key = row.text(7),
                                  .request_check = static_cast<std::uint32_t>(row.integer(8)),
                                  .created = time_of(row, 9)},
                      .version = row.integer(10)};
}

Result<std::vector<booking::Session>> with_offers(Connection& connection,
                                                  Result<std::vector<BookingRow>> rows) {
    if (!rows) return std::unexpected(std::move(rows.error()));
    std::vector<booking::Session> sessions;
    for (BookingRow& row : *rows) {
        auto offer = load_offer(connection, row.version);
        if (!offer) return std::unexpected(std::move(offer.error()));
        sessions.push_back({std::move(row.booking), *std::move(offer)});
    }
    return sessions;
}

}  // namespace relay::booking_sqlite::detail
