// SPDX-License-Identifier: Apache-2.0
#include "book/http/api.hpp"

#include "base/log.hpp"
#include "book/http/body.hpp"
#include "book/http/reply.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace relay::book {

namespace asio = boost::asio;

namespace {

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};

// A fault of ours in a handler: told in the log, not to the client.
std::unexpected<Error> broken(const Endpoint& endpoint, const std::exception& thrown) {
    log::error(
        "a handler of the booking API failed",
        {{"method", endpoint.method}, {"endpoint", endpoint.pattern}, {"reason", thrown.what()}});
    return fail(Errc::internal, "internal error");
}

// What a store's work left; it may be sent once the store says that the work is done.
struct Outcome {
    net::HttpResponse response;
    Rest rest;
};

Result<void> take(Result<net::HttpResponse> answer, Outcome& outcome) {
    if (!answer) return std::unexpected(std::move(answer.error()));
    outcome.response = std::move(*answer);
    return {};
}

Result<void> take(Result<Rest> rest, Outcome& outcome) {
    if (!rest) return std::unexpected(std::move(rest.error()));
    outcome.rest = std::move(*rest);
    return {};
}

// Runs a handler within a unit of the store's work, for which an exception would be the end.
template <class Handler, class Transaction>
Result<void> run_handler(const Endpoint& endpoint, const Handler& handler, const Call& call,
                         Transaction& transaction, Outcome& outcome) {
    try {
        return take(handler(call, transaction), outcome);
    } catch (const std::exception& thrown) {
        return broken(endpoint, thrown);
    }
}

// Waits on the io thread for what the store calls on a thread of its own.
template <class Start>
asio::awaitable<Result<void>> done_by_store(Start start) {
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
        [&start](auto handler) {
            auto executor = asio::get_associated_executor(handler);
            start([executor, handler = std::move(handler)](Result<void> done) mutable {
                asio::post(executor,
                           [handler = std::move(handler), done = std::move(done)]() mutable {
                               std::move(handler)(std::move(done));
                           });
            });
        },
        asio::use_awaitable);
}

net::HttpResponse refused_body(const Error& error) {
    const int status = error.code == Errc::limit ? 413 : 400;
    return framework_error(status, status, error.detail);
}

}  // namespace

Api::Api(Settings settings, auth::KeyRing keys, booking::Store& store, EndpointTable endpoints)
    : clock_(std::move(settings.clock)),
      observe_(std::move(settings.observe)),
      cross_origin_(std::move(settings.allowed_origins)),
      callers_(std::move(keys), std::move(settings.audience), settings.leeway, clock_),
      rate_(settings.rate),
      store_(store),
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
    if (!endpoint.limited_per_address) return {};
    const auto wait = rate_.wait_of(request.remote_address, std::chrono::steady_clock::now());
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
    auto body = parse_body(exchange.request(), endpoint);
    if (!body) co_return std::move(body.error());
    const Call call{.request = exchange.request(),
                    .parameters = match.parameters,
                    .claims = std::move(*claims),
                    .body = std::move(*body),
                    .now = clock_()};
    co_return co_await run(endpoint, call);
}

asio::awaitable<net::HttpResponse> Api::run(const Endpoint& endpoint, const Call& call) {
    try {
        if (endpoint.check) {
            auto refused = endpoint.check(call);
            if (refused) co_return std::move(*refused);
        }
        if (const auto* immediate = std::get_if<Immediate>(&endpoint.answer))
            co_return (*immediate)(call);
        co_return co_await ask_store(endpoint, call);
    } catch (const std::exception& thrown) {
        co_return error_reply(broken(endpoint, thrown).error());
    }
}

asio::awaitable<net::HttpResponse> Api::ask_store(const Endpoint& endpoint, const Call& call) {
    // The work refers to this frame, which waits until the store is done with it.
    Outcome outcome;
    const auto write = [&](const auto& handler, booking::Store::Done done) {
        store_.write(
            [&](booking::Transaction& transaction) {
                return run_handler(endpoint, handler, call, transaction, outcome);
            },
            [&written = endpoint.written, done = std::move(done)](Result<void> result) mutable {
                if (result && written) written();
                done(std::move(result));
            });
    };
    const auto read = [&](const Reading& handler, booking::Store::Done done) {
        store_.read(
            [&](const booking::Transaction& transaction) {
                return run_handler(endpoint, handler, call, transaction, outcome);
            },
            std::move(done));
    };
    const auto start = [&](booking::Store::Done done) {
        std::visit(
            Overloaded{[](const Immediate&) {},
                       [&](const Reading& handler) { read(handler, std::move(done)); },
                       [&](const Writing& handler) { write(handler, std::move(done)); },
                       [&](const WritingFirst& handler) { write(handler, std::move(done)); }},
            endpoint.answer);
    };
    const Result<void> done = co_await done_by_store(start);
    if (!done) co_return error_reply(done.error());
    if (outcome.rest) co_return outcome.rest();
    co_return std::move(outcome.response);
}

}  // namespace relay::book
