// SPDX-License-Identifier: Apache-2.0
#include "cli/shell_access.hpp"

#include "cli/unverified_token.hpp"
#include "uplink/target.hpp"
#include "uplink/uplink.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace relay::cli {
namespace {

// A token that cannot be read now may be there later.
Result<void> check_role(const uplink::Target& target, std::string_view role) {
    const auto token = uplink::current_token(target);
    const auto scopes = token ? unverified_scopes(*token) : std::nullopt;
    if (role.empty() || !scopes || std::ranges::count(*scopes, role) > 0) return {};
    return fail(Errc::invalid,
                fmt::format("{}: the token is for something else; make one with `relay shell token "
                            "--role {}`",
                            target.token_file.empty() ? "token" : "token-file", role));
}

}  // namespace

Result<void> check_shell_access(const std::string& session, const Secret& token,
                                const std::filesystem::path& token_file,
                                const uplink::ConnectionConfig& connection, std::string_view role) {
    const auto target = uplink::make_target(session, token, token_file);
    if (!target) return fail(Errc::invalid, "session: " + target.error().detail);
    if (target->is_direct())
        return fail(Errc::invalid,
                    "session: give the access URL, as https://relay.example/shell/NAME");
    if (const auto settings = uplink::make_settings(connection); !settings)
        return std::unexpected(settings.error());
    return check_role(*target, role);
}

}  // namespace relay::cli
