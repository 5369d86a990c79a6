// SPDX-License-Identifier: Apache-2.0
#include "uplink/uplink.hpp"

#include "base/log.hpp"
#include "net/tuple_await.hpp"
#include "uplink/access_client.hpp"
#include "uplink/repeated_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <exception>
#include <stop_token>
#include <utility>

namespace relay::uplink {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using net::tuple_await;

std::string describe(const net::WebSocketEnd& end) {
    if (end.code == wire::CloseCode::abnormal) return "connection lost: " + end.reason;
    const auto code = static_cast<int>(end.code);
    return fmt::format("closed with {}{}{}", code, end.reason.empty() ? "" : ": ", end.reason);
}

}  // namespace

class Uplink::Worker final : public net::MessageSource, public net::MessageReceiver {
public:
    Worker(asio::io_context& context, Target target, Settings settings, Endpoint& endpoint,
           WallClock clock, std::function<double()> random)
        : target_(std::move(target)),
          settings_(std::move(settings)),
          endpoint_(&endpoint),
          clock_(std::move(clock)),
          backoff_(settings_.retry, std::move(random)),
          wait_(context) {}

    // Static, so that the coroutine's own frame keeps the worker alive.
    static awaitable<void> run(std::shared_ptr<Worker> worker) {
        while (!worker->stopping()) {
            co_await worker->connect_once();
            if (!worker->stopping()) co_await worker->wait_to_retry();
        }
        worker->set_state(State::stopped);
        for (const auto& ended : std::exchange(worker->ended_, {})) ended();
    }

    void notify() {
        if (client_) client_->notify();
    }

    void retry_now() { wait_.cancel(); }

    void stop(std::function<void()> ended) {
        if (ended) ended_.push_back(std::move(ended));
        if (Endpoint* const endpoint = std::exchange(endpoint_, nullptr);
            endpoint && status_.state == State::connected)
            endpoint->on_disconnected();
        stop_.request_stop();
        wait_.cancel();
    }

    bool is_stopped() const { return status_.state == State::stopped; }
    const Status& status() const { return status_; }

    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override {
        if (endpoint_) endpoint_->gather(into, max_bytes);
    }
    void on_message(wire::MessagePtr message) override {
        if (endpoint_) endpoint_->on_message(std::move(message));
    }

private:
    bool stopping() const { return stop_.stop_requested(); }

    void set_state(State state) {
        status_.state = state;
        status_.connected_since.reset();
        status_.retry_at.reset();
    }

    // One connection from its first step to its end. What goes wrong is noted, never thrown on.
    awaitable<void> connect_once() try {
        set_state(State::connecting);
        ++status_.tries;
        const auto url = co_await websocket_url();
        if (!url) {
            note(url.error().detail);
            co_return;
        }
        auto client =
            co_await net::WebSocketClient::connect(*url, settings_.websocket, stop_.get_token());
        if (client)
            co_await carry(std::move(*client));
        else
            note(describe(client.error()));
    } catch (const std::exception& error) {
        note(std::string("internal error: ") + error.what());
    }

    awaitable<Result<net::Url>> websocket_url() {
        if (target_.is_direct()) co_return target_.url;
        const auto token = current_token(target_);
        if (!token) co_return std::unexpected(token.error());
        net::HttpClientSettings settings;
        settings.connect = settings_.websocket.connect;
        settings.timeout = settings_.access_timeout;
        co_return co_await request_access(target_.url, *token, settings, stop_.get_token());
    }

    static std::string describe(const net::WebSocketFailure& failure) {
        if (failure.answer) return refusal("WebSocket refused", *failure.answer).detail;
        return failure.error.detail;
    }

    awaitable<void> carry(std::unique_ptr<net::WebSocketClient> client) {
        if (stopping()) co_return;
        client_ = std::move(client);
        const auto began = std::chrono::steady_clock::now();
        began_to_carry();
        const auto end = co_await client_->run(*this, *this, stop_.get_token());
        client_.reset();
        if (backoff_.connection_ended(std::chrono::steady_clock::now() - began)) known_.forget();
        if (endpoint_) endpoint_->on_disconnected();
        if (!stopping()) note(uplink::describe(end));
    }

    void began_to_carry() {
        set_state(State::connected);
        status_.connected_since = clock_();
        ++status_.connections;
        if (known_.is_new("connected")) log::info("uplink connected", {{"uplink", settings_.name}});
        if (endpoint_) endpoint_->on_connected();
    }

    void note(const std::string& failure) {
        if (stopping()) return;
        status_.last_error = failure;
        const log::Level level = known_.is_new(failure) ? log::Level::warn : log::Level::debug;
        if (log::enabled(level))
            log::write(level, "uplink failed",
                       {{"uplink", settings_.name},
                        {"target", target_.url.without_query()},
                        {"error", failure}});
    }

    awaitable<void> wait_to_retry() {
        const auto delay = backoff_.next();
        set_state(State::waiting);
        status_.retry_at = clock_() + delay;
        wait_.expires_after(delay);
        co_await wait_.async_wait(tuple_await);
    }

    Target target_;
    Settings settings_;
    Endpoint* endpoint_;  // null once stopped
    WallClock clock_;
    Backoff backoff_;
    RepeatedText known_;
    asio::steady_timer wait_;
    std::stop_source stop_;
    std::unique_ptr<net::WebSocketClient> client_;  // while connected
    Status status_;
    std::vector<std::function<void()>> ended_;
};

Uplink::Uplink(asio::io_context& context, Target target, Settings settings, Endpoint& endpoint,
               WallClock clock, std::function<double()> random)
    : worker_(std::make_shared<Worker>(context, std::move(target), std::move(settings), endpoint,
                                       std::move(clock), std::move(random))) {
    asio::co_spawn(context, Worker::run(worker_), [](std::exception_ptr failure) {
        if (failure) log::error("uplink ended by an internal error");
    });
}

Uplink::~Uplink() {
    worker_->stop({});
}

void Uplink::notify() {
    worker_->notify();
}

void Uplink::retry_now() {
    worker_->retry_now();
}

void Uplink::stop(std::function<void()> ended) {
    if (worker_->is_stopped()) {
        if (ended) ended();
        return;
    }
    worker_->stop(std::move(ended));
}

Status Uplink::status() const {
    return worker_->status();
}

}  // namespace relay::uplink
