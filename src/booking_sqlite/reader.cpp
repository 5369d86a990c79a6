// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/reader.hpp"

#include "booking_sqlite/unit_of_work.hpp"

#include <chrono>
#include <utility>

namespace relay::booking_sqlite {

Reader::Reader(Connection connection)
    : connection_(std::move(connection)), thread_([this] { run(); }) {}

void Reader::read(ReadJob job) {
    auto refused = jobs_.put(std::move(job));
    if (refused) refused->done(fail(Errc::unavailable, "the store has stopped"));
}

void Reader::stop() {
    jobs_.close();
    if (thread_.joinable()) thread_.join();
}

void Reader::run() {
    for (auto jobs = jobs_.take_all(); !jobs.empty(); jobs = jobs_.take_all()) {
        for (ReadJob& job : jobs) {
            auto done = read_once(connection_, job.work);
            failures_.note(connection_.take_failure(), std::chrono::steady_clock::now());
            job.done(std::move(done));
        }
        jobs.clear();  // what they hold is not kept until the next ones come
    }
}

Result<void> read_once(Connection& connection, booking::Store::Reading& work) {
    store::Database& database = connection.database();
    if (auto begun = database.execute("BEGIN"); !begun)
        return std::unexpected(connection.failed(std::move(begun.error())));
    const UnitOfWork unit(connection);
    auto done = work(unit);
    // Nothing was written; what an I/O error has undone is over already.
    if (database.in_transaction()) {
        auto ended = database.execute("ROLLBACK");
        if (done && !ended) return std::unexpected(connection.failed(std::move(ended.error())));
    }
    return done;
}

}  // namespace relay::booking_sqlite
