// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/hmac_detail.hpp"
#include "auth/keyring.hpp"
#include "base/base64.hpp"
#include "base/clock.hpp"

#include <chrono>
#include <string>
#include <string_view>

// Tokens of any content for the tests, well signed or not.
namespace relay::auth {

constexpr WallTime test_now{std::chrono::seconds(1'795'342'750)};
inline const Secret test_key("0123456789abcdef0123456789abcdef");
inline const Secret other_key("fedcba9876543210fedcba9876543210");

constexpr std::string_view hs256_header = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view good_payload =
    R"({"aud":"https://relay.example/access","exp":1795346350,"nbf":1795342749,"iat":1795342749,)"
    R"("topic":"spin30/data","prefix":"session","scopes":["read","write"],"booking_id":"b1"})";

inline KeyRing test_ring() {
    return KeyRing::make(test_key, {Secret("next=" + other_key.reveal())}).value();
}

inline std::string forge(std::string_view header, std::string_view payload,
                         const Secret& key = test_key, const char* digest = "SHA256") {
    const std::string text = base64url_encode(header) + "." + base64url_encode(payload);
    return text + "." + base64url_encode(hmac(digest, key, text).value());
}

}  // namespace relay::auth
