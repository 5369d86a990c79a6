// SPDX-License-Identifier: Apache-2.0
#include "shell_client/way.hpp"

#include "tunnel/resumable_end.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace relay::shell_client {
namespace {

// Longer than what any peer sends: relay's hosts send 64 KiB, practable's up to this.
constexpr std::size_t max_message = 1024 * 1024;

bool is_target_name(std::string_view name) {
    const auto fits = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
    };
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fits);
}

Result<uplink::Target> access_of(const Config& config) {
    if (config.access.empty()) return fail(Errc::invalid, "session: required");
    auto access = uplink::make_target(config.access, config.token, config.token_file);
    if (!access) return fail(access.error().code, "session: " + access.error().detail);
    if (access->is_direct())
        return fail(Errc::invalid, "session: must be an access URL, http:// or https://");
    if (const auto token = uplink::current_token(*access); !token)
        return std::unexpected(token.error());
    if (config.target.empty()) return access;
    if (!is_target_name(config.target))
        return fail(Errc::invalid, "target: a name has 1 to 64 of A-Z a-z 0-9 . _ -");
    for (net::Url& url : access->urls)
        url.target += (url.target.contains('?') ? "&target=" : "?target=") + config.target;
    return access;
}

}  // namespace

Result<Way> way_of(const Config& config) {
    auto access = access_of(config);
    if (!access) return std::unexpected(access.error());
    auto settings = uplink::make_settings(config.relay);
    if (!settings) return std::unexpected(settings.error());
    settings->name = "shell client";
    settings->websocket.user_agent = "relay shell client";
    settings->websocket.write_timeout = {};  // back-pressure may last
    settings->websocket.max_message = max_message;
    if (config.resume) settings->websocket.subprotocol = tunnel::resume_protocol;
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    if (config.replay_buffer == 0 || config.replay_buffer > most)
        return fail(Errc::invalid, "replay-buffer: must be 1 byte to 4 GiB");
    return Way{.access = std::move(*access),
               .settings = std::move(*settings),
               .stream = {.buffer = static_cast<std::uint32_t>(config.replay_buffer),
                          .give_up = config.give_up}};
}

}  // namespace relay::shell_client
