// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/ingest.hpp"

#include "host/feeds/pace.hpp"
#include "host/feeds/ts_publisher.hpp"
#include "net/tuple_await.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>
#include <vector>

namespace relay::host {
namespace {

namespace asio = boost::asio;

constexpr std::size_t read_size = 64 * 1024;

net::HttpResponse accepted() {
    return {.content_type = "text/plain; charset=utf-8"};
}

net::HttpResponse no_video() {
    return net::error_response(415, "there was no MPEG-TS in the body");
}

asio::awaitable<void> respond(net::HttpExchange& exchange, net::HttpResponse response) {
    (void)co_await exchange.respond(std::move(response));  // the peer may have left: no matter
}

}  // namespace

asio::awaitable<void> ingest(net::HttpExchange& exchange, std::shared_ptr<Feed> feed,
                             std::chrono::milliseconds flush_after) {
    const bool takeover = exchange.request().query("takeover").has_value();
    const auto executor = co_await asio::this_coro::executor;
    const auto began = TsPublisher::begin(executor, std::move(feed), flush_after, takeover);
    if (!began) {
        co_await respond(exchange, net::error_response(409, began.error().detail));
        co_return;
    }
    TsPublisher& publisher = **began;
    std::vector<std::uint8_t> buffer(read_size);
    Pace pace;
    asio::steady_timer pause(executor);
    for (;;) {
        const auto size = co_await exchange.read_some(buffer);
        if (!size || *size == 0) {
            const bool was_video = publisher.finish();
            if (size) co_await respond(exchange, was_video ? accepted() : no_video());
            co_return;
        }
        if (!publisher.push(std::span(buffer).first(*size))) {
            co_await respond(exchange, net::error_response(409, "another publisher took over"));
            co_return;
        }
        const auto wait = pace.after(*size, std::chrono::steady_clock::now());
        if (wait.count() == 0) continue;
        pause.expires_after(wait);
        co_await pause.async_wait(net::tuple_await);
    }
}

}  // namespace relay::host
