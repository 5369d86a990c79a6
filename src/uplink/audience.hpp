// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace relay::uplink {

// What a session relay says in a ping about a topic's audience: N of `readers=N`; nothing when the
// payload says something else (docs/protocol.md#audience).
std::optional<std::size_t> parse_audience(std::span<const std::uint8_t> ping);

}  // namespace relay::uplink
