// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/gate.hpp"
#include "server/session/arrival.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace relay::server {

// `GET /session/{topic}?code=...` with an upgrade.
class SessionEndpoint {
public:
    // `admit` gets each client who passed, without a seat yet; called on the client's HTTP thread.
    SessionEndpoint(const Gate& gate, std::function<void(SessionArrival)> admit);

    // Whether the request is for this endpoint.
    bool wants(const net::HttpRequest& request) const;

    boost::asio::awaitable<void> serve(net::HttpExchange& exchange);

private:
    std::expected<SessionArrival, net::HttpResponse> check(const net::HttpRequest& request) const;

    const Gate& gate_;
    std::function<void(SessionArrival)> admit_;
};

}  // namespace relay::server
