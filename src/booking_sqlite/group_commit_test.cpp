// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/group_commit.hpp"

#include "booking_sqlite/connection_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::booking_sqlite {
namespace {

using booking::Transaction;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* not_available = "the database is not available";

struct GroupCommitTest : testing::Test, ConnectionForTest {
    std::deque<WriteJob> jobs;

    void add(booking::Store::Writing work) { jobs.push_back({std::move(work), {}}); }
    static Result<void> note(Transaction& unit, std::string text) {
        return unit.records().append_audit({{}, "", "", std::move(text), ""});
    }
    void add_note() {
        add([](Transaction& unit) { return note(unit, "note"); });
    }
    // What each unit is told: `done`, or why not.
    std::vector<std::string> outcomes() {
        std::vector<std::string> told;
        for (const Result<void>& outcome : commit_together(connection, jobs)) {
            if (outcome)
                told.push_back("done");
            else
                told.push_back(outcome.error().code == Errc::unavailable ? outcome.error().detail
                                                                         : "its own error");
        }
        jobs.clear();
        return told;
    }
    // What the database said itself.
    std::string cause() { return connection.take_failure().value_or(""); }
    std::int64_t notes() { return number("SELECT count(*) FROM audit"); }

    void expect_to_work() {
        const std::int64_t before = notes();
        add_note();
        EXPECT_THAT(outcomes(), ElementsAre("done")) << cause();
        EXPECT_EQ(notes(), before + 1);
    }
};

TEST_F(GroupCommitTest, units_become_visible_to_others_together) {
    auto other = store::Database::open(file).value();
    const auto others_see = [&] {
        auto statement = other.prepare("SELECT count(*) FROM audit").value();
        EXPECT_TRUE(statement.step().value());
        return statement.integer(0);
    };
    for (int unit = 0; unit < 3; ++unit)
        add([&, unit](Transaction& transaction) {
            EXPECT_EQ(notes(), unit);
            EXPECT_EQ(others_see(), 0);
            return note(transaction, "x");
        });
    EXPECT_THAT(outcomes(), ElementsAre("done", "done", "done"));
    EXPECT_EQ(others_see(), 3);
}

TEST_F(GroupCommitTest, a_failed_unit_is_undone_alone) {
    add_note();
    add([](Transaction& unit) -> Result<void> {
        EXPECT_TRUE(note(unit, "undone"));
        return fail(Errc::limit, "on purpose");
    });
    add_note();
    EXPECT_THAT(outcomes(), ElementsAre("done", "its own error", "done"));
    EXPECT_EQ(notes(), 2);
}

TEST_F(GroupCommitTest, a_unit_that_finds_the_disk_full_fails_the_whole_group) {
    ASSERT_TRUE(
        execute("PRAGMA max_page_count = " + std::to_string(number("PRAGMA page_count") + 2)));
    bool has_run = false;
    add_note();
    add([](Transaction&) -> Result<void> { return fail(Errc::limit, "its own"); });
    add([](Transaction& unit) {
        return unit.records().append_manifest({}, "root", std::string(100'000, 'x'));
    });
    add([&](Transaction&) -> Result<void> {
        has_run = true;
        return {};
    });
    EXPECT_THAT(outcomes(), AllOf(SizeIs(4), Each(not_available)));
    EXPECT_THAT(cause(), HasSubstr("full"));
    EXPECT_FALSE(has_run);
    EXPECT_EQ(notes(), 0);
    expect_to_work();
    ASSERT_TRUE(execute("PRAGMA max_page_count = 100000"));
    expect_to_work();
}

// Without care the rest of the unit would be committed statement by statement.
TEST_F(GroupCommitTest, a_unit_that_does_not_mind_a_full_disk_writes_nothing_more) {
    ASSERT_TRUE(
        execute("PRAGMA max_page_count = " + std::to_string(number("PRAGMA page_count") + 2)));
    add_note();
    add([](Transaction& unit) -> Result<void> {
        EXPECT_FALSE(unit.records().append_manifest({}, "root", std::string(100'000, 'x')));
        EXPECT_EQ(note(unit, "goes on").error().code, Errc::unavailable);
        EXPECT_FALSE(unit.records().state());
        EXPECT_FALSE(unit.catalogue().add_resource());
        return {};
    });
    EXPECT_THAT(outcomes(), ElementsAre(not_available, not_available));
    EXPECT_EQ(notes(), 0);
    EXPECT_EQ(number("SELECT count(*) FROM resource"), 0);
    expect_to_work();
}

TEST_F(GroupCommitTest, a_locked_database_fails_the_group_before_it_runs) {
    ASSERT_TRUE(execute("PRAGMA busy_timeout = 0"));
    auto other = store::Database::open(file).value();
    {
        const auto lock = store::Transaction::begin(other).value();
        add([](Transaction&) -> Result<void> {
            ADD_FAILURE() << "ran";
            return {};
        });
        add_note();
        EXPECT_THAT(outcomes(), ElementsAre(not_available, not_available));
        EXPECT_THAT(cause(), HasSubstr("locked"));
    }
    expect_to_work();
}

TEST_F(GroupCommitTest, a_commit_that_fails_fails_every_unit) {
    add_note();
    add([&](Transaction&) -> Result<void> {
        EXPECT_TRUE(execute("PRAGMA defer_foreign_keys = ON"));
        return execute("INSERT INTO resource_topic VALUES ('a', 't', 99)");
    });
    add_note();
    EXPECT_THAT(outcomes(), AllOf(SizeIs(3), Each(not_available)));
    EXPECT_THAT(cause(), HasSubstr("FOREIGN KEY"));
    EXPECT_EQ(notes(), 0);
    expect_to_work();
}

}  // namespace
}  // namespace relay::booking_sqlite
