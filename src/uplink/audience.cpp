// SPDX-License-Identifier: Apache-2.0
#include "uplink/audience.hpp"

#include <charconv>
#include <string_view>

namespace relay::uplink {

std::optional<std::size_t> parse_audience(std::span<const std::uint8_t> ping) {
    constexpr std::string_view name = "readers=";
    const std::string_view text(reinterpret_cast<const char*>(ping.data()), ping.size());
    if (!text.starts_with(name)) return std::nullopt;
    std::size_t readers = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + name.size(), end, readers);
    if (error != std::errc() || rest != end) return std::nullopt;
    return readers;
}

}  // namespace relay::uplink
