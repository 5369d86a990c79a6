// SPDX-License-Identifier: Apache-2.0
#include "auth/claims.hpp"
#include "auth/keyring.hpp"
#include "auth/token.hpp"
#include "cli/exit_code.hpp"
#include "cli/session_commands.hpp"
#include "cli/start.hpp"

#include <fmt/ostream.h>

#include <algorithm>

namespace relay::cli {
namespace {

using std::chrono::seconds;

std::vector<std::string> scopes_of(const TokenRequest& request) {
    std::vector<std::string> scopes;
    if (request.admin) scopes.push_back("relay:admin");
    if (request.write) scopes.push_back("write");
    if (request.read) scopes.push_back("read");
    for (const std::string& scope : request.scopes) {
        if (std::ranges::count(scopes, scope) == 0) scopes.push_back(scope);
    }
    return scopes;
}

// The refusal of a request that could only give a token no relay accepts.
Result<void> check(const TokenRequest& request, const std::vector<std::string>& scopes) {
    if (scopes.empty()) return fail(Errc::invalid, "scope: the token would permit nothing");
    if (request.topic.empty() && (request.read || request.write)) {
        return fail(Errc::invalid, "topic: required; give --topic or RELAY_TOPIC");
    }
    return {};
}

Result<auth::Claims> make_claims(const TokenRequest& request, WallTime now) {
    auth::Claims claims;
    claims.scopes = scopes_of(request);
    if (auto checked = check(request, claims.scopes); !checked) {
        return std::unexpected(checked.error());
    }
    // A second back, as the reference does, for relays whose clock is a little behind.
    claims.issued_at = now - seconds(1);
    const WallTime begin = std::max(now, request.not_before.value_or(now));
    claims.not_before = begin > now ? begin : *claims.issued_at;
    if (request.lifetime > WallTime::max() - begin) {
        return fail(Errc::invalid, "lifetime: too long");
    }
    claims.expires = begin + request.lifetime;
    claims.audience = {request.audience};
    claims.topic = request.topic;
    claims.prefix = request.connection_type;
    claims.booking_id = request.booking_id;
    return claims;
}

Result<Secret> sign(const TokenRequest& request, WallTime now) {
    const auto claims = make_claims(request, now);
    if (!claims) return std::unexpected(claims.error());
    return auth::sign_token(*claims, request.secret, request.kid);
}

}  // namespace

int session_token(const Invocation& invocation, const WallClock& clock) {
    TokenRequest request;
    const config::Schema schema = session_token_settings(request);
    const CommandText text{
        .summary = "Prints a token that permits a session with a relay which has the same secret.",
        .also = "relay token, session token"};
    auto started = start(invocation, schema, text);
    if (!started) return started.error();
    const auto token = sign(request, clock());
    if (!token) {
        print_lines(invocation.err, schema, token.error().detail);
        return exit_code(token.error());
    }
    for (const std::string& notice : started->loaded.notices) {
        print_lines(invocation.err, schema, notice);
    }
    if (const auto keys = auth::KeyRing::make(request.secret)) {
        for (const std::string& warning : keys->warnings()) {
            print_lines(invocation.err, schema, warning);
        }
    }
    fmt::print(invocation.out, "{}\n", token->reveal());
    return exit_ok;
}

}  // namespace relay::cli
