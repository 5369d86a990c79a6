// SPDX-License-Identifier: Apache-2.0
#include "book/http/api_fixture_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::book {
namespace {

using namespace test;
using net::HttpResponse;
using testing::ElementsAre;
using testing::IsEmpty;

struct ApiStoreTest : ApiTest {
    void add_writing(Writing work) {
        add({.method = "POST",
             .pattern = "/write",
             .access = Access::open,
             .answer = std::move(work),
             .written = [this] { ++written; }});
    }
    int written = 0;
};

TEST_F(ApiStoreTest, a_check_answers_before_the_store_is_asked) {
    add({.method = "GET",
         .pattern = "/x",
         .access = Access::open,
         .answer = Writing([](const Call&, booking::Transaction&) { return reply(1); }),
         .check = [](const Call& call) -> std::optional<HttpResponse> {
             if (call.request.query("ok")) return std::nullopt;
             return refusal(422, "no");
         }});
    EXPECT_EQ(call("GET", "/x", "").body, "\"no\"\n");
    EXPECT_THAT(store.worked, IsEmpty());
    EXPECT_EQ(call("GET", "/x?ok=1", "").body, "1\n");
}

TEST_F(ApiStoreTest, an_answer_goes_out_when_its_commit_is_done) {
    add_writing([](const Call&, booking::Transaction&) { return reply("booked"); });
    EXPECT_EQ(call("POST", "/write", "").body, "\"booked\"\n");
    EXPECT_EQ(written, 1);
}

TEST_F(ApiStoreTest, an_answer_whose_commit_failed_does_not_leak_out) {
    add_writing([](const Call&, booking::Transaction&) { return reply("booked"); });
    store.commit = fail(Errc::unavailable, "database or disk is full");
    const HttpResponse answer = call("POST", "/write", "");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.body, "\"database or disk is full\"\n");
    EXPECT_EQ(answer.fields["Retry-After"], "1");
    EXPECT_EQ(written, 0);
    EXPECT_THAT(store.worked, ElementsAre(true));
}

TEST_F(ApiStoreTest, an_error_of_the_work_undoes_it_and_is_told) {
    add_writing([](const Call&, booking::Transaction&) -> Result<HttpResponse> {
        return fail(Errc::conflict, "two activities would share a rig");
    });
    const HttpResponse answer = call("POST", "/write", "");
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.body, "\"two activities would share a rig\"\n");
    EXPECT_EQ(written, 0);
    EXPECT_THAT(store.worked, ElementsAre(false));
}

TEST_F(ApiStoreTest, an_exception_undoes_the_work_and_ends_nothing) {
    add_writing([](const Call&, booking::Transaction&) -> Result<HttpResponse> {
        throw std::runtime_error("with details");
    });
    const HttpResponse answer = call("POST", "/write", "");
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.body, "\"internal error\"\n");
    EXPECT_THAT(store.worked, ElementsAre(false));
}

TEST_F(ApiStoreTest, the_rest_of_an_answer_is_made_only_after_the_commit) {
    int made = 0;
    add({.method = "POST",
         .pattern = "/write",
         .access = Access::open,
         .answer = WritingFirst([&](const Call&, booking::Transaction&) -> Result<Rest> {
             EXPECT_EQ(made, 0);
             return [&] { return ++made, reply("signed"); };
         })});
    store.commit = fail(Errc::unavailable, "no");
    EXPECT_EQ(call("POST", "/write", "").status, 503);
    EXPECT_EQ(made, 0);
    store.commit = {};
    EXPECT_EQ(call("POST", "/write", "").body, "\"signed\"\n");
    EXPECT_EQ(made, 1);
}

TEST_F(ApiStoreTest, a_reader_may_fail_too) {
    add({.method = "GET",
         .pattern = "/read",
         .access = Access::open,
         .answer = Reading([](const Call&, const booking::Transaction&) -> Result<HttpResponse> {
             return fail(Errc::unavailable, "stopping");
         })});
    EXPECT_EQ(call("GET", "/read", "").status, 503);
    EXPECT_THAT(store.worked, IsEmpty());
}

TEST_F(ApiStoreTest, a_handler_without_a_store_may_throw) {
    add({.method = "GET",
         .pattern = "/now",
         .access = Access::open,
         .answer = Immediate([](const Call&) -> HttpResponse { throw std::runtime_error("x"); })});
    EXPECT_EQ(call("GET", "/now", "").status, 500);
}

}  // namespace
}  // namespace relay::book
