// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace relay::load {

// What a publisher writes at the head of each message, so that a reader can tell what it ought to
// have received.
struct Stamp {
    std::uint32_t topic = 0;
    std::uint32_t publisher = 0;  // counted from 0 within the topic
    std::uint64_t sequence = 0;   // counted from 0 within the publisher
    SteadyTime sent_at;           // the generator's own clock: both ends are in one process
    std::uint32_t length = 0;     // bytes of the message, stamp included

    bool operator==(const Stamp&) const = default;
};

// Writes and checks messages: a stamp with a checksum, then a pattern that depends on the stamp, so
// that a byte from any other message or place is noticed. The text form is printable ASCII (valid
// UTF-8 that holds no zero, hence no MPEG start code). Constant after construction; any thread.
class Payload {
public:
    enum class Form { binary, text };

    explicit Payload(Form form);

    // The smallest possible message, bytes.
    std::size_t stamp_size() const { return form_ == Form::text ? 2 * raw_size : raw_size; }

    // Fills `message`, whose size is stamp.length and at least stamp_size().
    void write(const Stamp& stamp, std::span<std::uint8_t> message) const;

    // The stamp at the head of `message`; nothing if it is too short or its checksum is wrong.
    std::optional<Stamp> read(std::span<const std::uint8_t> message) const;

    // Whether all that follows the stamp is as written. `message` has stamp.length bytes.
    bool body_matches(const Stamp& stamp, std::span<const std::uint8_t> message) const;

private:
    static constexpr std::size_t raw_size = 32;
    static constexpr std::size_t pattern_size = 65536;
    using Raw = std::array<std::uint8_t, raw_size>;

    static Raw encode(const Stamp& stamp);
    static std::size_t pattern_start(const Stamp& stamp);
    template <class Visit>
    bool for_each_body_part(const Stamp& stamp, std::size_t size, Visit visit) const;

    Form form_;
    std::vector<std::uint8_t> pattern_;
};

}  // namespace relay::load
