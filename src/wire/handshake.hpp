// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace relay::wire {

// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 §4.2.2 5.4).
std::string accept_key(std::string_view key);

// Whether a Sec-WebSocket-Key is the base64 form of 16 bytes (§4.2.1 5).
bool is_valid_key(std::string_view key);

// A fresh random Sec-WebSocket-Key (§4.1 7).
std::string random_key();

}  // namespace relay::wire
