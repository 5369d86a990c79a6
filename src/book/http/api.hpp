// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/cors.hpp"
#include "book/http/address_rate.hpp"
#include "book/http/answerer.hpp"
#include "book/http/callers.hpp"
#include "book/http/endpoint_table.hpp"
#include "booking/store.hpp"
#include "net/http_server.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::book {

// Serves a table of endpoints: finds the endpoint, lets the caller in, reads and checks the body,
// and asks the store, whose answer goes back when what it wrote is durable. Serves on the
// connection's io thread and never blocks it. The store and this outlive all requests.
class Api {
public:
    // Called on the io thread for each answer: the endpoint's method and pattern, empty when there
    // was none, and the status.
    using Observer =
        std::function<void(std::string_view method, std::string_view pattern, int status)>;

    struct Settings {
        std::string audience;                      // its path is a base path
        std::vector<std::string> allowed_origins;  // of web pages
        std::chrono::seconds leeway{0};
        AddressRate::Settings login_rate, service_rate;  // for each Budget
        WallClock clock;
        Observer observe = {};
    };
    Api(Settings settings, auth::KeyRing keys, booking::Store& store, EndpointTable endpoints);

    // Whether an endpoint has the path, whatever its method.
    bool knows(std::string_view path) const { return !endpoints_.methods_of(path).empty(); }

    boost::asio::awaitable<void> serve(net::HttpExchange& exchange);

    const EndpointTable& endpoints() const { return endpoints_; }

private:
    boost::asio::awaitable<net::HttpResponse> answer(const EndpointTable::Match& match,
                                                     net::HttpExchange& exchange);
    net::HttpResponse preflight(const net::HttpRequest& request) const;
    std::expected<void, net::HttpResponse> limit(const Endpoint& endpoint,
                                                 const net::HttpRequest& request);

    const WallClock clock_;
    const Observer observe_;
    const access::CrossOrigin cross_origin_;
    const Callers callers_;
    AddressRate login_rate_, service_rate_;
    Answerer answerer_;
    const EndpointTable endpoints_;
};

}  // namespace relay::book
