// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// Numbers of a table's section, most significant bit first (ISO/IEC 13818-1 §2.4.4). The caller has
// made sure that `at` and the byte after it are within `bytes`.
namespace relay::media {

inline std::uint16_t sixteen_bits(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
inline std::uint16_t thirteen_bits(std::span<const std::uint8_t> bytes, std::size_t at) {
    return sixteen_bits(bytes, at) & 0x1FFF;
}
inline std::size_t twelve_bits(std::span<const std::uint8_t> bytes, std::size_t at) {
    return sixteen_bits(bytes, at) & 0x0FFF;
}

}  // namespace relay::media
