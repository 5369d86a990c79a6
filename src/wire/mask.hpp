// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace relay::wire {

using MaskKey = std::array<std::uint8_t, 4>;

// RFC 6455 §5.3: writes `from` XOR the key to `to` (as long as `from`; may be the same bytes).
// `offset` is how many bytes of the frame's payload came before.
void apply_mask(std::span<const std::uint8_t> from, std::uint8_t* to, const MaskKey& key,
                std::size_t offset = 0);

}  // namespace relay::wire
