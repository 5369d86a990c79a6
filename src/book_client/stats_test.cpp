// SPDX-License-Identifier: Apache-2.0
#include "book_client/fake_book_for_test.hpp"
#include "book_client/run.hpp"

namespace relay::book_client {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

constexpr auto times = "from=2026-11-20T00%3A00%3A00Z&to=2026-11-21T10%3A00%3A00Z";
constexpr auto answer =
    R"({"from":1795132800,"to":1795255200,"groups":[{"group":"a","sessions":1}]})";

struct StatsTest : test::BookClientTest {
    Stats settings() {
        return {.server = book.address(),
                .from = "2026-11-20T00:00:00Z",
                .to = "2026-11-21T11:00:00+01:00"};
    }
};

TEST_F(StatsTest, AsksForTheSpanInUtcAndPrintsIt) {
    book.answer(std::string("GET /api/v1/admin/stats?") + times, 200, answer);
    Stats wanted = settings();
    ASSERT_TRUE(stats(wanted, out));
    EXPECT_THAT(out.str(), HasSubstr("From 2026-11-20T00:00:00Z to 2026-11-21T10:00:00Z\n"));
    out.str("");
    wanted.format = Format::csv;
    ASSERT_TRUE(stats(wanted, out));
    EXPECT_THAT(out.str(), HasSubstr("group,,,,,a,,1,,,\r\n"));
    out.str("");
    wanted.format = Format::json;
    ASSERT_TRUE(stats(wanted, out));
    EXPECT_EQ(out.str(),
              R"({"from":1795132800,"groups":[{"group":"a","sessions":1}],"to":1795255200})"
              "\n");
}

TEST_F(StatsTest, WithoutASpanItIsTheLastSevenDays) {
    EXPECT_FALSE(stats({.server = book.address(), .from = "", .to = ""}, out));
    EXPECT_THAT(book.request().target,
                MatchesRegex("/api/v1/admin/stats\\?from=2[^&]*Z&to=2[^&]*Z"));
}

TEST_F(StatsTest, TimesThatMakeNoSenseAreNotAskedFor) {
    Stats wanted = settings();
    wanted.to = wanted.from;
    EXPECT_THAT(stats(wanted, out).error().detail, HasSubstr("from: must be before"));
    wanted.from = "yesterday";
    EXPECT_THAT(stats(wanted, out).error().detail, HasSubstr("from: expected a time"));
    EXPECT_THAT(book.requests(), IsEmpty());
}

}  // namespace
}  // namespace relay::book_client
