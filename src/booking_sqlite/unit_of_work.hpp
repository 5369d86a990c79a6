// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/store.hpp"
#include "booking_sqlite/connection.hpp"
#include "booking_sqlite/stored_catalogue.hpp"
#include "booking_sqlite/stored_denials.hpp"
#include "booking_sqlite/stored_records.hpp"
#include "booking_sqlite/stored_sessions.hpp"

namespace relay::booking_sqlite {

// The four tables of one connection, which is in a transaction as long as this is used.
class UnitOfWork : public booking::Transaction {
public:
    explicit UnitOfWork(Connection& connection)
        : catalogue_(connection),
          sessions_(connection),
          denials_(connection),
          records_(connection) {}

    StoredCatalogue& catalogue() override { return catalogue_; }
    StoredSessions& sessions() override { return sessions_; }
    StoredDenials& denials() override { return denials_; }
    StoredRecords& records() override { return records_; }
    const StoredCatalogue& catalogue() const override { return catalogue_; }
    const StoredSessions& sessions() const override { return sessions_; }
    const StoredDenials& denials() const override { return denials_; }
    const StoredRecords& records() const override { return records_; }

private:
    StoredCatalogue catalogue_;
    StoredSessions sessions_;
    StoredDenials denials_;
    StoredRecords records_;
};

}  // namespace relay::booking_sqlite
