// SPDX-License-Identifier: Apache-2.0
#include "client/access.hpp"

#include <utility>

namespace relay::client {

Result<Way> way_of(const Access& access) {
    if (access.session.empty()) {
        return fail(Errc::invalid, "session: required; give --session or RELAY_SESSION");
    }
    auto target = uplink::make_target(access.session, access.token, access.token_file);
    if (!target) return fail(target.error().code, "session: " + target.error().detail);
    // It may be replaced later; that it is not there to begin with is a slip of the caller.
    if (const auto token = uplink::current_token(*target); !access.token_file.empty() && !token) {
        return std::unexpected(token.error());
    }
    auto settings = uplink::make_settings(access.connection);
    if (!settings) return std::unexpected(settings.error());
    settings->name = "session client";
    settings->websocket.user_agent = "relay session client";
    settings->give_up_on_refusal = true;
    return Way{std::move(*target), std::move(*settings)};
}

Outcome refused(const Error& error) {
    return {exit_refused, {error.detail}};
}

Outcome failed(std::string reason) {
    return {exit_failed, {std::move(reason)}};
}

}  // namespace relay::client
