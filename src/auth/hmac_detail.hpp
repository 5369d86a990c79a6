// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>

namespace relay::auth {

// HMAC (RFC 2104) by OpenSSL; `digest` is "SHA256", "SHA384" or "SHA512".
Result<std::string> hmac(const char* digest, const Secret& key, std::string_view text);

// Takes the same time wherever the first difference is.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace relay::auth
