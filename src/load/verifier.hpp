// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "load/payload.hpp"
#include "load/sequence_tracker.hpp"
#include "load/tally.hpp"
#include "wire/message.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace relay::load {

// What a verifier needs to know of the messages to come.
struct Expectation {
    const Payload& payload;  // outlives the verifier
    std::uint32_t topic;
    std::size_t publishers;
    wire::MessageType type = wire::MessageType::binary;
};

// Checks all that one reader receives, and counts it in the Tally of the reader's class.
// One thread.
class Verifier {
public:
    Verifier(const Expectation& expectation, Tally& tally)
        : expectation_(expectation), tally_(tally), trackers_(expectation.publishers) {}
    virtual ~Verifier() = default;
    Verifier(const Verifier&) = delete;
    Verifier& operator=(const Verifier&) = delete;

    virtual void check(std::span<const std::uint8_t> message, wire::MessageType type,
                       SteadyTime now);

    // Per publisher, what has arrived so far.
    std::span<const SequenceTracker> trackers() const { return trackers_; }

protected:
    // Takes one message off the front of `bytes`; all of them when what follows is unknown.
    void check_one(std::span<const std::uint8_t>& bytes, SteadyTime now);
    // Counts an intact message in.
    SequenceTracker::Arrival accept(const Stamp& stamp, SteadyTime now);
    bool belongs_here(const Stamp& stamp);

    Expectation expectation_;
    Tally& tally_;

private:
    std::vector<SequenceTracker> trackers_;
};

}  // namespace relay::load
