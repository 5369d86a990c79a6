// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/writer.hpp"

#include <chrono>
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
        failures_.note(connection_.take_failure(), std::chrono::steady_clock::now());
        for (std::size_t each = 0; each < jobs.size(); ++each)
            jobs[each].done(std::move(outcomes[each]));
        jobs.clear();  // what they hold is not kept until the next ones come
        log_.keep_small(connection_.database());
    }
}

}  // namespace relay::booking_sqlite
