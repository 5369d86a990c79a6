// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

namespace relay::load {

// Tells, for the numbered messages of one publisher as one reader receives them, which are new,
// late or repeated. Numbers start at 0. Exact however far a message is displaced; memory grows with
// the number of gaps, so none is used while nothing is lost. One thread.
class SequenceTracker {
public:
    enum class Arrival {
        in_order,
        after_gap,   // the numbers before it are missing so far
        reordered,   // fills a gap
        duplicated,  // seen before
    };

    Arrival note(std::uint64_t sequence);

    std::uint64_t distinct() const { return distinct_; }
    // One more than the highest number seen.
    std::uint64_t next() const { return next_; }

private:
    bool fill_gap(std::uint64_t sequence);

    std::uint64_t next_ = 0;
    std::uint64_t distinct_ = 0;
    std::map<std::uint64_t, std::uint64_t> gaps_;  // first missing number -> one past the last
};

}  // namespace relay::load
