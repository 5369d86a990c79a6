// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/claims.hpp"
#include "auth/code_store.hpp"
#include "auth/keyring.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/http_message.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace relay::access {

// Tells who makes a request, from the token in its Authorization field. Immutable, for any thread.
// All errors are Errc::unauthorized.
class CallerCheck {
public:
    // `audience` is what a token has to name in `aud`, exactly.
    CallerCheck(auth::KeyRing keys, std::string audience, std::chrono::seconds leeway,
                WallClock clock);

    // The claims of a valid token for this host.
    Result<auth::Claims> identify(const net::HttpRequest& request) const;
    // Only of one with that scope; otherwise the error is `refusal`.
    Result<auth::Claims> identify_with(std::string_view scope, std::string_view refusal,
                                       const net::HttpRequest& request) const;

private:
    const auth::KeyRing keys_;
    const std::string audience_;
    const std::chrono::seconds leeway_;
    const WallClock clock_;
};

// Whether the claims let their holder join this session; the errors are those of the API.
Result<void> check_session_claims(const auth::Claims& claims, std::string_view session_id);

// What the claims make their holder at this topic of byte streams: host, client, or member of the
// stats topic. The errors are those of the API (spec/shell.md §2).
Result<auth::Role> check_shell_claims(const auth::Claims& claims, std::string_view shell_id);

}  // namespace relay::access
