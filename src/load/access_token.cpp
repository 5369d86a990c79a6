// SPDX-License-Identifier: Apache-2.0
#include "load/access_token.hpp"

#include "auth/token.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace relay::load {

Result<Secret> access_token(const Credentials& credentials, const Group& group, WallTime now) {
    constexpr std::string_view path = "/session/";
    if (!group.url.starts_with("http")) return Secret();
    if (!credentials.token.empty()) return credentials.token;
    const auto at = group.url.rfind(path);
    if (at == std::string::npos)
        return fail(Errc::invalid, "an access URL must end in /session/TOPIC: " + group.url);

    auth::Claims claims;
    claims.audience = {credentials.audience.empty() ? group.url.substr(0, at)
                                                    : credentials.audience};
    claims.topic = group.url.substr(at + path.size());
    claims.prefix = "session";
    claims.scopes = {group.role == Role::publisher ? "write" : "read"};
    claims.booking_id = "relay-load";
    claims.not_before = claims.issued_at = now - std::chrono::seconds(1);
    claims.expires = now + std::chrono::hours(1);
    return auth::sign_token(claims, credentials.signing_secret);
}

}  // namespace relay::load
