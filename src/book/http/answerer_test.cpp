// SPDX-License-Identifier: Apache-2.0
#include "book/http/api_fixture_for_test.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <deque>
#include <latch>
#include <memory>
#include <semaphore>
#include <thread>

namespace relay::book {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

namespace asio = boost::asio;

struct AnswererTest : ApiTest {
    // Begins to serve a request on this thread, which is the io thread.
    ExchangeForTest& begin(net::HttpRequest request, std::string body = "") {
        auto& exchange = exchanges.emplace_back(std::move(request), std::move(body));
        asio::co_spawn(context(), open().serve(exchange),
                       [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
        context().restart();
        context().poll();
        return exchange;
    }
    const net::HttpResponse& answer_to(ExchangeForTest& exchange) {
        const auto work = asio::make_work_guard(context());  // while another thread is at it
        while (exchange.answers() == 0) context().run_one();
        return exchange.answer();
    }
    static asio::io_context& context() {
        // Outlives the other threads: one may still be leaving `post`.
        static asio::io_context loop(1);
        return loop;
    }

    void add_preparing(Preparing answer) {
        add({.method = "PUT",
             .pattern = "/long",
             .access = Access::open,
             .body = Body::optional_json,
             .answer = std::move(answer)});
    }
    // Takes as long as the test wants.
    void add_held() {
        add_preparing([this](const Call&) {
            EXPECT_TRUE(may_end.try_acquire_for(30s)) << "the io thread waits for it";
            return Prepared(
                Writing([](const Call&, booking::Transaction&) { return reply("replaced"); }));
        });
    }

    std::binary_semaphore may_end{0};
    std::deque<ExchangeForTest> exchanges;
};

TEST_F(AnswererTest, other_requests_are_answered_while_one_is_prepared) {
    add_held();
    add(echo(Body::none));
    auto& held = begin(request_of("PUT", "/long"));
    EXPECT_EQ(begin(request_of("POST", "/echo")).answer().status, 200);
    EXPECT_EQ(held.answers(), 0);
    EXPECT_THAT(store.worked, IsEmpty());
    may_end.release();
    EXPECT_EQ(answer_to(held).body, "\"replaced\"\n");
    EXPECT_THAT(store.worked, ElementsAre(true));
}

TEST_F(AnswererTest, a_large_body_is_not_parsed_on_the_io_thread) {
    add_held();
    add(echo(Body::json));
    auto& held = begin(request_of("PUT", "/long"));  // what is parsed elsewhere waits for it
    auto& small = begin(request_of("POST", "/echo"), "[" + std::string(60'000, ' ') + "]");
    auto& large = begin(request_of("POST", "/echo"), "[" + std::string(70'000, ' ') + "7]");
    auto& wrong = begin(request_of("POST", "/echo"), "[" + std::string(70'000, ' '));
    EXPECT_EQ(small.answers(), 1);
    EXPECT_EQ(large.answers() + wrong.answers(), 0);
    may_end.release();
    EXPECT_EQ(nlohmann::json::parse(answer_to(large).body)["body"], nlohmann::json({7}));
    EXPECT_EQ(answer_to(wrong).status, 400);
    EXPECT_EQ(answer_to(held).status, 200);
}

TEST_F(AnswererTest, a_request_that_is_refused_when_it_is_prepared_is_none_for_the_store) {
    add_preparing([](const Call&) { return std::unexpected(refusal(422, "two mistakes")); });
    const auto answer = call("PUT", "/long", "");
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(answer.body, "\"two mistakes\"\n");
    EXPECT_THAT(store.worked, IsEmpty());
}

TEST_F(AnswererTest, an_exception_in_the_preparation_ends_nothing) {
    add_preparing([](const Call&) -> std::expected<Prepared, net::HttpResponse> {
        throw std::runtime_error("with details");
    });
    for (int round = 0; round < 2; ++round) {
        const auto answer = call("PUT", "/long", "");
        EXPECT_EQ(answer.status, 500);
        EXPECT_EQ(answer.body, "\"internal error\"\n");
    }
    EXPECT_THAT(store.worked, IsEmpty());
}

TEST_F(AnswererTest, what_was_prepared_and_its_body_are_let_go_elsewhere) {
    std::thread::id let_go_on;
    std::latch let_go(1);
    add_preparing([&](const Call& made) {
        EXPECT_EQ(made.body, nlohmann::json({1, 2}));
        const std::shared_ptr<int> large(new int, [&](const int* held) {
            delete held;
            let_go_on = std::this_thread::get_id();
            let_go.count_down();
        });
        return Prepared(Writing([large](const Call& prepared, booking::Transaction&) {
            EXPECT_TRUE(prepared.body.is_null());
            return reply(nullptr);
        }));
    });
    EXPECT_EQ(call("PUT", "/long", "", "[1,2]").status, 200);
    let_go.wait();
    EXPECT_NE(let_go_on, std::this_thread::get_id());
}

TEST_F(AnswererTest, reports_have_a_lane_of_their_own) {
    const Reading read = [](const Call&, const booking::Transaction&) { return reply("seen"); };
    add({.method = "GET", .pattern = "/read", .access = Access::open, .answer = read});
    add({.method = "GET", .pattern = "/all", .access = Access::open, .answer = Reporting{read}});
    add_preparing([read](const Call&) { return Prepared(Reporting{read}); });
    EXPECT_EQ(call("GET", "/read", "").body, "\"seen\"\n");
    EXPECT_EQ(store.reports, 0);
    EXPECT_EQ(call("GET", "/all", "").body, "\"seen\"\n");
    EXPECT_EQ(store.reports, 1);
    EXPECT_EQ(call("PUT", "/long", "").body, "\"seen\"\n");
    EXPECT_EQ(store.reports, 2);
}

}  // namespace
}  // namespace relay::book
