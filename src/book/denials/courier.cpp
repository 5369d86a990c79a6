// SPDX-License-Identifier: Apache-2.0
#include "book/denials/courier.hpp"

#include "base/log.hpp"
#include "base/random.hpp"
#include "book/denials/deny_request.hpp"
#include "booking/session_desk.hpp"
#include "net/http_client.hpp"
#include "net/tuple_await.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace relay::book {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using booking::Denial;
using net::tuple_await;

constexpr std::size_t outbox_limit = 100'000;    // denials looked at in one go
constexpr std::size_t answer_limit = 64 * 1024;  // bytes

// Of a task, that should have none: the others go on.
void report_exception(const std::exception_ptr& thrown) try {
    if (thrown) std::rethrow_exception(thrown);
} catch (const std::exception& error) {
    log::error("internal error in the delivery of denials", {{"cause", error.what()}});
}

SteadyTime steady_now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

// Kept alive by its coroutines. After stop() it touches neither the plan nor the store.
class Courier::Implementation : public std::enable_shared_from_this<Implementation> {
public:
    Implementation(asio::io_context& context, booking::Store& store, Settings settings,
                   WallClock clock)
        : context_(context),
          store_(store),
          settings_(std::move(settings)),
          clock_(std::move(clock)),
          plan_(settings_.limits, random_fraction),
          next_try_(context) {}

    void wake() {
        asio::post(context_, [self = shared_from_this()] {
            if (self->stopping()) return;
            self->look_wanted_ = true;
            if (!std::exchange(self->looking_, true)) self->spawn(look(self));
        });
    }

    void stop() {
        stop_.request_stop();
        next_try_.cancel();
        for (asio::steady_timer* const pause : pauses_) pause->cancel();
    }

private:
    using Self = std::shared_ptr<Implementation>;

    bool stopping() const { return stop_.stop_requested(); }

    void spawn(awaitable<void> task) {
        asio::co_spawn(context_, std::move(task), report_exception);
    }

    // Static, as all coroutines here: their own frames keep the courier alive.
    //
    // The look is a unit of writing, though it only reads: it comes after the units that were
    // called for before it, in particular after that which gave the reason to look.
    static awaitable<void> look(Self self) {
        while (self->look_wanted_ && !self->stopping()) {
            self->look_wanted_ = false;
            const auto outbox = std::make_shared<std::vector<Denial>>();
            const auto done = co_await write(self, [outbox](booking::Transaction& transaction) {
                return read_outbox(transaction, *outbox);
            });
            if (self->stopping()) break;
            if (done) {
                self->plan_.refill(std::move(*outbox));
                self->proceed();
            } else {
                self->look_wanted_ = true;
                co_await pause_after_failure(self, "denials cannot be read", done.error());
            }
        }
        self->looking_ = false;
    }

    static Result<void> read_outbox(booking::Transaction& transaction, std::vector<Denial>& into) {
        auto all = transaction.denials().due(booking::BookingTime::max(), outbox_limit);
        if (!all) return std::unexpected(std::move(all.error()));
        into = std::move(*all);
        return {};
    }

    // Starts what may be started, and waits for the next.
    void proceed() {
        for (const Denial& denial : plan_.take_over(booking::booking_time(clock_()))) {
            log::warn("the relay was never told that a session was over",
                      {{"booking", denial.booking}, {"relay", denial.relay}});
            spawn(settle(shared_from_this(), denial));
        }
        while (auto attempt = plan_.next(steady_now()))
            spawn(deliver(shared_from_this(), std::move(*attempt)));
        await_next_try();
    }

    void await_next_try() {
        const auto when = plan_.next_try();
        if (!when) {
            next_try_.cancel();
            return;
        }
        next_try_.expires_at(*when);
        next_try_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error && !self->stopping()) self->proceed();
        });
    }

    static awaitable<void> deliver(Self self, DeliveryPlan::Attempt attempt) {
        // Its caller goes on first: what fails at once would call the caller again from within.
        co_await asio::post(self->context_, asio::use_awaitable);
        const DenyOutcome outcome = co_await ask(*self, attempt.denial);
        if (self->stopping()) co_return;
        self->report(attempt.denial, outcome);
        const bool settled = outcome.kind == DenyOutcome::Kind::settled;
        if (!settled && !self->settings_.optimistic) co_return self->put_off(attempt);
        // Also when it failed and is not to be asked again.
        self->plan_.answered(attempt);
        self->proceed();
        co_await settle(self, attempt.denial);
    }

    // The courier is alive as long as its caller's frame.
    static awaitable<DenyOutcome> ask(const Implementation& self, const Denial& denial) {
        auto request = make_deny_request(denial, self.settings_.relay_secret, self.clock_());
        if (!request)
            co_return DenyOutcome{DenyOutcome::Kind::refused, std::move(request.error().detail)};
        net::HttpFields fields;
        fields.add("Authorization", request->token.reveal());
        const net::HttpClientSettings settings{.connect = self.settings_.connect,
                                               .timeout = self.settings_.attempt_time,
                                               .body_limit = answer_limit};
        const auto answer = co_await net::http_request(request->url, "POST", fields, "", settings,
                                                       self.stop_.get_token());
        co_return judge(answer);
    }

    // Once for every change: a relay that is down for a day is no news each time.
    void report(const Denial& denial, const DenyOutcome& outcome) {
        std::string& reported = reported_[denial.relay];
        if (reported == outcome.detail) return;
        reported = outcome.detail;
        const log::Field relay("relay", denial.relay);
        const log::Field booking("booking", denial.booking);
        const log::Field cause("cause", outcome.detail);
        if (outcome.kind == DenyOutcome::Kind::settled)
            log::info("the relay takes denials again", {relay});
        else if (outcome.kind == DenyOutcome::Kind::refused)
            log::error("the relay refuses denials: check its address and the relay secret",
                       {relay, booking, cause});
        else
            log::warn("the relay cannot be told that a session is over", {relay, booking, cause});
    }

    void put_off(const DeliveryPlan::Attempt& attempt) {
        const auto pause = plan_.failed(attempt, steady_now());
        spawn(note_failure(shared_from_this(), attempt.denial,
                           booking::booking_time(clock_()) + pause));
        proceed();
    }

    // For those who look at the outbox; the plan itself does not depend on it.
    static awaitable<void> note_failure(Self self, Denial denial, booking::BookingTime next) {
        const auto done = co_await write(self, [denial, next](booking::Transaction& transaction) {
            return transaction.denials().postpone(denial.booking, denial.relay, next);
        });
        if (!done) log::debug("a denial cannot be postponed", {{"cause", done.error().detail}});
    }

    // Until the store has it: the relay is not asked again for the store's failure.
    static awaitable<void> settle(Self self, Denial denial) {
        while (!self->stopping()) {
            const auto now = booking::booking_time(self->clock_());
            const auto done =
                co_await write(self, [denial, now](booking::Transaction& transaction) {
                    return settle_in(transaction, denial, now);
                });
            if (self->stopping()) co_return;
            if (done) {
                self->plan_.finished(denial);
                co_return;
            }
            co_await pause_after_failure(self, "a denial cannot be settled", done.error());
        }
    }

    static Result<void> settle_in(booking::Transaction& transaction, const Denial& denial,
                                  booking::BookingTime now) {
        auto settled = transaction.denials().settle(denial.booking, denial.relay);
        if (!settled) return settled;
        return booking::finish_if_settled(transaction, denial.booking, now);
    }

    static awaitable<void> pause_after_failure(Self self, std::string_view what,
                                               const Error& error) {
        log::error(what, {{"cause", error.detail}});
        asio::steady_timer pause(self->context_, self->settings_.store_pause);
        self->pauses_.push_back(&pause);
        co_await pause.async_wait(tuple_await);
        std::erase(self->pauses_, &pause);
    }

    // Runs the work on the store and waits, on the io thread, until it is durable.
    static awaitable<Result<void>> write(Self self, booking::Store::Writing work) {
        const auto result = std::make_shared<std::optional<Result<void>>>();
        const auto ready = std::make_shared<asio::steady_timer>(self->context_, SteadyTime::max());
        // Not the courier itself: the store's thread must not be the one that destroys it.
        asio::io_context& context = self->context_;
        self->store_.write(std::move(work), [&context, result, ready](Result<void> done) {
            asio::post(context, [result, ready, done = std::move(done)]() mutable {
                result->emplace(std::move(done));
                ready->cancel();
            });
        });
        while (!*result) co_await ready->async_wait(tuple_await);
        co_return std::move(**result);
    }

    asio::io_context& context_;
    booking::Store& store_;
    const Settings settings_;
    const WallClock clock_;
    DeliveryPlan plan_;
    asio::steady_timer next_try_;
    std::vector<asio::steady_timer*> pauses_;
    std::map<std::string, std::string> reported_;  // by relay: what is wrong with it
    std::stop_source stop_;
    bool looking_ = false;
    bool look_wanted_ = false;
};

Courier::Courier(asio::io_context& context, booking::Store& store, Settings settings,
                 WallClock clock)
    : implementation_(std::make_shared<Implementation>(context, store, std::move(settings),
                                                       std::move(clock))) {}

Courier::~Courier() {
    stop();
}

void Courier::wake() {
    implementation_->wake();
}

void Courier::stop() {
    implementation_->stop();
}

}  // namespace relay::book
