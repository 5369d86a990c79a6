// SPDX-License-Identifier: Apache-2.0
#include "load/sequence_tracker.hpp"

#include <iterator>

namespace relay::load {

SequenceTracker::Arrival SequenceTracker::note(std::uint64_t sequence) {
    if (sequence < next_) {
        if (!fill_gap(sequence)) return Arrival::duplicated;
        ++distinct_;
        return Arrival::reordered;
    }
    const bool gap = sequence > next_;
    if (gap) gaps_.emplace(next_, sequence);
    next_ = sequence + 1;
    ++distinct_;
    return gap ? Arrival::after_gap : Arrival::in_order;
}

bool SequenceTracker::fill_gap(std::uint64_t sequence) {
    auto gap = gaps_.upper_bound(sequence);
    if (gap == gaps_.begin()) return false;
    --gap;
    const auto [first, end] = *gap;
    if (sequence >= end) return false;
    gaps_.erase(gap);
    if (first < sequence) gaps_.emplace(first, sequence);
    if (sequence + 1 < end) gaps_.emplace(sequence + 1, end);
    return true;
}

}  // namespace relay::load
