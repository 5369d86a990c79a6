// SPDX-License-Identifier: Apache-2.0
#include "cli/issue_token.hpp"

#include "auth/claims.hpp"
#include "auth/keyring.hpp"
#include "auth/token.hpp"
#include "cli/exit_code.hpp"

#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace relay::cli {
namespace {

using std::chrono::seconds;

Result<auth::Claims> claims_of(const TokenBasis& basis, const Permission& permission,
                               WallTime now) {
    auth::Claims claims;
    claims.scopes = permission.scopes;
    claims.groups = permission.groups;
    claims.max_sessions = permission.max_sessions;
    // A second back, as the reference does, for relays whose clock is a little behind.
    claims.issued_at = now - seconds(1);
    const WallTime begin = std::max(now, basis.not_before.value_or(now));
    claims.not_before = begin > now ? begin : *claims.issued_at;
    if (basis.lifetime > WallTime::max() - begin) return fail(Errc::invalid, "lifetime: too long");
    claims.expires = begin + basis.lifetime;
    claims.audience = {basis.audience};
    claims.topic = basis.topic;
    claims.prefix = basis.connection_type;
    claims.booking_id = basis.booking_id;
    claims.subject = basis.subject;
    return claims;
}

// What is printed.
Result<std::string> issue(const TokenCommand& command, const Permission& permission, WallTime now) {
    const auto claims = claims_of(command.basis, permission, now);
    if (!claims) return std::unexpected(claims.error());
    const auto token = auth::sign_token(*claims, command.basis.secret, command.basis.kid);
    if (!token) return std::unexpected(token.error());
    if (!command.basis.json) return token->reveal();
    const auto end = std::chrono::floor<seconds>(claims->expires).time_since_epoch().count();
    return nlohmann::json{{"token", token->reveal()}, {"exp", end}}.dump();
}

void print_all(const Invocation& invocation, const config::Schema& schema,
               const std::vector<std::string>& lines) {
    for (const std::string& line : lines) print_lines(invocation.err, schema, line);
}

}  // namespace

int issue_token(const Invocation& invocation, const TokenCommand& command, WallTime now) {
    const auto started = start(invocation, command.schema, command.text);
    if (!started) return started.error();
    const auto permission = command.permit();
    const auto issued = permission ? issue(command, *permission, now)
                                   : Result<std::string>(std::unexpected(permission.error()));
    if (!issued) {
        print_lines(invocation.err, command.schema, issued.error().detail);
        return exit_code(issued.error());
    }
    print_all(invocation, command.schema, started->loaded.notices);
    print_all(invocation, command.schema, permission->warnings);
    if (const auto keys = auth::KeyRing::make(command.basis.secret))
        print_all(invocation, command.schema, keys->warnings());
    fmt::print(invocation.out, "{}\n", *issued);
    return exit_ok;
}

}  // namespace relay::cli
