// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/connection.hpp"
#include "load/tally.hpp"
#include "load/topic.hpp"
#include "load/verifier.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace relay::load {

// A connection that verifies what it receives, and may stop reading for a while.
class Reader : public Connection {
public:
    Reader(Loop& loop, Observer& observer, Opening opening, const Group& group, const Topic& topic,
           Tally& tally);

    // Publication begins: the time that the stall counts from.
    void begin(SteadyTime start);

    // What a stalled reader misses is no fault.
    bool is_excused() const { return stall_.has_value(); }
    SteadyTime stall_end() const { return stall_end_; }
    const std::string& reader_class() const { return reader_class_; }

    // Whether nothing more is to come of what the publishers have sent.
    bool is_finished() const;
    // Messages sent that did not arrive.
    std::uint64_t missing() const;
    std::uint64_t expected() const;

    // One more than the highest number received from the publisher; a reader that nobody need wait
    // for is infinitely far ahead.
    std::uint64_t progress(std::size_t publisher) const;

private:
    void received(const wire::Message& message, SteadyTime now) override;

    const Topic& topic_;
    std::unique_ptr<Verifier> verifier_;
    std::optional<Stall> stall_;
    SteadyTime stall_end_;
    std::string reader_class_;
};

}  // namespace relay::load
