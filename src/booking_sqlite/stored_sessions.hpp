// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/session_table.hpp"
#include "booking_sqlite/connection.hpp"

namespace relay::booking_sqlite {

// See booking::SessionTable. The connection is in a transaction whenever this is used.
class StoredSessions : public booking::SessionTable {
public:
    explicit StoredSessions(Connection& connection) : connection_(connection) {}

    Result<std::vector<booking::Candidate>> candidates(std::string_view pool,
                                                       booking::BookingTime now) const override;
    Result<std::vector<booking::Session>> of_user(std::string_view user,
                                                  booking::BookingTime now) const override;
    Result<std::vector<booking::Session>> live(booking::BookingTime now) const override;
    Result<std::optional<booking::Session>> find(std::string_view name) const override;
    Result<std::optional<booking::Session>> find_by_key(
        std::string_view user, std::string_view idempotency_key) const override;

    Result<Outcome> book(const booking::Booking& booking, std::string_view offer) override;
    Result<void> begin_cancel(std::string_view name, booking::BookingTime now,
                              std::string_view by) override;
    Result<void> finish_cancel(std::string_view name, booking::BookingTime now) override;

    Result<Counts> counts(booking::BookingTime now) const override;
    Result<std::vector<std::string>> contradictions() const override;

private:
    Connection& connection_;
};

}  // namespace relay::booking_sqlite
