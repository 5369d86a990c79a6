// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/verifier.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace relay::load {

// Checks a stream of TsWriter's pictures. A relay may leave out pictures for a reader that cannot
// keep up, and may cut messages between packets; but packets stay whole, a picture that begins
// arrives entirely, and after a gap the stream goes on at a random-access point. Parses packets by
// itself rather than by relay's own code, so as not to share its mistakes.
class TsVerifier : public Verifier {
public:
    using Verifier::Verifier;

    void check(std::span<const std::uint8_t> message, wire::MessageType type,
               SteadyTime now) override;

private:
    enum class State : std::uint8_t {
        between,  // pictures
        inside,   // a picture
        lost,     // until the next picture begins: packets were missing
    };

    void take_packet(std::span<const std::uint8_t> packet, SteadyTime now);
    bool counter_continues(std::uint8_t counter);
    void begin_picture(std::span<const std::uint8_t> pes, bool random_access);
    void look_for_stamp();
    void end_picture(SteadyTime now);

    State state_ = State::between;
    std::vector<std::uint8_t> picture_;  // elementary stream received so far
    std::size_t body_at_ = 0;            // where in it the stamp begins
    std::optional<Stamp> stamp_;
    bool random_access_ = false;  // the current picture
    bool started_ = false;        // a video packet was seen
    std::uint8_t counter_ = 0;    // of the last video packet
};

}  // namespace relay::load
