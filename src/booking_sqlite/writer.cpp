// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/writer.hpp"

#include "base/log.hpp"

#include <cstddef>
#include <utility>

namespace relay::booking_sqlite {

Writer::Writer(Connection connection, WriteAheadLog log)
    : connection_(std::move(connection)), log_(std::move(log)), thread_([this] { run(); }) {}

void Writer::write(WriteJob job) {
    auto refused = jobs_.put(std::move(job));
    if (refused) refused->done(fail(Errc::unavailable, "the store has stopped"));
}

void Writer::stop() {
    jobs_.close();
    if (thread_.joinable()) thread_.join();
}

void Writer::run() {
    for (auto jobs = jobs_.take_all(); !jobs.empty(); jobs = jobs_.take_all()) {
        std::vector<Result<void>> outcomes = commit_together(connection_, jobs);
        report(outcomes.front());
        for (std::size_t each = 0; each < jobs.size(); ++each)
            jobs[each].done(std::move(outcomes[each]));
        jobs.clear();  // what they hold is not kept until the next ones come
        log_.keep_small(connection_.database());
    }
}

// Says when it begins to fail and when it works again, not every time. A failed commit is told to
// all of its units alike.
void Writer::report(const Result<void>& outcome) {
    const bool failed = !outcome && outcome.error().code == Errc::unavailable;
    if (failed == std::exchange(failing_, failed)) return;
    if (failed)
        log::error("cannot write bookings", {{"reason", outcome.error().detail}});
    else
        log::warn("bookings are written again");
}

}  // namespace relay::booking_sqlite
