// SPDX-License-Identifier: Apache-2.0
#include "book/denials/courier.hpp"

#include "auth/token.hpp"
#include "book/denials/courier_for_test.hpp"

namespace relay::book {
namespace {

using namespace test;
using booking::BookingState;
using net::test::awaitable;
using net::test::tcp;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Takes connections and says nothing.
class SilentRelay {
public:
    explicit SilentRelay(net::test::Loop& loop)
        : server_(loop.context(), [left = left_](tcp::socket& socket) -> awaitable<void> {
              co_await net::test::read_header(socket);
              co_await net::test::read_to_end(socket);
              ++*left;
          }) {}

    std::string url() const { return server_.url("http", ""); }
    int accepted() const { return server_.accepted(); }
    int left() const { return *left_; }  // clients that hung up

private:
    // Its connections may outlive it.
    std::shared_ptr<int> left_ = std::make_shared<int>(0);
    net::test::Server server_;
};

TEST_F(CourierTest, tells_the_relay_and_frees_the_equipment) {
    FakeRelay relay;
    const std::string audience = relay.url("/ed0/access");
    const std::string session = book({audience});
    cancel(session);
    EXPECT_EQ(state_of(session), BookingState::cancelling);
    start_courier();
    loop.run_until([&] { return is_done(session); });
    EXPECT_THAT(pending(session), IsEmpty());

    const auto asked = relay.asked();
    ASSERT_THAT(asked, SizeIs(1));
    EXPECT_EQ(asked[0].method, "POST");
    EXPECT_EQ(asked[0].target, "/ed0/access/bids/deny?bid=" + session + "&exp=1795345200");
    const auto keys = auth::KeyRing::make(settings.relay_secret);
    const auto claims = auth::verify_token(asked[0].authorization, *keys, now, 0s);
    ASSERT_TRUE(claims) << claims.error().detail;
    EXPECT_THAT(claims->audience, ElementsAre(audience));
}

TEST_F(CourierTest, looks_again_when_it_is_woken) {
    FakeRelay relay;
    Courier& woken = start_courier();
    for (int i = 0; i < 3; ++i) {
        const std::string session = book({relay.url()});
        cancel(session);
        woken.wake();
        loop.run_until([&] { return is_done(session); });
    }
    EXPECT_THAT(relay.asked(), SizeIs(3));
}

TEST_F(CourierTest, takes_it_that_a_relay_knows_when_a_booking_is_over) {
    FakeRelay relay;
    relay.answer_with(400);
    const std::string session = book({relay.url()});
    cancel(session);
    start_courier();
    loop.run_until([&] { return is_done(session); });
    EXPECT_THAT(relay.asked(), SizeIs(1));
}

TEST_F(CourierTest, asks_again_until_the_operator_has_put_it_right) {
    for (const int status : {401, 404, 500}) {
        FakeRelay relay;
        relay.answer_with(status);
        const std::string session = book({relay.url()});
        cancel(session);
        start_courier();
        loop.run_until([&] { return attempts_at(session) >= 3; });
        EXPECT_EQ(state_of(session), BookingState::cancelling) << status;
        relay.answer_with(204);
        loop.run_until([&] { return is_done(session); });
        courier->stop();
    }
}

TEST_F(CourierTest, waits_for_a_relay_that_is_being_restarted) {
    FakeRelay relay;
    relay.close();
    const std::string session = book({relay.url()});
    cancel(session);
    start_courier();
    loop.run_until([&] { return attempts_at(session) >= 3; });
    EXPECT_EQ(state_of(session), BookingState::cancelling);
    relay.open();
    loop.run_until([&] { return is_done(session); });
    EXPECT_THAT(relay.asked(), SizeIs(1));
}

TEST_F(CourierTest, a_relay_that_is_down_keeps_its_sessions_and_delays_no_other) {
    SilentRelay silent(loop);
    FakeRelay up;
    settings.attempt_time = 20ms;
    std::vector<std::string> stuck;
    for (int i = 0; i < 5; ++i) stuck.push_back(book({silent.url()}));
    const std::string both = book({silent.url(), up.url()}), fine = book({up.url()});
    for (const std::string& session : stuck) cancel(session);
    cancel(both);
    cancel(fine);
    start_courier();
    loop.run_until([&] { return is_done(fine) && pending(both).size() == 1; });
    EXPECT_EQ(pending(both)[0].relay, silent.url());
    loop.run_until([&] { return silent.left() >= 3; });
    EXPECT_EQ(state_of(both), BookingState::cancelling) << "until both have been told";
    for (const std::string& session : stuck) EXPECT_EQ(state_of(session), BookingState::cancelling);
}

TEST_F(CourierTest, does_not_hammer_a_relay_that_fails_and_is_quick_when_it_is_back) {
    FakeRelay relay;
    relay.answer_with(503);
    std::vector<std::string> sessions;
    for (int i = 0; i < 40; ++i) cancel(sessions.emplace_back(book({relay.url()})));
    settings.limits.longest = settings.limits.shortest = 20ms;
    start_courier();
    const auto began = std::chrono::steady_clock::now();
    loop.run_until([&] { return relay.asked().size() >= 5; });
    EXPECT_GE(std::chrono::steady_clock::now() - began, 4 * 10ms) << "half of the pause at least";
    EXPECT_EQ(relay.most_at_once(), 1) << "though forty wait";
    relay.answer_with(204);
    loop.run_until(
        [&] { return std::ranges::all_of(sessions, [&](auto& s) { return is_done(s); }); });
    EXPECT_LE(relay.most_at_once(), 4);
}

TEST_F(CourierTest, goes_on_after_a_restart_with_what_is_in_the_outbox) {
    FakeRelay relay;
    relay.answer_with(503);
    std::vector<std::string> sessions;
    for (int i = 0; i < 3; ++i) cancel(sessions.emplace_back(book({relay.url()})));
    start_courier();
    loop.run_until([&] { return relay.asked().size() >= 2; });
    courier->stop();
    courier.reset();
    relay.answer_with(204);
    store->stop();
    store = std::move(booking_sqlite::open(folder / "book.db").value());
    courier_store = store.get();
    start_courier();
    loop.run_until(
        [&] { return std::ranges::all_of(sessions, [&](auto& s) { return is_done(s); }); });
}

TEST_F(CourierTest, stops_in_the_middle_of_an_attempt_and_keeps_the_denial) {
    SilentRelay silent(loop);
    const std::string session = book({silent.url()});
    cancel(session);
    start_courier();
    loop.run_until([&] { return silent.accepted() == 1; });
    courier->stop();
    loop.run_until([&] { return silent.left() == 1; });
    EXPECT_THAT(pending(session), SizeIs(1));
    EXPECT_EQ(attempts_at(session), 0U) << "that was no failure of the relay";
    courier->wake();
    loop.context().restart();
    loop.context().poll();
    EXPECT_EQ(silent.accepted(), 1) << "stopped for good";
}

TEST_F(CourierTest, settles_what_is_over_without_asking) {
    FakeRelay relay;
    const std::string session = book({relay.url()});
    cancel(session);
    now = start + 1h + 1min;
    start_courier();
    loop.run_until([&] { return is_done(session); });
    EXPECT_THAT(relay.asked(), IsEmpty());
}

TEST_F(CourierTest, gives_up_when_the_time_is_over_in_the_meantime) {
    FakeRelay relay;
    relay.answer_with(503);
    const std::string session = book({relay.url()});
    cancel(session);
    start_courier();
    loop.run_until([&] { return relay.asked().size() >= 2; });
    now = start + 1h + 1min;
    loop.run_until([&] { return is_done(session); });
}

TEST_F(CourierTest, writes_again_what_the_store_refused_without_asking_again) {
    FakeRelay relay;
    FullStore full(*store, {2, 3});  // the first one is the look into the outbox
    courier_store = &full;
    const std::string session = book({relay.url()});
    cancel(session);
    start_courier();
    loop.run_until([&] { return is_done(session); });
    EXPECT_TRUE(full.has_refused_all());
    EXPECT_THAT(relay.asked(), SizeIs(1));
}

TEST_F(CourierTest, looks_again_when_the_store_refused) {
    FakeRelay relay;
    FullStore full(*store, {1, 2, 3});
    courier_store = &full;
    const std::string session = book({relay.url()});
    cancel(session);
    start_courier();
    loop.run_until([&] { return is_done(session); });
    EXPECT_TRUE(full.has_refused_all());
}

TEST_F(CourierTest, asks_once_only_when_it_is_told_so) {
    FakeRelay relay;
    relay.answer_with(503);
    settings.optimistic = true;
    const std::string session = book({relay.url()});
    cancel(session);
    start_courier();
    loop.run_until([&] { return is_done(session); });
    EXPECT_THAT(relay.asked(), SizeIs(1));
}

TEST_F(CourierTest, an_audience_that_is_no_address_is_given_up_in_the_end) {
    const std::string session = book({"relay.test"});
    cancel(session);
    start_courier();
    loop.run_until([&] { return attempts_at(session) >= 2; });
    now = start + 2h;
    loop.run_until([&] { return is_done(session); });
}

}  // namespace
}  // namespace relay::book
