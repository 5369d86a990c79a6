// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking_sqlite/connection.hpp"
#include "booking_sqlite/failure_log.hpp"
#include "booking_sqlite/group_commit.hpp"
#include "booking_sqlite/job_queue.hpp"
#include "booking_sqlite/write_ahead_log.hpp"

#include <thread>

namespace relay::booking_sqlite {

// The one thread that writes: while one commit waits for the disk the next units gather, and share
// the next commit. Any thread may call, but for `stop`, which is for the owner alone.
class Writer {
public:
    Writer(Connection connection, WriteAheadLog log);
    ~Writer() { stop(); }

    // See booking::Store::write. After `stop` the callback comes at once, on this thread.
    void write(WriteJob job);
    void stop();

private:
    void run();

    Connection connection_;  // the thread's, as are the next two
    WriteAheadLog log_;
    FailureLog failures_{"cannot write bookings", "bookings are written again"};

    JobQueue<WriteJob> jobs_;
    std::thread thread_;  // last: it uses all the others
};

}  // namespace relay::booking_sqlite
