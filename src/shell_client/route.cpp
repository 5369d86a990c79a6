// SPDX-License-Identifier: Apache-2.0
#include "shell_client/route.hpp"

#include "net/tuple_await.hpp"
#include "uplink/access_client.hpp"
#include "uplink/failure.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>

namespace relay::shell_client {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using Cause = uplink::Backoff::Cause;

constexpr int first_rounds = 2;

// A reverse proxy answers in the place of a relay that is away.
bool is_answer(int status) {
    return status != 0 && status != 502 && status != 504;
}

Missed::Kind kind_of(int status) {
    if (status == 401 || status == 403) return Missed::Kind::denied;
    return is_answer(status) ? Missed::Kind::refused : Missed::Kind::away;
}

// A relay that restarted after it gave out a code does not know it: 401 says nothing of the token.
Missed missed_websocket(const net::WebSocketFailure& failure) {
    const int status = failure.answer ? failure.answer->status : 0;
    return {uplink::failure_of(failure).error,
            status == 401 ? Missed::Kind::away : kind_of(status)};
}

}  // namespace

awaitable<Connected> Route::connect_first(std::stop_token stop) {
    std::optional<Connected> answer;
    for (int round = 1;; ++round) {
        bool some_away = false;
        auto connected = co_await ask_each(stop, some_away);
        if (connected || stop.stop_requested()) co_return connected;
        if (connected.error().kind != Missed::Kind::away || !answer) answer = std::move(connected);
        if (!some_away || round == first_rounds) co_return std::move(*answer);
        co_await wait(Cause::restart, stop);
    }
}

// The error is that of the last relay that answered, if one did.
awaitable<Connected> Route::ask_each(std::stop_token stop, bool& some_away) {
    std::optional<Connected> best;
    for (std::size_t i = 0; i < way_.access.urls.size(); ++i) {
        auto connected = co_await try_once(stop);
        if (connected || stop.stop_requested()) co_return connected;
        const bool away = connected.error().kind == Missed::Kind::away;
        some_away = some_away || away;
        if (!away || !best || best->error().kind == Missed::Kind::away) best = std::move(connected);
    }
    co_return std::move(*best);
}

awaitable<Connected> Route::connect_again(bool may_be_restarting, std::stop_token stop) {
    co_await wait(may_be_restarting ? Cause::restart : Cause::other, stop);
    co_return co_await try_once(stop);
}

awaitable<Connected> Route::try_once(std::stop_token stop) {
    const auto url = co_await websocket_url(stop);
    if (!url) co_return missed(url.error());
    auto client = co_await net::WebSocketClient::connect(*url, way_.settings.websocket, stop);
    if (!client) co_return missed(missed_websocket(client.error()));
    co_return std::move(*client);
}

std::unexpected<Missed> Route::missed(Missed missed) {
    missed.error.detail = url() + ": " + missed.error.detail;
    current_ = (current_ + 1) % way_.access.urls.size();
    return std::unexpected(std::move(missed));
}

awaitable<std::expected<net::Url, Missed>> Route::websocket_url(std::stop_token stop) {
    const auto token = uplink::current_token(way_.access);
    if (!token) co_return std::unexpected(Missed{token.error(), Missed::Kind::refused});
    net::HttpClientSettings settings;
    settings.connect = way_.settings.websocket.connect;
    settings.timeout = way_.settings.access_timeout;
    auto url = co_await uplink::try_access(way_.access.urls[current_], *token, settings, stop);
    if (url) co_return std::move(*url);
    auto& failure = url.error();
    co_return std::unexpected(Missed{std::move(failure.error), kind_of(failure.status)});
}

awaitable<void> Route::wait(Cause cause, std::stop_token stop) {
    asio::steady_timer timer(co_await asio::this_coro::executor, backoff_.next(cause));
    const std::stop_callback on_stop(stop, [&] { timer.cancel(); });
    if (!stop.stop_requested()) co_await timer.async_wait(net::tuple_await);
}

}  // namespace relay::shell_client
