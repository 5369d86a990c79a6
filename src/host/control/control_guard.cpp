// SPDX-License-Identifier: Apache-2.0
#include "host/control/control_guard.hpp"

#include "host/feeds/name.hpp"
#include "host/rules/rules.hpp"
#include "net/router.hpp"

#include <strings.h>

namespace relay::host {
namespace {

std::string_view credentials(const net::HttpRequest& request) {
    constexpr std::string_view scheme = "Bearer ";
    std::string_view given = request.fields["Authorization"];
    if (given.size() >= scheme.size() &&
        ::strncasecmp(given.data(), scheme.data(), scheme.size()) == 0)
        given.remove_prefix(scheme.size());
    while (given.starts_with(' ')) given.remove_prefix(1);
    return given;
}

}  // namespace

bool is_open_to_all(std::string_view path) {
    if (path == "/healthz" || path == "/healthcheck") return true;
    if (net::match_path("/ts/{feed*}", path)) return true;
    const auto feed = net::match_path("/ws/{feed*}", path);
    if (!feed) return false;
    const auto name = parse_name(feed->front(), "feed");
    return !name || *name != control_feed;
}

std::optional<net::HttpResponse> refuse_without(const Secret& token,
                                                const net::HttpRequest& request) {
    if (token.empty() || Secret(std::string(credentials(request))) == token) return std::nullopt;
    auto refusal = net::error_response(401, "this needs the host's control token");
    refusal.fields.add("WWW-Authenticate", "Bearer realm=\"relay session host\"");
    return refusal;
}

}  // namespace relay::host
