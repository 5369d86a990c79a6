// SPDX-License-Identifier: Apache-2.0
#include "server/session/endpoint.hpp"

#include "access/http_status.hpp"
#include "base/log.hpp"
#include "net/router.hpp"
#include "net/websocket_handshake.hpp"

namespace relay::server {

using net::error_response;
using net::HttpRequest;
using net::HttpResponse;

namespace {
constexpr std::string_view pattern = "/session/{topic*}";
}

SessionEndpoint::SessionEndpoint(std::string base_path, std::vector<std::string> origins,
                                 access::Admission& admission, hub::TopicDirectory& directory,
                                 std::function<void(SessionArrival)> admit)
    : base_path_(std::move(base_path)),
      origins_(std::move(origins)),
      admission_(admission),
      directory_(directory),
      admit_(std::move(admit)) {}

bool SessionEndpoint::wants(const HttpRequest& request) const {
    return request.method == "GET" &&
           net::match_path(pattern, net::strip_base_path(request.path(), base_path_)).has_value();
}

boost::asio::awaitable<void> SessionEndpoint::serve(net::HttpExchange& exchange) {
    auto arrival = check(exchange.request());
    if (!arrival) {
        log::debug("connection refused", {{"status", arrival.error().status},
                                          {"remote_addr", exchange.request().remote_address},
                                          {"answer", arrival.error().body}});
        co_await exchange.respond(std::move(arrival.error()));
        co_return;
    }
    arrival->seat = directory_.join(arrival->grant.topic);
    arrival->handover = exchange.hand_over();
    admit_(std::move(*arrival));
}

// The code is redeemed last: a request that is malformed does not use it up.
std::expected<SessionArrival, HttpResponse> SessionEndpoint::check(const HttpRequest& request) {
    const auto refuse = [](int status, std::string_view why) {
        return std::unexpected(error_response(status, why));
    };
    const auto topic = net::match_path(pattern, net::strip_base_path(request.path(), base_path_));
    if (!topic) return refuse(404, "path " + std::string(request.path()) + " was not found");
    auto answer = net::websocket_answer(request);
    if (!answer) return std::unexpected(std::move(answer.error()));
    if (const auto origin = request.fields.find("Origin"); origin && !origins_.permits(*origin))
        return refuse(403, "pages of this origin may not connect");
    const std::string code = request.query("code").value_or("");
    if (code.empty()) return refuse(401, "code is missing");
    auto grant = admission_.redeem(code);
    if (!grant) return std::unexpected(access::error_answer(grant.error()));
    if (grant->topic != topic->front()) return refuse(401, "the code is for another topic");
    if (grant->prefix != "session")
        return refuse(403, "the code is for another kind of connection");
    if (!grant->can_read && !grant->can_write)
        return refuse(403, "the token permits neither read nor write");
    return SessionArrival{.handover = {},
                          .handshake_answer = std::move(*answer),
                          .grant = std::move(*grant),
                          .seat = {},
                          .remote_address = request.remote_address,
                          .user_agent = std::string(request.fields["User-Agent"]),
                          .asks_audience = request.fields["Relay-Audience"] == "1"};
}

}  // namespace relay::server
