// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "book/denials/courier.hpp"
#include "booking/catalogue_desk.hpp"
#include "booking/session_desk.hpp"
#include "booking/store_for_test.hpp"
#include "booking_sqlite/open.hpp"
#include "net/http_server.hpp"
#include "net/io_threads.hpp"
#include "net/test_peer.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

// What the tests of the courier share: relays, and a store with sessions to cancel.
namespace relay::book::test {

using booking::BookingTime;
using booking::Denial;
using namespace std::chrono_literals;

// Answers `POST .../bids/deny` as it is told, and keeps what it was asked.
class FakeRelay {
public:
    struct Asked {
        std::string method, target, authorization;
    };

    FakeRelay() { open(); }

    // The same port each time.
    void open() {
        server_.emplace(threads_, [this](net::HttpExchange& exchange) { return serve(exchange); });
        port_ = server_->listen("127.0.0.1", port_).value();
    }
    void close() { server_->stop(); }
    void answer_with(int status) { status_ = status; }

    std::string url(std::string_view path = "") const {
        return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
    }
    std::vector<Asked> asked() const {
        const std::lock_guard lock(mutex_);
        return asked_;
    }
    // Requests that were in work at the same time, at most.
    int most_at_once() const { return most_; }

private:
    // Takes its time, so that requests would be in work together if they came together.
    net::test::awaitable<void> serve(net::HttpExchange& exchange) {
        keep(exchange.request());
        most_ = std::max(most_.load(), ++current_);
        net::test::asio::steady_timer work(co_await net::test::asio::this_coro::executor, 2ms);
        co_await work.async_wait(net::tuple_await);
        --current_;
        net::HttpResponse response;
        response.status = status_;
        if (response.status == 400)
            response.body =
                R"({"message":"booking expiry time (exp) of [1] missing or in the past"})";
        co_await exchange.respond(std::move(response));
    }
    void keep(const net::HttpRequest& request) {
        const std::lock_guard lock(mutex_);
        asked_.push_back(
            {request.method, request.target, std::string(request.fields["Authorization"])});
    }

    net::IoThreads threads_{1};
    std::atomic<int> status_ = 204;
    std::atomic<int> current_ = 0, most_ = 0;
    mutable std::mutex mutex_;
    std::vector<Asked> asked_;
    std::uint16_t port_ = 0;
    std::optional<net::HttpServer> server_;
};

// Passes on to another store, but for some of what is written.
class FullStore final : public booking::Store {
public:
    // `refused`: the first write is 1.
    FullStore(booking::Store& store, std::set<int> refused)
        : store_(store), refused_(std::move(refused)) {}
    void write(Writing work, Done done) override {
        if (refused_.erase(++writes_) > 0) return done(fail(Errc::unavailable, "the disk is full"));
        store_.write(std::move(work), std::move(done));
    }
    void read(Reading work, Done done) override { store_.read(std::move(work), std::move(done)); }
    void report(Reading work, Done done) override {
        store_.report(std::move(work), std::move(done));
    }
    void stop() override { store_.stop(); }

    bool has_refused_all() const { return refused_.empty(); }

private:
    booking::Store& store_;
    std::set<int> refused_;
    int writes_ = 0;
};

// The courier and what it waits for run on the test's thread.
struct CourierTest : testing::Test {
    CourierTest() {
        settings.relay_secret = Secret("a-secret-of-the-relay-of-40-characters..");
        settings.store_pause = 1ms;
        settings.limits.shortest = 2ms;
        settings.limits.longest = 4ms;
    }
    ~CourierTest() override {
        if (courier) courier->stop();
        store->stop();
        loop.context().restart();
        loop.context().poll();
    }

    void write(booking::Store::Writing work) {
        const auto done = booking::write_now(*store, std::move(work));
        ASSERT_TRUE(done) << done.error().detail;
    }

    // A session with a stream at each of the relays, on equipment of its own; its name.
    std::string book(const std::vector<std::string>& relays) {
        booking::Activity activity;
        activity.description = {.name = "Laser", .type = "activity"};
        activity.expires = start + 24h;
        for (const std::string& relay : relays) {
            activity.streams.push_back({.role = "stream " + relay,
                                        .url = relay + "/session/x",
                                        .verb = "POST",
                                        .connection_type = "session",
                                        .topic = {relay, "topic" + std::to_string(++topics)},
                                        .scopes = {"read"}});
        }
        const std::string pool = random_uuid(), offer = random_uuid();
        std::string name;
        write([&](booking::Transaction& transaction) -> Result<void> {
            booking::Pool limits;
            limits.description = {.name = "Bench", .type = "pool"};
            auto done = transaction.catalogue().put_pool({pool, "", limits});
            if (done) done = booking::put_activity(transaction, pool, offer, activity, start);
            if (!done) return done;
            const auto booked = booking::request_session(transaction,
                                                         {.user = random_uuid(),
                                                          .pool = pool,
                                                          .group = "g",
                                                          .duration = 1h,
                                                          .max_sessions = 1,
                                                          .idempotency_key = ""},
                                                         start);
            if (!booked) return std::unexpected(booked.error());
            name = std::get<booking::Session>(*booked).booking.name;
            return {};
        });
        return name;
    }

    void cancel(const std::string& name) {
        write([&](booking::Transaction& transaction) -> Result<void> {
            const auto done = booking::cancel_session(transaction, name, "", "admin", start);
            if (!done) return std::unexpected(done.error());
            EXPECT_EQ(*done, booking::Cancellation::pending);
            return {};
        });
    }

    booking::BookingState state_of(const std::string& name) {
        auto state = booking::BookingState::active;
        EXPECT_TRUE(
            booking::read_now(*store, [&](const booking::Transaction& transaction) -> Result<void> {
                state = transaction.sessions().find(name).value().value().booking.state;
                return {};
            }));
        return state;
    }
    bool is_done(const std::string& name) {
        return state_of(name) == booking::BookingState::cancelled;
    }
    std::vector<Denial> pending(const std::string& name) {
        std::vector<Denial> denials;
        EXPECT_TRUE(
            booking::read_now(*store, [&](const booking::Transaction& transaction) -> Result<void> {
                denials = transaction.denials().pending(name).value();
                return {};
            }));
        return denials;
    }
    std::uint32_t attempts_at(const std::string& name) {
        const auto denials = pending(name);
        return denials.empty() ? 0 : denials.front().attempts;
    }

    Courier& start_courier() {
        courier.emplace(loop.context(), *courier_store, settings, [this] { return WallTime(now); });
        courier->wake();
        return *courier;
    }

    const BookingTime start = booking::from_unix_seconds(1'795'341'600);
    BookingTime now = start;
    TemporaryFolder folder;
    std::unique_ptr<booking::Store> store =
        std::move(booking_sqlite::open(folder / "book.db").value());
    booking::Store* courier_store = store.get();
    net::test::Loop loop;
    Courier::Settings settings;
    std::optional<Courier> courier;
    int topics = 0;
};

}  // namespace relay::book::test
