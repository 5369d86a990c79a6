// SPDX-License-Identifier: Apache-2.0
#include "base/secret.hpp"

#include <openssl/crypto.h>

namespace relay {

bool operator==(const Secret& left, const Secret& right) {
    return left.text_.size() == right.text_.size() &&
           CRYPTO_memcmp(left.text_.data(), right.text_.data(), left.text_.size()) == 0;
}

}  // namespace relay
