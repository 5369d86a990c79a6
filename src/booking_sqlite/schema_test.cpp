// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/schema.hpp"

#include "booking_sqlite/connection_for_test.hpp"
#include "booking_sqlite/contradictions.hpp"
#include "store/migration.hpp"

#include <gmock/gmock.h>

namespace relay::booking_sqlite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// One resource, an offer of it, a booking with its hold.
constexpr const char* rows =
    "INSERT INTO resource (id) VALUES (1), (2);"
    "INSERT INTO resource_topic VALUES ('https://relay', 't', 1);"
    "INSERT INTO pool (number, id, key, description, min_s, max_s) VALUES (1, 'p', '', '{}', 1, 2);"
    "INSERT INTO offer (version, id, key, place, resource_id, description, config_url, interfaces,"
    " expires_ms) VALUES (1, 'o', '', 1, 1, '{}', '', '[]', 0);"
    "INSERT INTO pool_offer VALUES (1, 0, 1, 1);"
    "INSERT INTO offer_stream VALUES (1, 0, 'r', 'u', 'v', 'c', 'https://relay', 't', '[]');"
    "INSERT INTO usr VALUES (1, 'ada', 0);"
    "INSERT INTO booking (id, name, usr_id, version, pool_id, pool_name, grp_name, start_ms, "
    "end_ms,"
    " request_check, created_ms) VALUES (1, 'b', 1, 1, 'p', '', '', 0, 10, 0, 0);"
    "INSERT INTO hold VALUES (1, 1, 1, 'session', 0, 10, 1, 1);"
    "INSERT INTO audit VALUES (1, 0, 'a', 'b', 'c', 'd');";

struct SchemaTest : testing::Test, ConnectionForTest {
    SchemaTest() { EXPECT_TRUE(execute(rows)); }
    std::string refusal(const std::string& sql) {
        const auto done = execute(sql);
        EXPECT_FALSE(done) << sql;
        if (done) return "";
        EXPECT_EQ(done.error().code, Errc::conflict) << done.error().detail;
        return done.error().detail;
    }
    std::vector<std::string> contradictions() {
        auto transaction = store::Transaction::begin(database()).value();
        return find_contradictions(connection).value();
    }
    // What the triggers and references would refuse.
    void force(const std::string& sql) {
        ASSERT_TRUE(execute("PRAGMA foreign_keys = OFF"));
        for (const char* name : {"hold_is_exclusive", "hold_stays_exclusive",
                                 "booking_is_cancelled_step_by_step", "offer_is_immutable"})
            ASSERT_TRUE(execute(std::string("DROP TRIGGER IF EXISTS ") + name));
        const auto done = execute(sql);
        ASSERT_TRUE(done) << done.error().detail;
    }
};

TEST_F(SchemaTest, the_newest_version_is_made_from_nothing_and_opened_again) {
    const auto newest = static_cast<std::int64_t>(schema_steps().size());
    EXPECT_EQ(number("PRAGMA user_version"), newest);
    EXPECT_TRUE(store::migrate(database(), schema_steps()));
    EXPECT_EQ(number("SELECT count(*) FROM booking"), 1);
}

TEST_F(SchemaTest, a_file_of_a_newer_program_is_refused_with_its_name) {
    ASSERT_TRUE(execute("PRAGMA user_version = 99"));
    const auto opened = open_database_file(file);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::conflict);
    EXPECT_THAT(opened.error().detail, HasSubstr("book.db: the database has schema version 99"));
}

// Version 1 had no digests.
TEST(Schema, a_file_of_version_1_is_brought_forward_with_what_it_holds) {
    const TemporaryFolder folder;
    const auto file = folder / "book.db";
    {
        auto first = store::Database::open(file).value();
        ASSERT_TRUE(store::migrate(first, schema_steps().first(1)));
        ASSERT_TRUE(first.execute(rows));
        ASSERT_TRUE(first.execute("INSERT INTO manifest_rev VALUES (1, 5, 'root', 'pools:')"));
    }
    auto database = open_database_file(file).value();
    const auto text = [&](const char* sql) {
        auto statement = database.prepare(sql).value();
        EXPECT_TRUE(statement.step().value());
        return statement.text(0);
    };
    EXPECT_EQ(text("PRAGMA user_version"), "2");
    EXPECT_EQ(text("SELECT at_ms || actor || body || ifnull(sha256, '!') FROM manifest_rev"),
              "5rootpools:!");
    EXPECT_EQ(text("SELECT name FROM booking"), "b");
}

TEST_F(SchemaTest, a_hold_that_overlaps_is_refused_however_it_comes) {
    const std::string insert =
        "INSERT INTO hold (resource_id, kind, start_ms, end_ms, begun, active) VALUES ";
    EXPECT_THAT(refusal(insert + "(1, 'x', 5, 15, 0, 1)"), HasSubstr("the resource is held"));
    ASSERT_TRUE(execute(insert + "(1, 'x', 20, 30, 0, 1), (2, 'x', 5, 15, 0, 1),"
                                 " (1, 'x', 5, 15, 0, 0)"));
    for (const char* change :
         {"end_ms = 21 WHERE id = 1", "start_ms = 9 WHERE start_ms = 20",
          "resource_id = 1 WHERE resource_id = 2", "active = 1 WHERE active = 0"})
        EXPECT_THAT(refusal(std::string("UPDATE hold SET ") + change),
                    HasSubstr("the resource is held"))
            << change;
    EXPECT_THAT(refusal("INSERT OR REPLACE INTO hold VALUES (2, 1, NULL, 'x', 5, 15, 0, 1)"),
                HasSubstr("the resource is held"));
    ASSERT_TRUE(execute("UPDATE hold SET end_ms = 20 WHERE id = 1")) << "up to the next one";
    ASSERT_TRUE(execute("UPDATE hold SET end_ms = 5 WHERE id = 1"));
}

TEST_F(SchemaTest, values_that_make_no_sense_are_refused) {
    for (const char* sql :
         {"INSERT INTO hold VALUES (9, 2, NULL, 'x', 5, 5, 0, 1)",
          "INSERT INTO hold VALUES (9, 2, NULL, 'x', 5, 4, 0, 0)",
          "INSERT INTO hold VALUES (9, 2, NULL, 'x', 'a', 4, 0, 1)",
          "INSERT INTO hold VALUES (9, 2, NULL, 'x', 1, 4, 0, 2)",
          "INSERT INTO hold VALUES (9, 3, NULL, 'x', 1, 4, 0, 1)",
          "INSERT INTO hold VALUES (9, 2, 1, 'x', 1, 4, 0, 1)", "DELETE FROM booking",
          "DELETE FROM resource", "UPDATE booking SET end_ms = start_ms",
          "UPDATE booking SET state = 'gone'", "UPDATE pool SET min_s = 3",
          "UPDATE booking SET state = 'cancelling'"})
        refusal(sql);
    EXPECT_THAT(refusal("UPDATE booking SET state = 'cancelled'"), HasSubstr("step by step"));
}

TEST_F(SchemaTest, versions_of_offers_do_not_change) {
    for (const char* sql : {"UPDATE offer SET description = ''", "UPDATE offer SET resource_id = 2",
                            "UPDATE offer SET expires_ms = 1", "UPDATE offer_stream SET url = ''",
                            "DELETE FROM offer_stream"})
        EXPECT_THAT(refusal(sql), HasSubstr("does not change")) << sql;
    EXPECT_TRUE(execute("UPDATE offer SET live = 0, retired_ms = 5"));
}

// Else statistics of a day would look at all that was booked since then.
TEST_F(SchemaTest, the_longest_booking_is_known_without_reading_all) {
    auto plan =
        database().prepare("EXPLAIN QUERY PLAN SELECT max(end_ms - start_ms) FROM booking").value();
    ASSERT_TRUE(plan.step().value());
    EXPECT_THAT(plan.text(3), HasSubstr("booking_by_length"));
}

TEST_F(SchemaTest, the_audit_is_append_only) {
    for (const char* sql : {"UPDATE audit SET actor = 'x'", "DELETE FROM audit",
                            "INSERT OR REPLACE INTO audit VALUES (1, 0, 'x', '', '', '')"})
        EXPECT_THAT(refusal(sql), HasSubstr("append-only")) << sql;
    EXPECT_TRUE(execute("INSERT INTO audit VALUES (NULL, 0, 'x', '', '', '')"));
    EXPECT_EQ(number("SELECT count(*) FROM audit"), 2);
}

TEST_F(SchemaTest, contradictions_are_found_whatever_they_are) {
    EXPECT_THAT(contradictions(), ElementsAre());
    force("INSERT INTO hold VALUES (2, 1, NULL, 'x', 2, 3, 0, 1), (3, 1, NULL, 'x', 9, 12, 0, 1)");
    EXPECT_THAT(contradictions(),
                ElementsAre("resource 1: hold 2 begins before an earlier one ends",
                            "resource 1: hold 3 begins before an earlier one ends"));
    force("UPDATE hold SET active = 0 WHERE id > 1; DELETE FROM hold WHERE id = 1");
    EXPECT_THAT(contradictions(), ElementsAre("booking b has no hold"));
    for (const char* hold : {"2, 1, 'x', 0, 10, 1, 1", "1, 1, 'x', 1, 10, 1, 1",
                             "1, 1, 'x', 0, 9, 1, 1", "1, 1, 'x', 0, 10, 1, 0"}) {
        force(std::string("INSERT OR REPLACE INTO hold VALUES (1, ") + hold + ")");
        EXPECT_THAT(contradictions(), ElementsAre("booking b differs from its hold")) << hold;
    }
    force("UPDATE booking SET state = 'cancelled', cancelled_ms = 5, cancelled_by = ''");
    EXPECT_THAT(contradictions(), ElementsAre());
    force("UPDATE resource_topic SET resource_id = 2");
    EXPECT_THAT(contradictions(), ElementsAre("offer o uses topic t of another resource"));
    force("DELETE FROM usr");
    EXPECT_THAT(contradictions(), ElementsAre("offer o uses topic t of another resource",
                                              "a row of booking refers to what is not there"));
}

}  // namespace
}  // namespace relay::booking_sqlite
