// SPDX-License-Identifier: Apache-2.0
#include "cli/issue_token.hpp"
#include "cli/shell_commands.hpp"
#include "cli/shell_roles.hpp"

#include <algorithm>

namespace relay::cli {
namespace {

constexpr const char* stats_topic = "stats";

// A relay admits to byte streams by these; the others are a session's.
bool is_for_shells(const std::string& role) {
    return role == "host" || role == "client" || role == "stats";
}

Result<Permission> permit(const ShellTokenRequest& request) {
    const auto scopes = scopes_of_role(request.role);
    if (!scopes) return fail(Errc::invalid, "role: unknown");
    const bool stats = request.basis.topic == stats_topic;
    if (request.role == "stats" && !stats)
        return fail(Errc::invalid, "topic: that of the role stats is `stats`");
    if (stats && (request.role == "host" || request.role == "client"))
        return fail(Errc::invalid, "topic: `stats` is for the role stats");
    Permission permission{*scopes, {}};
    if (!is_for_shells(request.role) && request.basis.connection_type != "session")
        permission.warnings.push_back(
            "role: relays take the scopes read and write in sessions, which need "
            "--connection-type session; a shell needs the role host or client");
    return permission;
}

}  // namespace

int shell_token(const Invocation& invocation, const WallClock& clock) {
    ShellTokenRequest request;
    const config::Schema schema = shell_token_settings(request);
    const CommandText text{
        .summary =
            "Prints a token for a machine that is reached through a relay, or for those who "
            "reach it.",
        .also = "shell token"};
    return issue_token(invocation,
                       {.schema = schema,
                        .text = text,
                        .basis = request.basis,
                        .permit = [&] { return permit(request); }},
                       clock());
}

}  // namespace relay::cli
