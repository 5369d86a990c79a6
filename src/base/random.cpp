// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace relay {

void fill_random(std::span<std::uint8_t> bytes) {
    constexpr std::size_t most_at_once = 1 << 20;  // RAND_bytes counts in int
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(bytes.size(), most_at_once));
        if (RAND_bytes(part.data(), static_cast<int>(part.size())) != 1) {
            std::fputs("no randomness from the operating system\n", stderr);
            std::abort();
        }
        bytes = bytes.subspan(part.size());
    }
}

std::string random_uuid() {
    std::array<std::uint8_t, 16> bytes;
    fill_random(bytes);
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);  // version 4
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);  // variant of RFC 9562
    std::string text;
    text.reserve(36);
    for (std::size_t index = 0; index < bytes.size(); ++index) {
        if (index == 4 || index == 6 || index == 8 || index == 10) text += '-';
        fmt::format_to(std::back_inserter(text), "{:02x}", bytes[index]);
    }
    return text;
}

double random_fraction() {
    std::array<std::uint8_t, 8> bytes;
    fill_random(bytes);
    std::uint64_t bits = 0;
    for (const std::uint8_t byte : bytes) bits = bits << 8 | byte;
    return static_cast<double>(bits >> 11) * 0x1p-53;  // as many bits as a double holds exactly
}

}  // namespace relay
