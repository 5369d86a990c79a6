// SPDX-License-Identifier: Apache-2.0
#include "server/gate.hpp"

#include "access/http_status.hpp"
#include "base/log.hpp"
#include "net/router.hpp"
#include "net/websocket_handshake.hpp"

#include <fmt/format.h>

namespace relay::server {

using net::error_response;
using net::HttpRequest;
using net::HttpResponse;

Gate::Gate(std::string base_path, std::vector<std::string> origins, access::Admission& admission)
    : base_path_(std::move(base_path)), origins_(std::move(origins)), admission_(admission) {}

std::optional<std::string> Gate::topic_of(std::string_view prefix,
                                          const HttpRequest& request) const {
    const std::string pattern = fmt::format("/{}/{{topic*}}", prefix);
    auto found = net::match_path(pattern, net::strip_base_path(request.path(), base_path_));
    if (!found) return std::nullopt;
    return std::move(found->front());
}

bool Gate::leads_to(std::string_view prefix, const HttpRequest& request) const {
    return request.method == "GET" && topic_of(prefix, request).has_value();
}

// The code is redeemed last: a request that is malformed does not use it up.
std::expected<Arrival, HttpResponse> Gate::check(std::string_view prefix,
                                                 const HttpRequest& request) const {
    const auto refuse = [](int status, std::string_view why) {
        return std::unexpected(error_response(status, why));
    };
    const auto topic = topic_of(prefix, request);
    if (!topic) return std::unexpected(not_found(request));
    auto answer = net::websocket_answer(request);
    if (!answer) return std::unexpected(std::move(answer.error()));
    if (const auto origin = request.fields.find("Origin"); origin && !origins_.permits(*origin))
        return refuse(403, "pages of this origin may not connect");
    const std::string code = request.query("code").value_or("");
    if (code.empty()) return refuse(401, "code is missing");
    auto grant = admission_.redeem(code);
    if (!grant) return std::unexpected(access::error_answer(grant.error()));
    if (grant->path() != *topic) return refuse(401, "the code is for another topic");
    if (grant->prefix != prefix) return refuse(403, "the code is for another kind of connection");
    return Arrival{.handover = {},
                   .handshake_answer = std::move(*answer),
                   .grant = std::move(*grant),
                   .remote_address = request.remote_address,
                   .user_agent = std::string(request.fields["User-Agent"])};
}

boost::asio::awaitable<void> Gate::refuse(net::HttpExchange& exchange, HttpResponse refusal) const {
    log::debug("connection refused", {{"status", refusal.status},
                                      {"remote_addr", exchange.request().remote_address},
                                      {"answer", refusal.body}});
    co_await exchange.respond(std::move(refusal));
}

HttpResponse not_found(const HttpRequest& request) {
    return error_response(404, fmt::format("path {} was not found", request.path()));
}

}  // namespace relay::server
