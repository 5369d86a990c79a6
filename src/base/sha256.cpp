// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace relay {

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, 32> digest;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) !=
        1) {
        std::fputs("OpenSSL has no SHA-256\n", stderr);
        std::abort();
    }
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace relay
