// SPDX-License-Identifier: Apache-2.0
#include "access/caller.hpp"

#include "auth/token.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace relay::access {
namespace {

constexpr auto claims_missing = "Token Missing Required Claims";

}  // namespace

CallerCheck::CallerCheck(auth::KeyRing keys, std::string audience, std::chrono::seconds leeway,
                         WallClock clock)
    : keys_(std::move(keys)),
      audience_(std::move(audience)),
      leeway_(leeway),
      clock_(std::move(clock)) {}

Result<auth::Claims> CallerCheck::identify(const net::HttpRequest& request) const {
    const std::string_view token = request.fields["Authorization"];
    if (token.empty()) {
        return fail(Errc::unauthorized, "unauthenticated for invalid credentials");
    }
    auto claims = auth::verify_token(token, keys_, clock_(), leeway_);
    if (!claims) return claims;
    if (claims->audience.empty()) return fail(Errc::unauthorized, claims_missing);
    if (!claims->is_for(audience_)) {
        // Only the holder of a token that we trust gets to read what it says.
        return fail(Errc::unauthorized, fmt::format("aud [{}] does not match this host {}",
                                                    fmt::join(claims->audience, " "), audience_));
    }
    return claims;
}

Result<auth::Claims> CallerCheck::identify_with(std::string_view scope, std::string_view refusal,
                                                const net::HttpRequest& request) const {
    auto claims = identify(request);
    if (claims && !claims->has_scope(scope)) {
        return fail(Errc::unauthorized, std::string(refusal));
    }
    return claims;
}

Result<void> check_session_claims(const auth::Claims& claims, std::string_view session_id) {
    if (claims.topic.empty() || claims.prefix.empty() || claims.scopes.empty()) {
        return fail(Errc::unauthorized, claims_missing);
    }
    if (claims.topic != session_id) return fail(Errc::unauthorized, "Token Wrong Topic");
    // The reference gives a code that cannot work in the following two cases.
    if (claims.prefix != "session") {
        return fail(Errc::unauthorized, "token is not for a session: its prefix is not 'session'");
    }
    if (!claims.has_scope("read") && !claims.has_scope("write")) {
        return fail(Errc::unauthorized, "token has neither read nor write scope");
    }
    return {};
}

Result<auth::Role> check_shell_claims(const auth::Claims& claims, std::string_view shell_id) {
    const auto refuse = [](const char* why) { return fail(Errc::unauthorized, why); };
    if (claims.topic.empty() || claims.prefix.empty() || claims.scopes.empty()) {
        return refuse(claims_missing);
    }
    if (claims.topic != shell_id) return refuse("ShellID Does Not Match Token");
    if (claims.prefix != "shell" && claims.prefix != "connect") {
        return refuse("token is not for a shell: its prefix is neither 'shell' nor 'connect'");
    }
    const bool host = claims.has_scope("host");
    const bool client = claims.has_scope("client");
    const bool stats = claims.has_scope("stats");
    if (!host && !client && !stats) return refuse("Missing client, host or stats Scope");
    if (host && client) return refuse("Can only have Client Or Host Scope, Not Both");
    if (stats && shell_id != "stats") return refuse("Path Not Valid for Stats Scope");
    if (!stats && shell_id == "stats") return refuse("Path Not Valid Without Stats Scope");
    if (stats) return auth::Role::member;
    return host ? auth::Role::host : auth::Role::client;
}

}  // namespace relay::access
