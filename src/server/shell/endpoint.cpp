// SPDX-License-Identifier: Apache-2.0
#include "server/shell/endpoint.hpp"

#include "net/websocket_handshake.hpp"

namespace relay::server {

using net::HttpRequest;

ShellEndpoint::ShellEndpoint(const Gate& gate, const ManagerDirectory& managers,
                             std::string relay_address, Events events)
    : gate_(gate),
      managers_(managers),
      relay_address_(std::move(relay_address)),
      events_(std::move(events)) {}

bool ShellEndpoint::wants(const HttpRequest& request) const {
    return gate_.leads_to("shell", request) || gate_.leads_to("connect", request);
}

boost::asio::awaitable<void> ShellEndpoint::serve(net::HttpExchange& exchange) {
    auto arrival = check(exchange.request());
    if (!arrival) {
        co_await gate_.refuse(exchange, std::move(arrival.error()));
        co_return;
    }
    arrival->handover = exchange.hand_over();
    events_.passed(std::move(*arrival));
}

std::expected<ShellArrival, net::HttpResponse> ShellEndpoint::check(
    const HttpRequest& request) const {
    auto passed = gate_.check(gate_.leads_to("shell", request) ? "shell" : "connect", request);
    if (!passed) return std::unexpected(std::move(passed.error()));
    ShellArrival arrival{std::move(*passed)};
    const auth::Grant& grant = arrival.grant;
    arrival.relay_address =
        relay_address_.empty() ? "ws://" + std::string(request.fields["Host"]) : relay_address_;
    if (grant.role == auth::Role::client) arrival.manager = managers_.find(grant.topic);
    arrival.resumes = selects_resume(arrival, request);
    if (!grant.subprotocol.empty() && !arrival.resumes) {
        events_.unfit_host(grant.connection_id);
        return std::unexpected(net::error_response(
            400, "the subprotocol " + grant.subprotocol + " of the alert has to be offered"));
    }
    if (!arrival.resumes) return arrival;
    auto answer = net::websocket_answer(request, resume_protocol);
    if (!answer) return std::unexpected(std::move(answer.error()));
    arrival.handshake_answer = std::move(*answer);
    return arrival;
}

bool ShellEndpoint::selects_resume(const ShellArrival& arrival, const HttpRequest& request) const {
    if (!net::offers_subprotocol(request, resume_protocol)) return false;
    switch (arrival.grant.role) {
        case auth::Role::host:
            return true;
        case auth::Role::client:
            return arrival.manager && arrival.manager->resumes;
        case auth::Role::host_end:
            return arrival.grant.subprotocol == resume_protocol;
        case auth::Role::member:
            break;
    }
    return false;
}

}  // namespace relay::server
