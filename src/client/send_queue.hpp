// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "wire/message.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace relay::client {

// Messages that wait for the connection, each with a number by which its user knows it, in rising
// order. They stay when the connection is lost: what a script or a program says must not have
// holes. What was handed to a connection may be lost with it, so that is remembered for a while.
// Pure.
class SendQueue {
public:
    // What the connection had written longer ago than `doubt` has certainly arrived, or it would
    // have been found dead.
    explicit SendQueue(std::chrono::milliseconds doubt) : doubt_(doubt) {}

    void push(wire::MessagePtr message, std::size_t number);

    // As net::MessageSource::gather. That it is asked for more says that the connection has written
    // what it took before.
    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes, SteadyTime now);

    bool empty() const { return waiting_.empty(); }

    // What waits: payloads, and what each message takes beside, so that many empty ones count, too.
    std::size_t bytes() const { return bytes_; }
    static constexpr std::size_t beside_payload = 128;

    struct Range {
        std::size_t first;
        std::size_t last;
        bool operator==(const Range&) const = default;
    };
    // The connection is lost: the numbers of the messages that may be lost with it, if any; asked
    // again, there are none.
    std::optional<Range> take_doubtful(SteadyTime now);

private:
    struct Waiting {
        wire::MessagePtr message;
        std::size_t number;
    };
    struct Handed {
        SteadyTime written;  // not the last one's, while it is being written
        Range range;
    };
    void remember(const Range& range);
    void forget_arrived(SteadyTime now);

    std::chrono::milliseconds doubt_;
    std::deque<Waiting> waiting_;
    std::deque<Handed> handed_;  // oldest first
    bool writing_ = false;       // the connection is busy with the last of them
    std::size_t bytes_ = 0;
};

}  // namespace relay::client
