// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/connection.hpp"

#include "booking_sqlite/connection_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::booking_sqlite {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

struct ConnectionTest : testing::Test, ConnectionForTest {
    ConnectionTest() { EXPECT_TRUE(execute("CREATE TABLE thing (a TEXT UNIQUE, b INTEGER)")); }
    static Result<std::string> read_text(const Row& row) { return row.text(0); }
    Result<void> add(std::string_view text) {
        return connection.run("INSERT INTO thing (a) VALUES (?1)", text);
    }
};

TEST_F(ConnectionTest, nothing_runs_outside_a_transaction) {
    const auto refused = add("a");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    auto transaction = store::Transaction::begin(database()).value();
    EXPECT_TRUE(add("a"));
    EXPECT_TRUE(transaction.commit());
    EXPECT_FALSE(add("b"));
    EXPECT_EQ(number("SELECT count(*) FROM thing"), 1);
}

TEST_F(ConnectionTest, a_statement_is_used_again_after_errors_and_unread_rows) {
    auto transaction = store::Transaction::begin(database()).value();
    EXPECT_TRUE(add("a"));
    EXPECT_EQ(add("a").error().code, Errc::conflict);
    EXPECT_TRUE(add("b"));
    const auto failing = [](const Row&) -> Result<void> { return fail(Errc::limit, "enough"); };
    for (int round = 0; round < 2; ++round)
        EXPECT_EQ(connection.each("SELECT a FROM thing", failing).error().code, Errc::limit);
    EXPECT_TRUE(transaction.commit());
    EXPECT_FALSE(database().in_transaction());
}

TEST_F(ConnectionTest, values_and_absent_values_go_in_and_out) {
    using booking::BookingTime;
    auto transaction = store::Transaction::begin(database()).value();
    const BookingTime time(std::chrono::milliseconds(-1));
    for (const auto& each : {std::optional(time), std::optional<BookingTime>()})
        EXPECT_TRUE(connection.run("INSERT INTO thing (b) VALUES (?1)", each));
    const auto times = connection.all("SELECT b FROM thing ORDER BY b",
                                      [](const Row& row) -> Result<std::optional<BookingTime>> {
                                          if (row.is_null(0)) return std::nullopt;
                                          return time_of(row, 0);
                                      });
    EXPECT_THAT(times.value(), ElementsAre(std::nullopt, time));
}

TEST_F(ConnectionTest, one_gives_the_row_or_nothing) {
    auto transaction = store::Transaction::begin(database()).value();
    EXPECT_EQ(connection.one("SELECT a FROM thing", &read_text).value(), std::nullopt);
    EXPECT_TRUE(add("a"));
    EXPECT_EQ(connection.one("SELECT a FROM thing", &read_text).value(), "a");
    const auto failing = [](const Row&) -> Result<int> { return fail(Errc::limit, "enough"); };
    EXPECT_EQ(connection.one("SELECT a FROM thing", failing).error().code, Errc::limit);
}

TEST_F(ConnectionTest, a_statement_does_not_run_within_itself) {
    auto transaction = store::Transaction::begin(database()).value();
    EXPECT_TRUE(add("a"));
    const auto outer = [&](const Row&) -> Result<void> {
        const auto inner = connection.all("SELECT a FROM thing WHERE b IS NULL", &read_text);
        return inner ? Result<void>() : std::unexpected(inner.error());
    };
    EXPECT_TRUE(connection.each("SELECT a FROM thing", outer));
    const auto again = connection.each("SELECT a FROM thing WHERE b IS NULL", outer);
    ASSERT_FALSE(again);
    EXPECT_THAT(connection.take_failure(), Optional(HasSubstr("within itself")));
}

// Errors of requests go to anybody: they tell neither the file's name nor what is in it.
TEST_F(ConnectionTest, what_the_database_says_is_kept_from_callers) {
    ASSERT_TRUE(execute("CREATE TABLE other (a TEXT)"));
    auto transaction = store::Transaction::begin(database()).value();
    ASSERT_TRUE(execute("DROP TABLE other"));
    const auto refused = connection.run("INSERT INTO other VALUES ('a')");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::internal);
    EXPECT_EQ(refused.error().detail, "the database has failed");
    EXPECT_FALSE(connection.run("SELECT nothing"));
    EXPECT_THAT(connection.take_failure(),
                Optional(AllOf(HasSubstr("book.db"), HasSubstr("no such table: other"))));
    EXPECT_EQ(connection.take_failure(), std::nullopt) << "it was taken";
    ASSERT_TRUE(add("a"));
    EXPECT_EQ(add("a").error().detail, "UNIQUE constraint failed: thing.a");
    EXPECT_EQ(connection.take_failure(), std::nullopt) << "the database is sound";
}

}  // namespace
}  // namespace relay::booking_sqlite
