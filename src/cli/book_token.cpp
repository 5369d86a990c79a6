// SPDX-License-Identifier: Apache-2.0
#include "cli/book_commands.hpp"
#include "cli/issue_token.hpp"

#include <algorithm>

namespace relay::cli {
namespace {

// Without a group nobody is let in, administrators neither (spec/booking-instant.md §3.1).
Result<Permission> permit(const ClassTokenRequest& request) {
    if (request.groups.empty())
        return fail(Errc::invalid, "groups: name one at least; no server takes a token without");
    Permission permission{.scopes = {request.admin ? "login:admin" : "login:user"},
                          .warnings = {},
                          .groups = request.groups,
                          .max_sessions = request.max_sessions};
    for (const std::string& scope : request.scopes)
        if (std::ranges::count(permission.scopes, scope) == 0) permission.scopes.push_back(scope);
    return permission;
}

}  // namespace

int book_token(const Invocation& invocation, const WallClock& clock) {
    ClassTokenRequest request;
    const config::Schema schema = book_token_settings(request);
    const CommandText text{
        .summary =
            "Prints a class token: whoever has it may log in to the booking server that "
            "has the same secret, and book what its groups may.",
        .also = "book token"};
    return issue_token(invocation,
                       {.schema = schema,
                        .text = text,
                        .basis = request.basis,
                        .permit = [&] { return permit(request); }},
                       clock());
}

}  // namespace relay::cli
