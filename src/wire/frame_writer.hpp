// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/close_code.hpp"
#include "wire/mask.hpp"
#include "wire/message.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace relay::wire {

using FrameHeaderBytes = std::array<std::uint8_t, 14>;

// The header of one whole, unmasked frame as servers send it (RFC 6455 §5.2); its length in bytes.
std::size_t write_server_header(FrameHeaderBytes& header, MessageType type, std::size_t size);

// The same with mask bit and key, as clients must send it.
std::size_t write_client_header(FrameHeaderBytes& header, MessageType type, std::size_t size,
                                const MaskKey& key);

// Appends a whole masked frame, as clients send it. The key should come from fill_random.
void append_client_frame(std::vector<std::uint8_t>& out, MessageType type,
                         std::span<const std::uint8_t> payload, const MaskKey& key);

// A close message (§5.5.1): code and reason; the reason is cut, at a character, to the 123 bytes
// that fit. Codes that must not be sent give an empty payload.
MessagePtr close_message(CloseCode code, std::string_view reason);

}  // namespace relay::wire
