// SPDX-License-Identifier: Apache-2.0
#include "wire/mask.hpp"

#include <cstring>

namespace relay::wire {

void apply_mask(std::span<const std::uint8_t> from, std::uint8_t* to, const MaskKey& key,
                std::size_t offset) {
    MaskKey rotated;
    for (std::size_t i = 0; i < 4; ++i) rotated[i] = key[(offset + i) % 4];
    std::uint64_t word;
    std::memcpy(&word, rotated.data(), 4);
    std::memcpy(reinterpret_cast<std::uint8_t*>(&word) + 4, rotated.data(), 4);

    // Whole words by memcpy: no alignment is asked for, and the compiler turns the loop into
    // vectors.
    const std::size_t words = from.size() / 8;
    for (std::size_t i = 0; i < words; ++i) {
        std::uint64_t value;
        std::memcpy(&value, from.data() + i * 8, 8);
        value ^= word;
        std::memcpy(to + i * 8, &value, 8);
    }
    for (std::size_t i = words * 8; i < from.size(); ++i)
        to[i] = static_cast<std::uint8_t>(from[i] ^ rotated[i % 4]);
}

}  // namespace relay::wire
