// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "book/http/api.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

// Requests without sockets.
namespace relay::book {

// A request in memory and its answer.
class ExchangeForTest final : public net::HttpExchange {
public:
    ExchangeForTest(net::HttpRequest request, std::string body)
        : request_(std::move(request)), body_(std::move(body)) {}

    net::HttpRequest& request() override { return request_; }
    boost::asio::awaitable<Result<void>> read_body(std::size_t limit) override {
        if (body_.size() > limit) co_return fail(Errc::limit, "the body is too long");
        request_.body = body_;
        co_return Result<void>();
    }
    boost::asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t>) override {
        co_return std::size_t{0};
    }
    boost::asio::awaitable<Result<void>> respond(net::HttpResponse response) override {
        answer_ = std::move(response);
        ++answers_;
        co_return Result<void>();
    }
    net::SocketHandover hand_over() override { return {}; }

    const net::HttpResponse& answer() const { return answer_; }
    int answers() const { return answers_; }

private:
    net::HttpRequest request_;
    std::string body_;
    net::HttpResponse answer_;
    int answers_ = 0;
};

// The answer of the API, for which this thread is the io thread.
inline net::HttpResponse answer_of(Api& api, net::HttpRequest request, std::string body = "") {
    ExchangeForTest exchange(std::move(request), std::move(body));
    // Outlives every store: one may still be leaving `post` when its answer has run already.
    static boost::asio::io_context context(1);
    context.restart();
    const auto work = boost::asio::make_work_guard(context);  // while the store is at it
    std::exception_ptr problem;
    boost::asio::co_spawn(context, api.serve(exchange), [&](std::exception_ptr thrown) {
        problem = std::move(thrown);
        context.stop();
    });
    context.run();
    if (problem) std::rethrow_exception(problem);
    if (exchange.answers() != 1) throw std::logic_error("not answered exactly once");
    return exchange.answer();
}

}  // namespace relay::book
