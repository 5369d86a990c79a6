// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/record_table.hpp"
#include "booking_sqlite/connection.hpp"

namespace relay::booking_sqlite {

// See booking::RecordTable. The connection is in a transaction whenever this is used.
class StoredRecords : public booking::RecordTable {
public:
    explicit StoredRecords(Connection& connection) : connection_(connection) {}

    Result<booking::ServiceState> state() const override;
    Result<void> set_state(const booking::ServiceState& state) override;

    Result<void> append_audit(const booking::AuditEntry& entry) override;
    Result<std::vector<booking::AuditEntry>> audit(booking::Interval during,
                                                   std::size_t most) const override;

    Result<void> count_refusal(booking::BookingTime at, std::string_view pool,
                               std::string_view group, std::string_view reason) override;
    Result<std::vector<booking::RefusalCount>> refusals(booking::Interval during) const override;
    Result<std::vector<booking::UseRecord>> uses(booking::Interval during) const override;

    Result<void> append_manifest(booking::BookingTime at, std::string_view by,
                                 std::string_view content) override;

private:
    Connection& connection_;
};

}  // namespace relay::booking_sqlite
