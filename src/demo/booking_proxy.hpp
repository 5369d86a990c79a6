// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_message.hpp"
#include "net/http_server.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace relay::demo {

// Whether a request is for the booking server.
bool is_for_bookings(const net::HttpRequest& request);

// Passes requests on to the booking server, so that pages, bookings and streams have one address,
// as behind the proxy of a laboratory. Answers name the relay as the browser reached it: the demo
// is used by several names (localhost, 127.0.0.1, another machine's), while a manifest holds one.
// Immutable: for any thread.
class BookingProxy {
public:
    // The port is the booking server's; `relay` is the address in the manifest.
    BookingProxy(std::uint16_t port, std::string relay) : port_(port), relay_(std::move(relay)) {}

    // On the exchange's io thread. 502 when the booking server does not answer.
    boost::asio::awaitable<void> serve(net::HttpExchange& exchange) const;

private:
    std::uint16_t port_;
    std::string relay_;
};

// Puts `by` in place of each `address` that a path follows.
std::string replace_address(std::string text, std::string_view address, std::string_view by);

}  // namespace relay::demo
