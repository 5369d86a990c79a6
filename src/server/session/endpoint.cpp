// SPDX-License-Identifier: Apache-2.0
#include "server/session/endpoint.hpp"

namespace relay::server {

namespace {
constexpr std::string_view prefix = "session";
}

SessionEndpoint::SessionEndpoint(const Gate& gate, std::function<void(SessionArrival)> admit)
    : gate_(gate), admit_(std::move(admit)) {}

bool SessionEndpoint::wants(const net::HttpRequest& request) const {
    return gate_.leads_to(prefix, request);
}

boost::asio::awaitable<void> SessionEndpoint::serve(net::HttpExchange& exchange) {
    auto arrival = check(exchange.request());
    if (!arrival) {
        co_await gate_.refuse(exchange, std::move(arrival.error()));
        co_return;
    }
    arrival->handover = exchange.hand_over();
    admit_(std::move(*arrival));
}

std::expected<SessionArrival, net::HttpResponse> SessionEndpoint::check(
    const net::HttpRequest& request) const {
    auto arrival = gate_.check(prefix, request);
    if (!arrival) return std::unexpected(std::move(arrival.error()));
    if (!arrival->grant.can_read && !arrival->grant.can_write)
        return std::unexpected(
            net::error_response(403, "the token permits neither read nor write"));
    SessionArrival session{std::move(*arrival), {}};
    session.asks_audience = request.fields["Relay-Audience"] == "1";
    return session;
}

}  // namespace relay::server
