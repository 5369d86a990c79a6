// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/store.hpp"
#include "booking_sqlite/connection.hpp"
#include "booking_sqlite/failure_log.hpp"
#include "booking_sqlite/job_queue.hpp"

#include <thread>

namespace relay::booking_sqlite {

struct ReadJob {
    booking::Store::Reading work;
    booking::Store::Done done;
};

// A thread that only reads, on a connection of its own: neither commits nor other readers hold it
// up. Any thread may call, but for `stop`, which is for the owner alone.
class Reader {
public:
    explicit Reader(Connection connection);
    ~Reader() { stop(); }

    // See booking::Store::read and `report`. After `stop` the callback comes at once, on this
    // thread.
    void read(ReadJob job);
    void stop();

private:
    void run();

    Connection connection_;  // the thread's, as is the next
    FailureLog failures_{"cannot read bookings", "bookings are read again"};

    JobQueue<ReadJob> jobs_;
    std::thread thread_;  // last: it uses all the others
};

// Runs the work within a read transaction: it sees one state.
Result<void> read_once(Connection& connection, booking::Store::Reading& work);

}  // namespace relay::booking_sqlite
