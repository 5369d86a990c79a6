// SPDX-License-Identifier: Apache-2.0
#include "auth/hmac_detail.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

namespace relay::auth {

Result<std::string> hmac(const char* digest, const Secret& key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> code;
    std::size_t size = 0;
    const unsigned char* done =
        EVP_Q_mac(nullptr, "HMAC", nullptr, digest, nullptr, key.reveal().data(),
                  key.reveal().size(), reinterpret_cast<const unsigned char*>(text.data()),
                  text.size(), code.data(), code.size(), &size);
    if (!done) return fail(Errc::internal, "HMAC is not available from OpenSSL");
    return std::string(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(size));
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace relay::auth
