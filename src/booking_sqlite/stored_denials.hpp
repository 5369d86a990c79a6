// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/denial_table.hpp"
#include "booking_sqlite/connection.hpp"

namespace relay::booking_sqlite {

// See booking::DenialTable. The connection is in a transaction whenever this is used.
class StoredDenials : public booking::DenialTable {
public:
    explicit StoredDenials(Connection& connection) : connection_(connection) {}

    Result<void> add(const booking::Denial& denial) override;
    Result<std::vector<booking::Denial>> due(booking::BookingTime now,
                                             std::size_t most) const override;
    Result<std::optional<booking::BookingTime>> next_due() const override;
    Result<std::vector<booking::Denial>> pending(std::string_view booking) const override;
    Result<void> settle(std::string_view booking, std::string_view relay) override;
    Result<void> postpone(std::string_view booking, std::string_view relay,
                          booking::BookingTime next_attempt) override;

private:
    Connection& connection_;
};

}  // namespace relay::booking_sqlite
