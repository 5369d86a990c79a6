// SPDX-License-Identifier: Apache-2.0
#include "store/migration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::store {
namespace {

using testing::HasSubstr;

constexpr std::string_view steps[] = {
    "CREATE TABLE a (x INTEGER); CREATE TABLE b (x INTEGER)",
    "ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 5; INSERT INTO a (x) VALUES (1)",
    "DROP TABLE b",
};

struct MigrationTest : testing::Test {
    Database database = Database::open(":memory:").value();

    std::int64_t number(std::string_view query) {
        auto statement = database.prepare(query).value();
        EXPECT_TRUE(statement.step().value());
        return statement.integer(0);
    }
};

TEST_F(MigrationTest, runs_each_step_once_from_wherever_the_schema_is) {
    ASSERT_TRUE(migrate(database, std::span(steps).first(1)));
    EXPECT_EQ(number("PRAGMA user_version"), 1);
    ASSERT_TRUE(migrate(database, steps));
    ASSERT_TRUE(migrate(database, steps));
    EXPECT_EQ(number("PRAGMA user_version"), 3);
    EXPECT_EQ(number("SELECT count(*) FROM a WHERE y = 5"), 1);
    EXPECT_FALSE(database.prepare("SELECT * FROM b"));
}

TEST_F(MigrationTest, a_step_that_fails_undoes_all_of_them) {
    const std::string_view broken[] = {steps[0], steps[1], "INSERT INTO nowhere VALUES (1)"};
    const auto result = migrate(database, broken);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().detail, HasSubstr("nowhere"));
    EXPECT_EQ(number("PRAGMA user_version"), 0);
    EXPECT_FALSE(database.prepare("SELECT * FROM a"));
    EXPECT_TRUE(migrate(database, steps));
}

TEST_F(MigrationTest, a_newer_schema_is_refused_and_left_alone) {
    ASSERT_TRUE(migrate(database, steps));
    const auto result = migrate(database, std::span(steps).first(2));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::conflict);
    EXPECT_EQ(result.error().detail,
              "the database has schema version 3, this program knows up to 2");
    EXPECT_EQ(number("PRAGMA user_version"), 3);
}

}  // namespace
}  // namespace relay::store
