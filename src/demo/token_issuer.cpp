// SPDX-License-Identifier: Apache-2.0
#include "demo/token_issuer.hpp"

#include "auth/token.hpp"
#include "base/base64.hpp"
#include "base/random.hpp"

#include <array>
#include <utility>

namespace relay::demo {
namespace {

Secret random_secret() {
    std::array<std::uint8_t, 32> bytes{};
    fill_random(bytes);
    return Secret(base64url_encode(bytes));
}

}  // namespace

TokenIssuer::TokenIssuer(WallClock clock) : clock_(std::move(clock)), secret_(random_secret()) {}

Result<Secret> TokenIssuer::issue(const std::string& topic, std::vector<std::string> scopes,
                                  std::chrono::seconds lifetime) const {
    const WallTime now = clock_();
    auth::Claims claims;
    claims.audience = {audience};
    claims.issued_at = claims.not_before = now;
    claims.expires = now + lifetime;
    claims.topic = topic;
    claims.prefix = "session";
    claims.scopes = std::move(scopes);
    claims.booking_id = "demo";
    return auth::sign_token(claims, secret_);
}

}  // namespace relay::demo
