// SPDX-License-Identifier: Apache-2.0
#include "demo/pages.hpp"

#include <chrono>
#include <utility>

namespace relay::demo {
namespace {

using namespace std::chrono_literals;

constexpr auto class_lifetime = 1h;

}  // namespace

net::HttpResponse Pages::respond(const net::HttpRequest& request) const {
    if (request.path() == "/tokens/everyone") return class_token(request);
    if (auto response = files_.respond(request)) return std::move(*response);
    return net::error_response(404, "not found");
}

boost::asio::awaitable<void> Pages::serve(net::HttpExchange& exchange) const {
    if (is_for_bookings(exchange.request())) {
        co_await bookings_.serve(exchange);
        co_return;
    }
    net::HttpResponse response = respond(exchange.request());
    co_await exchange.respond(std::move(response));
}

// A fresh one each time, so that a page may be opened as long as the demo runs.
net::HttpResponse Pages::class_token(const net::HttpRequest& request) const {
    if (request.method != "GET") return net::error_response(405, "only GET is allowed here");
    const auto token = issuer_.issue_class_token("login:user", class_lifetime);
    if (!token) return net::error_response(500, "no token could be made");
    net::HttpResponse response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = token->reveal() + "\n";
    response.fields.add("Cache-Control", "no-store");
    return response;
}

}  // namespace relay::demo
