// SPDX-License-Identifier: Apache-2.0
#include "cli/issue_token.hpp"

#include "auth/claims.hpp"
#include "auth/keyring.hpp"
#include "auth/token.hpp"
#include "cli/exit_code.hpp"

#include <fmt/ostream.h>

#include <algorithm>

namespace relay::cli {
namespace {

using std::chrono::seconds;

Result<Secret> sign(const TokenBasis& basis, std::vector<std::string> scopes, WallTime now) {
    auth::Claims claims;
    claims.scopes = std::move(scopes);
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
    return auth::sign_token(claims, basis.secret, basis.kid);
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
    const auto token = permission ? sign(command.basis, permission->scopes, now)
                                  : Result<Secret>(std::unexpected(permission.error()));
    if (!token) {
        print_lines(invocation.err, command.schema, token.error().detail);
        return exit_code(token.error());
    }
    print_all(invocation, command.schema, started->loaded.notices);
    print_all(invocation, command.schema, permission->warnings);
    if (const auto keys = auth::KeyRing::make(command.basis.secret))
        print_all(invocation, command.schema, keys->warnings());
    fmt::print(invocation.out, "{}\n", token->reveal());
    return exit_ok;
}

}  // namespace relay::cli
