// SPDX-License-Identifier: Apache-2.0
#include "wire/utf8.hpp"

#include <cstring>

namespace relay::wire {

namespace {

// How many of the first bytes are ASCII, counted in steps of 32.
std::size_t ascii_prefix(std::span<const std::uint8_t> bytes) {
    std::size_t count = 0;
    while (bytes.size() - count >= 32) {
        std::uint64_t words[4];
        std::memcpy(words, bytes.data() + count, sizeof words);
        if ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080u) break;
        count += 32;
    }
    return count;
}

}  // namespace

// The leads and the bounds of the byte after them are those of RFC 3629 §4.
bool Utf8Check::begin_character(std::uint8_t lead) {
    lowest_ = 0x80;
    highest_ = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        needed_ = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        needed_ = 2;
        if (lead == 0xE0) lowest_ = 0xA0;   // shorter forms exist below
        if (lead == 0xED) highest_ = 0x9F;  // surrogates above
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        needed_ = 3;
        if (lead == 0xF0) lowest_ = 0x90;
        if (lead == 0xF4) highest_ = 0x8F;  // beyond U+10FFFF above
    } else {
        return false;
    }
    return true;
}

bool Utf8Check::feed(std::span<const std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::uint8_t byte = bytes[i];
        if (needed_ == 0) {
            if (byte >= 0x80) {
                if (!begin_character(byte)) return false;
                continue;
            }
            if (const std::size_t ascii = ascii_prefix(bytes.subspan(i))) i += ascii - 1;
        } else {
            if (byte < lowest_ || byte > highest_) return false;
            lowest_ = 0x80;
            highest_ = 0xBF;
            --needed_;
        }
    }
    return true;
}

bool is_utf8(std::span<const std::uint8_t> bytes) {
    Utf8Check check;
    return check.feed(bytes) && check.complete();
}

}  // namespace relay::wire
