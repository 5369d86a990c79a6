// SPDX-License-Identifier: Apache-2.0
#include "cli/issue_token.hpp"
#include "cli/session_commands.hpp"

#include <algorithm>

namespace relay::cli {
namespace {

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

Result<Permission> permit(const TokenRequest& request) {
    auto scopes = scopes_of(request);
    if (scopes.empty()) return fail(Errc::invalid, "scope: the token would permit nothing");
    if (request.basis.topic.empty() && (request.read || request.write)) {
        return fail(Errc::invalid, "topic: required; give --topic or RELAY_TOPIC");
    }
    return Permission{std::move(scopes), {}};
}

}  // namespace

int session_token(const Invocation& invocation, const WallClock& clock) {
    TokenRequest request;
    const config::Schema schema = session_token_settings(request);
    const CommandText text{
        .summary = "Prints a token that permits a session with a relay which has the same secret.",
        .also = "relay token, session token"};
    return issue_token(invocation,
                       {.schema = schema,
                        .text = text,
                        .basis = request.basis,
                        .permit = [&] { return permit(request); }},
                       clock());
}

}  // namespace relay::cli
