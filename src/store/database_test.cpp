// SPDX-License-Identifier: Apache-2.0
#include "store/database.hpp"

#include "base/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace relay::store {
namespace {

using testing::HasSubstr;

struct DatabaseTest : testing::Test {
    TemporaryFolder folder;
    Database database = Database::open(folder / "test.sqlite").value();

    std::int64_t number(std::string_view query) {
        auto statement = database.prepare(query);
        EXPECT_TRUE(statement) << statement.error().detail;
        EXPECT_TRUE(statement->step().value());
        return statement->integer(0);
    }
    std::string text(std::string_view query) {
        auto statement = database.prepare(query);
        EXPECT_TRUE(statement->step().value());
        return statement->text(0);
    }
    void make_table() {
        ASSERT_TRUE(database.execute("CREATE TABLE thing (name TEXT PRIMARY KEY, size INTEGER)"));
    }
};

TEST_F(DatabaseTest, opens_with_the_settings_that_make_commits_last) {
    EXPECT_EQ(text("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(number("PRAGMA synchronous"), 2);
    EXPECT_EQ(number("PRAGMA foreign_keys"), 1);
    EXPECT_EQ(number("PRAGMA busy_timeout"), 5000);
}

TEST_F(DatabaseTest, statements_carry_values_in_and_out) {
    make_table();
    auto insert = database.prepare("INSERT INTO thing VALUES (?1, ?2)").value();
    const std::string odd("a'\0\"; DROP TABLE thing; --\xc3\xa9", 26);
    ASSERT_TRUE(insert.bind(1, odd));
    ASSERT_TRUE(insert.bind(2, std::int64_t{-9'223'372'036'854'775'807}));
    ASSERT_TRUE(insert.run());
    ASSERT_TRUE(insert.bind(1, ""));
    ASSERT_TRUE(insert.bind_null(2));
    ASSERT_TRUE(insert.run());

    auto select = database.prepare("SELECT name, size FROM thing ORDER BY name").value();
    ASSERT_TRUE(select.step().value());
    EXPECT_EQ(select.text(0), "");
    EXPECT_FALSE(select.is_null(0));
    EXPECT_TRUE(select.is_null(1));
    ASSERT_TRUE(select.step().value());
    EXPECT_EQ(select.text(0), odd);
    EXPECT_EQ(select.integer(1), -9'223'372'036'854'775'807);
    EXPECT_FALSE(select.step().value());
    select.reset();
    EXPECT_TRUE(select.step().value());
}

TEST_F(DatabaseTest, errors_tell_what_is_wrong_and_where) {
    EXPECT_THAT(database.execute("SELEC 1").error().detail, HasSubstr("test.sqlite"));
    EXPECT_THAT(database.prepare("SELECT * FROM missing").error().detail,
                HasSubstr("no such table: missing"));
    EXPECT_EQ(database.prepare("  -- nothing\n").error().code, Errc::invalid);
    auto statement = database.prepare("SELECT ?1").value();
    EXPECT_FALSE(statement.bind(2, "x"));
    EXPECT_FALSE(statement.run_with("x", "y"));
    EXPECT_TRUE(statement.run_with("x"));
}

TEST_F(DatabaseTest, a_broken_constraint_is_a_conflict_and_the_statement_stays_usable) {
    make_table();
    auto insert = database.prepare("INSERT INTO thing VALUES (?1, 1)").value();
    ASSERT_TRUE(insert.bind(1, "a"));
    ASSERT_TRUE(insert.run());
    EXPECT_EQ(insert.run().error().code, Errc::conflict);
    ASSERT_TRUE(insert.bind(1, "b"));
    EXPECT_TRUE(insert.run());
}

TEST_F(DatabaseTest, a_transaction_happens_whole_or_not_at_all) {
    make_table();
    {
        auto transaction = Transaction::begin(database).value();
        ASSERT_TRUE(database.execute("INSERT INTO thing VALUES ('a', 1)"));
        EXPECT_EQ(number("SELECT count(*) FROM thing"), 1);
    }
    EXPECT_EQ(number("SELECT count(*) FROM thing"), 0);
    {
        auto transaction = Transaction::begin(database).value();
        ASSERT_TRUE(database.execute("INSERT INTO thing VALUES ('a', 1)"));
        ASSERT_TRUE(transaction.commit());
        EXPECT_FALSE(transaction.commit());
    }
    EXPECT_EQ(number("SELECT count(*) FROM thing"), 1);
}

TEST_F(DatabaseTest, transactions_do_not_nest) {
    auto outer = Transaction::begin(database).value();
    EXPECT_FALSE(Transaction::begin(database));
    EXPECT_TRUE(outer.commit());
}

TEST_F(DatabaseTest, a_savepoint_undoes_its_part_of_the_transaction_only) {
    make_table();
    EXPECT_EQ(Savepoint::begin(database).error().code, Errc::internal);
    auto transaction = Transaction::begin(database).value();
    EXPECT_TRUE(database.in_transaction());
    ASSERT_TRUE(database.execute("INSERT INTO thing VALUES ('a', 1)"));
    {
        auto outer = Savepoint::begin(database).value();
        ASSERT_TRUE(database.execute("INSERT INTO thing VALUES ('b', 1)"));
        {
            auto inner = Savepoint::begin(database).value();
            ASSERT_TRUE(database.execute("INSERT INTO thing VALUES ('c', 1)"));
        }
        EXPECT_EQ(number("SELECT count(*) FROM thing"), 2);
        ASSERT_TRUE(outer.release());
        EXPECT_FALSE(outer.release());
    }
    {
        auto undone = Savepoint::begin(database).value();
        ASSERT_TRUE(database.execute("INSERT INTO thing VALUES ('d', 1)"));
        auto released = Savepoint::begin(database).value();
        ASSERT_TRUE(database.execute("INSERT INTO thing VALUES ('e', 1)"));
        ASSERT_TRUE(released.release());
    }
    ASSERT_TRUE(transaction.commit());
    EXPECT_FALSE(database.in_transaction());
    EXPECT_EQ(text("SELECT group_concat(name, ',') FROM thing"), "a,b");
}

TEST_F(DatabaseTest, a_full_database_undoes_the_transaction_and_its_savepoints_are_gone_with_it) {
    make_table();
    ASSERT_TRUE(database.execute("PRAGMA max_page_count = 4"));
    auto transaction = Transaction::begin(database).value();
    auto savepoint = Savepoint::begin(database).value();
    const auto inserted = database.execute("INSERT INTO thing VALUES ('big', zeroblob(100000))");
    ASSERT_FALSE(inserted);
    EXPECT_EQ(inserted.error().code, Errc::unavailable);
    EXPECT_FALSE(database.in_transaction());
    EXPECT_FALSE(savepoint.release());
    EXPECT_FALSE(transaction.commit());
}

TEST_F(DatabaseTest, what_was_committed_is_there_after_reopening) {
    make_table();
    ASSERT_TRUE(database.execute("INSERT INTO thing VALUES ('a', 7)"));
    database = Database::open(folder / "test.sqlite").value();
    EXPECT_EQ(number("SELECT size FROM thing WHERE name = 'a'"), 7);
}

TEST_F(DatabaseTest, a_file_that_is_no_database_is_refused_with_its_name) {
    std::ofstream(folder / "garbage.sqlite") << std::string(8192, 'x');
    const auto opened = Database::open(folder / "garbage.sqlite");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::internal);
    EXPECT_THAT(opened.error().detail, HasSubstr("garbage.sqlite: file is not a database"));
}

TEST_F(DatabaseTest, a_missing_folder_is_unavailable) {
    const auto opened = Database::open(folder / "missing/test.sqlite");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::unavailable);
    EXPECT_THAT(opened.error().detail, HasSubstr("missing/test.sqlite"));
}

}  // namespace
}  // namespace relay::store
