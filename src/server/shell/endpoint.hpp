// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/gate.hpp"
#include "server/shell/arrival.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <functional>
#include <string>
#include <string_view>

namespace relay::server {

// `GET /shell/{topic}[/{connection}]?code=...` with an upgrade, for hosts, clients and the hosts'
// ends of byte streams; `/connect/...` likewise. Selects the subprotocol
// (docs/shell-protocol.md#negotiation).
class ShellEndpoint {
public:
    // Called on HTTP threads.
    struct Events {
        std::function<void(ShellArrival)> passed;
        // A host came for that client, but without the subprotocol that the client speaks.
        std::function<void(const std::string& connection_id)> unfit_host;
    };

    // `relay_address`: what hosts are told to connect to; empty: where they have connected before.
    ShellEndpoint(const Gate& gate, const ManagerDirectory& managers, std::string relay_address,
                  Events events);

    // Whether the request is for this endpoint.
    bool wants(const net::HttpRequest& request) const;

    boost::asio::awaitable<void> serve(net::HttpExchange& exchange);

private:
    std::expected<ShellArrival, net::HttpResponse> check(const net::HttpRequest& request) const;
    bool selects_resume(const ShellArrival& arrival, const net::HttpRequest& request) const;

    const Gate& gate_;
    const ManagerDirectory& managers_;
    const std::string relay_address_;
    const Events events_;
};

}  // namespace relay::server
