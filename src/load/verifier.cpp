// SPDX-License-Identifier: Apache-2.0
#include "load/verifier.hpp"

#include <utility>

namespace relay::load {

void Verifier::check(std::span<const std::uint8_t> message, wire::MessageType type,
                     SteadyTime now) {
    if (type != expectation_.type) ++tally_.retyped;
    if (message.empty()) ++tally_.corrupted;
    const std::size_t whole = message.size();
    while (!message.empty()) {
        if (message.size() < whole && expectation_.payload.read(message)) ++tally_.merged;
        check_one(message, now);
    }
}

void Verifier::check_one(std::span<const std::uint8_t>& bytes, SteadyTime now) {
    const auto all = std::exchange(bytes, {});
    const auto stamp = expectation_.payload.read(all);
    if (!stamp || stamp->length < expectation_.payload.stamp_size()) {
        ++tally_.corrupted;
    } else if (stamp->length > all.size()) {
        ++tally_.truncated;
    } else {
        const auto message = all.first(stamp->length);
        bytes = all.subspan(stamp->length);
        if (!expectation_.payload.body_matches(*stamp, message))
            ++tally_.corrupted;
        else if (belongs_here(*stamp))
            accept(*stamp, now);
    }
}

bool Verifier::belongs_here(const Stamp& stamp) {
    const bool known =
        stamp.topic == expectation_.topic && stamp.publisher < expectation_.publishers;
    if (!known) ++tally_.misrouted;
    return known;
}

SequenceTracker::Arrival Verifier::accept(const Stamp& stamp, SteadyTime now) {
    const auto arrival = trackers_[stamp.publisher].note(stamp.sequence);
    if (arrival == SequenceTracker::Arrival::duplicated) {
        ++tally_.duplicated;
        return arrival;
    }
    if (arrival == SequenceTracker::Arrival::reordered) ++tally_.reordered;
    if (arrival == SequenceTracker::Arrival::after_gap) ++tally_.gaps;
    ++tally_.delivered;
    tally_.bytes += stamp.length;
    tally_.latency.record(now - stamp.sent_at);
    return arrival;
}

}  // namespace relay::load
