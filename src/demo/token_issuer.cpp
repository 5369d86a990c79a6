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

TokenIssuer::TokenIssuer(std::string relay, WallClock clock)
    : relay_(std::move(relay)),
      clock_(std::move(clock)),
      relay_secret_(random_secret()),
      book_secret_(random_secret()) {}

Result<Secret> TokenIssuer::issue(const std::string& topic, std::vector<std::string> scopes,
                                  std::chrono::seconds lifetime) const {
    const WallTime now = clock_();
    auth::Claims claims;
    claims.audience = {relay_};
    claims.issued_at = claims.not_before = now;
    claims.expires = now + lifetime;
    claims.topic = topic;
    claims.prefix = "session";
    claims.scopes = std::move(scopes);
    claims.booking_id = "demo";
    return auth::sign_token(claims, relay_secret_);
}

Result<Secret> TokenIssuer::issue_class_token(const std::string& scope,
                                              std::chrono::seconds lifetime) const {
    const WallTime now = clock_();
    auth::Claims claims;
    claims.audience = {book_audience};
    claims.issued_at = claims.not_before = now;
    claims.expires = now + lifetime;
    claims.scopes = {scope};
    claims.groups = {group};
    return auth::sign_token(claims, book_secret_);
}

}  // namespace relay::demo
