// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/database_file.hpp"

#include "booking_sqlite/load_for_test.hpp"
#include "booking_sqlite/store_for_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace relay::booking_sqlite {
namespace {

using testing::HasSubstr;

struct DatabaseFileTest : testing::Test {
    TemporaryFolder folder;
    std::filesystem::path file = folder / "book.db";

    std::ptrdiff_t files() const {
        const std::filesystem::directory_iterator entries(folder.path());
        return std::distance(begin(entries), end(entries));
    }
    Error refusal() const {
        auto opened = open(file);
        EXPECT_FALSE(opened);
        return opened ? Error{Errc::internal, ""} : opened.error();
    }
};

TEST_F(DatabaseFileTest, a_new_file_is_complete_and_nothing_else_is_left) {
    ASSERT_TRUE(open(file));
    EXPECT_EQ(files(), 1) << "closed: no log, no unnamed file";
    EXPECT_GT(std::filesystem::file_size(file), 4096U);
}

TEST_F(DatabaseFileTest, only_owner_and_group_may_look) {
    const auto store = open(file).value();
    ASSERT_TRUE(put_rigs(*store, 1));
    using std::filesystem::perms;
    for (const std::string ending : {"", "-wal"}) {
        const auto mode = std::filesystem::status(file.string() + ending).permissions();
        EXPECT_EQ(mode & perms::others_all, perms::none) << ending;
        EXPECT_EQ(mode & perms::group_write, perms::none) << ending;
    }
}

TEST_F(DatabaseFileTest, what_was_written_is_there_after_reopening) {
    {
        const auto store = open(file).value();
        ASSERT_TRUE(put_rigs(*store, 1));
        ASSERT_TRUE(booking::write_now(
            *store, [](booking::Transaction& unit) { return write_booking(unit, "b", 0, 1); }));
    }
    EXPECT_EQ(written_bookings(*open(file).value()), std::set<std::string>{"b"});
}

TEST_F(DatabaseFileTest, of_many_that_make_it_at_once_all_get_the_same_one) {
    std::vector<std::thread> threads;
    for (int each = 0; each < 4; ++each) {
        threads.emplace_back([this, each] {
            const auto store = open(file);
            ASSERT_TRUE(store) << store.error().detail;
            EXPECT_TRUE(booking::write_now(**store, [each](booking::Transaction& unit) {
                return unit.records().append_audit({{}, "", "", std::to_string(each), ""});
            }));
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(booking::read_now(*open(file).value(), [](const booking::Transaction& seen) {
        using booking::BookingTime;
        EXPECT_EQ(seen.records().audit({BookingTime(), BookingTime::max()}, 9)->size(), 4U);
        return Result<void>();
    }));
    EXPECT_EQ(files(), 1);
}

TEST_F(DatabaseFileTest, an_empty_file_is_refused_rather_than_begun_anew) {
    std::ofstream(file).close();
    const Error error = refusal();
    EXPECT_EQ(error.code, Errc::internal);
    EXPECT_THAT(error.detail, HasSubstr("book.db: the file has 0 bytes"));
}

TEST_F(DatabaseFileTest, a_log_without_its_database_is_refused) {
    std::ofstream(file.string() + "-wal") << "log";
    const Error error = refusal();
    EXPECT_EQ(error.code, Errc::internal);
    EXPECT_THAT(error.detail, HasSubstr("book.db-wal is there, but not its database"));
    EXPECT_EQ(files(), 1);
}

TEST_F(DatabaseFileTest, a_file_of_something_else_is_refused) {
    std::ofstream(file) << std::string(8192, 'x');
    const Error error = refusal();
    EXPECT_EQ(error.code, Errc::internal);
    EXPECT_THAT(error.detail, HasSubstr("book.db: file is not a database"));
}

TEST_F(DatabaseFileTest, a_missing_folder_is_unavailable) {
    file = folder / "missing" / "book.db";
    const Error error = refusal();
    EXPECT_EQ(error.code, Errc::unavailable);
    EXPECT_THAT(error.detail, HasSubstr("missing/book.db"));
}

TEST_F(DatabaseFileTest, a_file_that_contradicts_itself_is_refused_with_the_reason) {
    {
        const auto store = open(file).value();
        ASSERT_TRUE(put_rigs(*store, 1));
        ASSERT_TRUE(booking::write_now(
            *store, [](booking::Transaction& unit) { return write_booking(unit, "b", 0, 1); }));
    }
    ASSERT_TRUE(store::Database::open(file)->execute("DELETE FROM hold"));
    const Error error = refusal();
    EXPECT_EQ(error.code, Errc::internal);
    EXPECT_THAT(error.detail, HasSubstr("book.db: contradicts itself: booking b has no hold"));
}

}  // namespace
}  // namespace relay::booking_sqlite
