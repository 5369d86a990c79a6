// SPDX-License-Identifier: Apache-2.0
#include "wire/handshake.hpp"

#include "base/base64.hpp"
#include "base/random.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>

namespace relay::wire {

std::string accept_key(std::string_view key) {
    std::string text(key);
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // the protocol's fixed GUID, RFC 6455 §1.3
    std::array<std::uint8_t, 20> digest{};
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    return base64_encode(digest);
}

bool is_valid_key(std::string_view key) {
    const auto bytes = base64_decode(key);
    return bytes && bytes->size() == 16;
}

std::string random_key() {
    std::array<std::uint8_t, 16> bytes;
    fill_random(bytes);
    return base64_encode(bytes);
}

}  // namespace relay::wire
