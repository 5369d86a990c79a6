// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/connection.hpp"

namespace relay::booking_sqlite {

Error Connection::failed(Error error) {
    if (error.code != Errc::unavailable && error.code != Errc::internal) return error;
    // The first one is the cause, or stands within the others.
    if (!failure_) failure_ = std::move(error.detail);
    return {error.code, error.code == Errc::unavailable ? "the database is not available"
                                                        : "the database has failed"};
}

Result<Connection::Loan> Connection::lend(Sql sql) {
    if (!database_.in_transaction())
        return fail(Errc::unavailable, "the transaction was undone after an earlier failure");
    auto known = prepared_.find(sql.text);
    if (known == prepared_.end()) {
        auto statement = database_.prepare(sql.text);
        if (!statement) return std::unexpected(std::move(statement.error()));
        known = prepared_.emplace(sql.text, Prepared(*std::move(statement))).first;
    }
    if (known->second.lent) return fail(Errc::internal, "a statement runs within itself");
    return Loan(known->second);
}

}  // namespace relay::booking_sqlite
