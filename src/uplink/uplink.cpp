// SPDX-License-Identifier: Apache-2.0
#include "uplink/uplink.hpp"

#include "base/log.hpp"
#include "net/tuple_await.hpp"
#include "uplink/access_client.hpp"
#include "uplink/audience.hpp"
#include "uplink/failure.hpp"
#include "uplink/repeated_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <stop_token>
#include <utility>

namespace relay::uplink {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using net::tuple_await;

Backoff::Cause cause_of(Failure::Kind kind) {
    switch (kind) {
        case Failure::Kind::restart:
            return Backoff::Cause::restart;
        case Failure::Kind::replaced:
            return Backoff::Cause::replaced;
        case Failure::Kind::refusal:
        case Failure::Kind::other:
            break;
    }
    return Backoff::Cause::other;
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
          wait_(context) {
        if (settings_.ask_audience) settings_.websocket.fields.add("Relay-Audience", "1");
        status_.target = url().without_query();
    }

    // Static, so that the coroutine's own frame keeps the worker alive.
    static awaitable<void> run(std::shared_ptr<Worker> worker) {
        while (!worker->is_over()) {
            co_await worker->connect_once();
            if (!worker->is_over()) co_await worker->wait_to_retry();
        }
        worker->end();
    }

    void notify() {
        if (client_) client_->notify();
    }

    void retry_now() { wait_.cancel(); }

    void stop(std::function<void()> ended) {
        if (ended) ended_.push_back([ended = std::move(ended)](bool) { ended(); });
        if (Endpoint* const endpoint = std::exchange(endpoint_, nullptr);
            endpoint && status_.state == State::connected)
            endpoint->on_disconnected();
        stop_.request_stop();
        wait_.cancel();
    }

    void finish(std::function<void(bool)> ended) {
        if (ended) ended_.push_back(std::move(ended));
        finishing_ = true;
        if (client_) client_->finish();
    }

    bool has_ended() const { return has_ended_; }
    const Status& status() const { return status_; }

    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override {
        if (endpoint_) endpoint_->gather(into, max_bytes);
    }
    void on_message(wire::MessagePtr message) override {
        if (endpoint_) endpoint_->on_message(std::move(message));
    }
    void on_ping(std::span<const std::uint8_t> payload) override {
        if (const auto readers = parse_audience(payload); readers && endpoint_)
            endpoint_->on_audience(*readers);
    }

private:
    bool stopping() const { return stop_.stop_requested(); }
    bool is_over() const { return stopping() || finished_ || refused_for_good(); }
    bool refused_for_good() const {
        return settings_.give_up_on_refusal && refusals_ >= target_.urls.size();
    }
    const net::Url& url() const { return target_.urls[current_]; }

    void set_state(State state) {
        status_.state = state;
        status_.websocket.clear();
        status_.subprotocol.clear();
        status_.connected_since.reset();
        status_.retry_at.reset();
    }

    // The last step: nobody is called after it.
    void end() {
        has_ended_ = true;
        Endpoint* const endpoint = std::exchange(endpoint_, nullptr);
        const bool refused = refused_for_good() && !stopping();
        set_state(refused ? State::refused : State::stopped);
        if (refused && endpoint) endpoint->on_refused(failure_.error);
        for (const auto& ended : std::exchange(ended_, {})) ended(all_left_);
    }

    // One connection from its first step to its end. What goes wrong is noted, never thrown on.
    awaitable<void> connect_once() try {
        set_state(State::connecting);
        status_.target = url().without_query();
        ++status_.tries;
        const auto address = co_await websocket_url();
        if (!address) co_return;
        auto client = co_await net::WebSocketClient::connect(*address, settings_.websocket,
                                                             stop_.get_token());
        if (client)
            co_await carry(std::move(*client), address->without_query());
        else
            note_refused_websocket(failure_of(client.error()));
    } catch (const std::exception& error) {
        note({{Errc::internal, std::string("internal error: ") + error.what()}});
    }

    // Nothing when there is none; then that is noted.
    awaitable<std::optional<net::Url>> websocket_url() {
        if (target_.is_direct()) co_return url();
        const auto token = current_token(target_);
        if (!token) {
            note({token.error()});  // the file may be mended
            co_return std::nullopt;
        }
        net::HttpClientSettings settings;
        settings.connect = settings_.websocket.connect;
        settings.timeout = settings_.access_timeout;
        auto address = co_await request_access(url(), *token, settings, stop_.get_token());
        if (address) co_return std::move(*address);
        note(failure_of(std::move(address.error())));
        co_return std::nullopt;
    }

    // A relay that restarted between the two steps does not know the code it gave out: only when
    // that repeats itself does it refuse.
    void note_refused_websocket(Failure failure) {
        const bool code_refused = !target_.is_direct() && failure.error.code == Errc::unauthorized;
        if (code_refused && !std::exchange(code_was_refused_, true))
            failure.kind = Failure::Kind::restart;
        note(std::move(failure));
    }

    awaitable<void> carry(std::unique_ptr<net::WebSocketClient> client, std::string address) {
        if (stopping()) co_return;
        client_ = std::move(client);
        const auto began = std::chrono::steady_clock::now();
        began_to_carry(std::move(address));
        const auto end = co_await client_->run(*this, *this, stop_.get_token());
        client_.reset();
        const bool lasted = backoff_.connection_ended(std::chrono::steady_clock::now() - began);
        if (lasted) known_.forget();
        if (finishing_) finished_ = true;
        all_left_ = end.finished && !stopping();
        if (endpoint_) endpoint_->on_disconnected();
        if (!stopping() && !end.finished) note(failure_of(end), lasted);
    }

    void began_to_carry(std::string address) {
        set_state(State::connected);
        status_.websocket = std::move(address);
        status_.subprotocol = client_->subprotocol();
        status_.connected_since = clock_();
        ++status_.connections;
        refusals_ = 0;
        code_was_refused_ = false;
        if (known_.is_new("connected"))
            log::info("uplink connected", {{"uplink", settings_.name}, {"target", status_.target}});
        if (finishing_) client_->finish();
        if (endpoint_) endpoint_->on_connected();
    }

    // `stays`: the next try is for the same URL.
    void note(Failure failure, bool stays = false) {
        if (stopping()) return;
        failure_ = std::move(failure);
        const bool refused = failure_.kind == Failure::Kind::refusal;
        refusals_ = refused ? refusals_ + 1 : 0;
        if (!stays) current_ = (current_ + 1) % target_.urls.size();
        const std::string& text = status_.last_error = failure_.error.detail;
        const log::Level level = known_.is_new(text) ? log::Level::warn : log::Level::debug;
        if (log::enabled(level))
            log::write(level, "uplink failed",
                       {{"uplink", settings_.name}, {"target", status_.target}, {"error", text}});
    }

    awaitable<void> wait_to_retry() {
        const auto delay = backoff_.next(cause_of(failure_.kind));
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
    Failure failure_;           // the latest
    std::size_t current_ = 0;   // of the target's URLs
    std::size_t refusals_ = 0;  // in a row
    bool code_was_refused_ = false;
    bool finishing_ = false;
    bool finished_ = false;
    bool all_left_ = false;
    bool has_ended_ = false;
    std::vector<std::function<void(bool)>> ended_;
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
    if (worker_->has_ended()) {
        if (ended) ended();
        return;
    }
    worker_->stop(std::move(ended));
}

void Uplink::finish(std::function<void(bool)> ended) {
    if (worker_->has_ended()) {
        if (ended) ended(false);
        return;
    }
    worker_->finish(std::move(ended));
}

Status Uplink::status() const {
    return worker_->status();
}

}  // namespace relay::uplink
