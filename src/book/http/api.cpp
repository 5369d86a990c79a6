// SPDX-License-Identifier: Apache-2.0
#include "book/http/api.hpp"

#include "book/http/reply.hpp"

#include <utility>

namespace relay::book {

namespace asio = boost::asio;

namespace {

net::HttpResponse refused_body(const Error& error) {
    const int status = error.code == Errc::limit ? 413 : 400;
    return framework_error(status, status, error.detail);
}

// A copy, but for the body: that may be large, and is taken.
net::HttpRequest take(net::HttpRequest& request) {
    std::string body = std::exchange(request.body, {});
    net::HttpRequest taken = request;
    taken.body = std::move(body);
    return taken;
}

}  // namespace

Api::Api(Settings settings, auth::KeyRing keys, booking::Store& store, EndpointTable endpoints)
    : clock_(std::move(settings.clock)),
      observe_(std::move(settings.observe)),
      cross_origin_(std::move(settings.allowed_origins)),
      callers_(std::move(keys), std::move(settings.audience), settings.leeway, clock_),
      login_rate_(settings.login_rate),
      service_rate_(settings.service_rate),
      answerer_(store),
      endpoints_(std::move(endpoints)) {}

asio::awaitable<void> Api::serve(net::HttpExchange& exchange) {
    const net::HttpRequest& request = exchange.request();
    if (request.method == "OPTIONS" && knows(request.path())) {
        co_await exchange.respond(preflight(request));
        co_return;
    }
    net::HttpResponse response;
    auto match = endpoints_.find(request);
    if (match) {
        response = co_await answer(*match, exchange);
    } else {
        response = std::move(match.error());
    }
    // Errors too, or a page could not read why it was refused.
    cross_origin_.mark(request, response);
    if (observe_) {
        if (match)
            observe_(match->endpoint->method, match->endpoint->pattern, response.status);
        else
            observe_("", "", response.status);
    }
    co_await exchange.respond(std::move(response));
}

net::HttpResponse Api::preflight(const net::HttpRequest& request) const {
    auto response = cross_origin_.preflight(request, endpoints_.methods_of(request.path()));
    if (response.fields.find("Access-Control-Allow-Headers")) {
        response.fields.set("Access-Control-Allow-Headers",
                            "Authorization, Content-Type, Idempotency-Key");
    }
    return response;
}

std::expected<void, net::HttpResponse> Api::limit(const Endpoint& endpoint,
                                                  const net::HttpRequest& request) {
    if (endpoint.budget == Budget::unlimited) return {};
    AddressRate& rate = endpoint.budget == Budget::login ? login_rate_ : service_rate_;
    const auto wait = rate.wait_of(request.remote_address, std::chrono::steady_clock::now());
    if (!wait) return {};
    auto response = framework_error(429, 429, "too many requests from this address");
    response.fields.set("Retry-After", std::to_string(wait->count()));
    return std::unexpected(std::move(response));
}

asio::awaitable<net::HttpResponse> Api::answer(const EndpointTable::Match& match,
                                               net::HttpExchange& exchange) {
    const Endpoint& endpoint = *match.endpoint;
    auto within_limit = limit(endpoint, exchange.request());
    if (!within_limit) co_return std::move(within_limit.error());
    auto claims = callers_.admit(exchange.request(), endpoint.access);
    if (!claims) co_return std::move(claims.error());
    if (endpoint.body != Body::none) {
        const auto read = co_await exchange.read_body(endpoint.body_limit);
        if (!read) co_return refused_body(read.error());
    }
    Call call{.request = take(exchange.request()),
              .parameters = match.parameters,
              .claims = std::move(*claims),
              .body = nullptr,
              .now = clock_()};
    auto body = co_await answerer_.parse(endpoint, call.request);
    if (!body) co_return std::move(body.error());
    call.body = std::move(*body);
    co_return co_await answerer_.answer(endpoint, call);
}

}  // namespace relay::book
