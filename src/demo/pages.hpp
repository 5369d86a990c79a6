// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "demo/booking_proxy.hpp"
#include "demo/embedded_files.hpp"
#include "demo/static_files.hpp"
#include "demo/token_issuer.hpp"
#include "net/http_message.hpp"
#include "net/http_server.hpp"

#include <boost/asio/awaitable.hpp>

#include <span>

namespace relay::demo {

// What stands beside the relay at its address: the web pages, the class token with which anybody
// may log in (/tokens/everyone, as courses publish theirs), and the booking server. Immutable: for
// any thread. Issuer and proxy must outlive it.
class Pages {
public:
    Pages(const TokenIssuer& issuer, const BookingProxy& bookings,
          std::span<const EmbeddedFile> files)
        : issuer_(issuer), bookings_(bookings), files_(files) {}

    // All but what is for the booking server.
    net::HttpResponse respond(const net::HttpRequest& request) const;

    // The handler for server::Server.
    boost::asio::awaitable<void> serve(net::HttpExchange& exchange) const;

private:
    net::HttpResponse class_token(const net::HttpRequest& request) const;

    const TokenIssuer& issuer_;
    const BookingProxy& bookings_;
    StaticFiles files_;
};

}  // namespace relay::demo
