// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/histogram.hpp"

#include <cstdint>

namespace relay::load {

// What one class of readers received, and every way in which that differed from what was sent.
struct Tally {
    std::uint64_t delivered = 0;  // distinct, intact messages
    std::uint64_t bytes = 0;      // their payload
    std::uint64_t gaps = 0;       // times that one or more messages in a row were left out
    Histogram latency;            // from just before the send to the receipt of the last byte

    std::uint64_t duplicated = 0;
    std::uint64_t reordered = 0;
    std::uint64_t merged = 0;       // followed another one within one WebSocket message
    std::uint64_t truncated = 0;    // the WebSocket message ended before it was whole
    std::uint64_t corrupted = 0;    // a stamp or body that nobody sent
    std::uint64_t misrouted = 0;    // from another topic, or back to the connection it came from
    std::uint64_t retyped = 0;      // text became binary or the reverse
    std::uint64_t torn = 0;         // MPEG-TS: not whole packets, or pictures with packets missing
    std::uint64_t dirty_skips = 0;  // MPEG-TS: went on, after a gap, at no random-access point

    void merge(const Tally& other) {
        delivered += other.delivered;
        bytes += other.bytes;
        gaps += other.gaps;
        latency.merge(other.latency);
        duplicated += other.duplicated;
        reordered += other.reordered;
        merged += other.merged;
        truncated += other.truncated;
        corrupted += other.corrupted;
        misrouted += other.misrouted;
        retyped += other.retyped;
        torn += other.torn;
        dirty_skips += other.dirty_skips;
    }

    // Faults other than loss, which is only known when all has been sent.
    std::uint64_t faults() const {
        return duplicated + reordered + merged + truncated + corrupted + misrouted + retyped +
               torn + dirty_skips;
    }
};

}  // namespace relay::load
