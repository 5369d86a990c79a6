// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/claims.hpp"
#include "auth/keyring.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace relay::auth {

// Longest token that is looked at, in bytes, without `Bearer `.
constexpr std::size_t token_size_limit = 16 * 1024;

// Checks a JSON Web Token (RFC 7519; compact form of RFC 7515) and returns what it claims. Only
// HS256, HS384 and HS512 are accepted; `exp` is required and passes at its very second; `nbf` and
// `iat` may not lie in the future; `leeway` widens all three. A leading `Bearer ` is skipped.
// Neither audience nor scopes are checked: the caller knows what it needs. Pure, for any thread.
// Errors: Errc::unauthorized, with a reason that holds no part of the token.
Result<Claims> verify_token(std::string_view token, const KeyRing& keys, WallTime now,
                            std::chrono::seconds leeway);

// A token of these claims, signed with HS256; `kid` goes to the header unless it is empty. Times
// are cut to whole seconds. The booking id is written under both names that are in use. Errors:
// Errc::invalid for an empty key and for text that is no UTF-8.
Result<Secret> sign_token(const Claims& claims, const Secret& key, std::string_view kid = "");

}  // namespace relay::auth
