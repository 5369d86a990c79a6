// SPDX-License-Identifier: Apache-2.0
#include "book/http/answerer.hpp"

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

using Done = booking::Store::Done;

// What is parsed within about a millisecond.
constexpr std::size_t small_body = 64 * 1024;

// A fault of ours in a handler: told in the log, not to the client.
std::unexpected<Error> broken(const Endpoint& endpoint, const std::exception& thrown) {
    log::error(
        "a handler of the booking API failed",
        {{"method", endpoint.method}, {"endpoint", endpoint.pattern}, {"reason", thrown.what()}});
    return fail(Errc::internal, "internal error");
}

// For threads that an exception would end.
template <class Work>
Result<void> run_guarded(const Endpoint& endpoint, const Work& work) {
    try {
        return work();
    } catch (const std::exception& thrown) {
        return broken(endpoint, thrown);
    }
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

// The handler as a unit of the store's work. All that it refers to has to outlive it.
template <class Handler>
auto unit_of_work(const Endpoint& endpoint, const Handler& handler, const Call& call,
                  Outcome& outcome) {
    return [&](auto& transaction) {
        return run_guarded(endpoint, [&] { return take(handler(call, transaction), outcome); });
    };
}

// Waits on the io thread for what calls back on another one.
template <class Start>
asio::awaitable<Result<void>> done_elsewhere(Start start) {
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

template <class Work>
asio::awaitable<Result<void>> done_on(asio::thread_pool& worker, const Endpoint& endpoint,
                                      Work work) {
    co_return co_await done_elsewhere([&](Done done) {
        asio::post(worker, [&endpoint, &work, done = std::move(done)]() mutable {
            done(run_guarded(endpoint, work));
        });
    });
}

// `start(outcome, done)` hands a unit of work to the store. The unit refers to this frame, which
// waits until the store is done with it.
template <class Start>
asio::awaitable<net::HttpResponse> answer_of_store(Start start) {
    Outcome outcome;
    const Result<void> done =
        co_await done_elsewhere([&](Done told) { start(outcome, std::move(told)); });
    if (!done) co_return error_reply(done.error());
    if (outcome.rest) co_return outcome.rest();
    co_return std::move(outcome.response);
}

}  // namespace

asio::awaitable<std::expected<nlohmann::json, net::HttpResponse>> Answerer::parse(
    const Endpoint& endpoint, const net::HttpRequest& request) {
    if (request.body.size() <= small_body) co_return parse_body(request, endpoint);
    std::expected<nlohmann::json, net::HttpResponse> body;
    const auto done = co_await done_on(worker_, endpoint, [&]() -> Result<void> {
        body = parse_body(request, endpoint);
        return {};
    });
    if (!done) co_return std::unexpected(error_reply(done.error()));
    co_return body;
}

asio::awaitable<net::HttpResponse> Answerer::answer(const Endpoint& endpoint, Call& call) {
    try {
        if (endpoint.check) {
            auto refused = endpoint.check(call);
            if (refused) co_return std::move(*refused);
        }
        co_return co_await std::visit(
            [&](const auto& answer) { return make(endpoint, answer, call); }, endpoint.answer);
    } catch (const std::exception& thrown) {
        co_return error_reply(broken(endpoint, thrown).error());
    }
}

Answerer::Answer Answerer::make(const Endpoint&, const Immediate& answer, Call& call) {
    co_return answer(call);
}

Answerer::Answer Answerer::make(const Endpoint& endpoint, const Reading& answer, Call& call) {
    return answer_of_store([&](Outcome& outcome, Done done) {
        store_.read(unit_of_work(endpoint, answer, call, outcome), std::move(done));
    });
}

Answerer::Answer Answerer::make(const Endpoint& endpoint, const Reporting& answer, Call& call) {
    return answer_of_store([&](Outcome& outcome, Done done) {
        store_.report(unit_of_work(endpoint, answer.read, call, outcome), std::move(done));
    });
}

Answerer::Answer Answerer::make(const Endpoint& endpoint, const Writing& answer, Call& call) {
    return write(endpoint, answer, call);
}

Answerer::Answer Answerer::make(const Endpoint& endpoint, const WritingFirst& answer, Call& call) {
    return write(endpoint, answer, call);
}

template <class Handler>
Answerer::Answer Answerer::write(const Endpoint& endpoint, const Handler& handler,
                                 const Call& call) {
    return answer_of_store([&](Outcome& outcome, Done done) {
        store_.write(
            unit_of_work(endpoint, handler, call, outcome),
            [&written = endpoint.written, done = std::move(done)](Result<void> result) mutable {
                if (result && written) written();
                done(std::move(result));
            });
    });
}

Answerer::Answer Answerer::make(const Endpoint& endpoint, const Preparing& answer, Call& call) {
    std::expected<Prepared, net::HttpResponse> prepared;
    const auto done = co_await done_on(worker_, endpoint, [&]() -> Result<void> {
        prepared = answer(call);
        call.body = nullptr;
        return {};
    });
    if (!done) co_return error_reply(done.error());
    if (!prepared) co_return std::move(prepared.error());
    auto response = co_await std::visit(
        [&](const auto& part) { return make(endpoint, part, call); }, *prepared);
    // To let go of it may take long as well.
    asio::post(worker_, [held = std::move(prepared)] {});
    co_return response;
}

}  // namespace relay::book
