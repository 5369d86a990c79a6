// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/connection.hpp"
#include "load/histogram.hpp"
#include "load/tally.hpp"
#include "load/topic.hpp"
#include "load/ts_writer.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace relay::load {

// A connection that sends numbered messages: at a fixed rate, or as fast as the slowest reader of
// its topic keeps up with.
class Publisher : public Connection {
public:
    // `tally` counts messages of its own that come back to it.
    Publisher(Loop& loop, Observer& observer, Opening opening, const Group& group,
              const Topic& topic, std::size_t index, Tally& tally);

    // Publication begins at `start`, for this publisher at `first`.
    void begin(SteadyTime start, SteadyTime first);

    // Sends what the window admits; for publishers without a rate, in each turn of the loop.
    void pump();

    std::size_t index() const { return index_; }
    std::uint64_t sent() const { return next_sequence_; }
    bool is_done() const { return done_ || !is_open(); }
    // How much later than due messages were sent: a measure of the generator's own overload.
    const Histogram& lateness() const { return lateness_; }

private:
    void received(const wire::Message& message, SteadyTime now) override;
    void send_due();
    void schedule_next();
    bool window_admits(std::size_t count);
    std::size_t next_batch() const;
    void append_message();
    std::size_t size_of_next() const;

    const Topic& topic_;
    std::size_t index_;
    Tally& tally_;
    TsWriter ts_writer_;
    std::vector<std::uint8_t> message_;  // kept for its memory
    std::uint64_t next_sequence_ = 0;
    std::uint64_t total_ = 0;    // messages to send
    std::uint64_t reached_ = 0;  // by all readers, as far as was looked up
    SteadyTime first_;
    SteadyTime end_;
    Histogram lateness_;
    bool done_ = false;
};

}  // namespace relay::load
