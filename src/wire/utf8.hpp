// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace relay::wire {

// Checks UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF) piece by piece,
// as a text message's fragments arrive.
class Utf8Check {
public:
    // False from the first byte on that no valid text can have; then only reset() helps.
    bool feed(std::span<const std::uint8_t> bytes);

    // Whether the text may end here: no character is half-way.
    bool complete() const { return needed_ == 0; }

    void reset() { *this = Utf8Check(); }

private:
    bool begin_character(std::uint8_t lead);

    std::uint8_t needed_ = 0;     // continuation bytes still to come
    std::uint8_t lowest_ = 0x80;  // bounds of the next continuation byte
    std::uint8_t highest_ = 0xBF;
};

bool is_utf8(std::span<const std::uint8_t> bytes);

}  // namespace relay::wire
