// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace relay {

// RFC 4648 §5, without padding: the form of JWT segments.
std::string base64url_encode(std::span<const std::uint8_t> bytes);
std::string base64url_encode(std::string_view bytes);

// Strict: no padding, no line breaks, and no bits left over that an encoder would not set.
// Nothing for any other text.
std::optional<std::string> base64url_decode(std::string_view text);

// RFC 4648 §4, with padding: the form of Sec-WebSocket-Key and Sec-WebSocket-Accept.
std::string base64_encode(std::span<const std::uint8_t> bytes);
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace relay
