// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/group_commit.hpp"

#include "booking_sqlite/unit_of_work.hpp"

#include <utility>

namespace relay::booking_sqlite {
namespace {

// What the unit says; its part of the transaction is kept, or undone.
Result<void> run_unit(Connection& connection, UnitOfWork& unit, booking::Store::Writing& work) {
    auto part = store::Savepoint::begin(connection.database());
    if (!part) return std::unexpected(connection.failed(std::move(part.error())));
    auto done = work(unit);
    if (!done) return done;
    done = part->release();
    if (!done) return std::unexpected(connection.failed(std::move(done.error())));
    return done;
}

// An error means that nothing has happened.
Result<void> run_all(Connection& connection, std::deque<WriteJob>& jobs,
                     std::vector<Result<void>>& outcomes) {
    auto transaction = store::Transaction::begin(connection.database());
    if (!transaction) return std::unexpected(transaction.error());
    UnitOfWork unit(connection);
    for (WriteJob& job : jobs) {
        outcomes.push_back(run_unit(connection, unit, job.work));
        if (connection.database().in_transaction()) continue;
        const Result<void>& last = outcomes.back();
        return fail(Errc::unavailable,
                    last ? "the database has undone the transaction" : last.error().detail);
    }
    return transaction->commit();
}

}  // namespace

std::vector<Result<void>> commit_together(Connection& connection, std::deque<WriteJob>& jobs) {
    std::vector<Result<void>> outcomes;
    outcomes.reserve(jobs.size());
    const auto committed = run_all(connection, jobs, outcomes);
    if (committed) return outcomes;
    return {jobs.size(),
            std::unexpected(connection.failed({Errc::unavailable, committed.error().detail}))};
}

}  // namespace relay::booking_sqlite
