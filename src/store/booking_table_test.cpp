// SPDX-License-Identifier: Apache-2.0
#include "store/booking_table.hpp"

#include "base/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace relay::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct BookingTableTest : testing::Test {
    TemporaryFolder folder;
    std::filesystem::path file = folder / "bookings.sqlite";

    BookingTable open() {
        auto table = BookingTable::open(file);
        EXPECT_TRUE(table) << table.error().detail;
        return *std::move(table);
    }
};

TEST_F(BookingTableTest, begins_empty) {
    EXPECT_THAT(open().load_denied().value(), IsEmpty());
}

TEST_F(BookingTableTest, entries_survive_reopening) {
    {
        BookingTable table = open();
        ASSERT_TRUE(table.put_denied({"b2", 200}));
        ASSERT_TRUE(table.put_denied({"b1", 100}));
        ASSERT_TRUE(table.put_denied({"\xc3\xa9 ' \" ;", 300}));
        ASSERT_TRUE(table.erase_denied("b2"));
        ASSERT_TRUE(table.erase_denied("unknown"));
    }
    EXPECT_THAT(open().load_denied().value(),
                ElementsAre(ListedBooking{"b1", 100}, ListedBooking{"\xc3\xa9 ' \" ;", 300}));
}

TEST_F(BookingTableTest, entries_are_on_disk_as_soon_as_put_returns) {
    BookingTable table = open();
    ASSERT_TRUE(table.put_denied({"b1", 100}));
    // As after a crash: the files as they are now, without the first connection's farewell.
    TemporaryFolder copy;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        std::filesystem::copy(entry.path(), copy.path());
    }
    EXPECT_THAT(BookingTable::open(copy / "bookings.sqlite").value().load_denied().value(),
                ElementsAre(ListedBooking{"b1", 100}));
}

TEST_F(BookingTableTest, the_allowed_survive_reopening_beside_the_denied) {
    {
        BookingTable table = open();
        ASSERT_TRUE(table.put_denied({"d", 1}));
        ASSERT_TRUE(table.replace_allowed(std::vector<ListedBooking>{{"old", 5}}));
        ASSERT_TRUE(table.replace_allowed(std::vector<ListedBooking>{{"a2", 20}, {"a1", 10}}));
    }
    BookingTable table = open();
    EXPECT_THAT(table.load_allowed().value(),
                ElementsAre(ListedBooking{"a1", 10}, ListedBooking{"a2", 20}));
    EXPECT_THAT(table.load_denied().value(), ElementsAre(ListedBooking{"d", 1}));
}

TEST_F(BookingTableTest, put_replaces_the_time) {
    BookingTable table = open();
    ASSERT_TRUE(table.put_denied({"b1", 100}));
    ASSERT_TRUE(table.put_denied({"b1", 50}));
    EXPECT_THAT(table.load_denied().value(), ElementsAre(ListedBooking{"b1", 50}));
}

TEST_F(BookingTableTest, prune_forgets_what_has_ended) {
    BookingTable table = open();
    for (const std::int64_t expires : {99, 100, 101}) {
        ASSERT_TRUE(table.put_denied({std::to_string(expires), expires}));
    }
    ASSERT_TRUE(table.prune_denied(100));
    EXPECT_THAT(table.load_denied().value(), ElementsAre(ListedBooking{"101", 101}));
}

TEST_F(BookingTableTest, a_file_that_is_no_database_gives_a_clear_error) {
    std::ofstream(file) << "not a database, but long enough to look at" << std::string(4096, '\n');
    const auto table = BookingTable::open(file);
    ASSERT_FALSE(table);
    EXPECT_THAT(table.error().detail, HasSubstr("bookings.sqlite: file is not a database"));
}

TEST_F(BookingTableTest, a_damaged_file_gives_a_clear_error) {
    {
        BookingTable table = open();
        for (int count = 0; count < 300; ++count) {
            ASSERT_TRUE(
                table.put_denied({"booking-with-a-long-name-" + std::to_string(count), 100}));
        }
    }
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    // The first page, which says that this is a database, stays.
    const auto size = std::filesystem::file_size(file);
    ASSERT_GE(size, 5 * 4096U);
    stream.seekp(4096);
    stream << std::string(size - 4096, '\xaa');
    stream.close();
    const auto table = BookingTable::open(file);
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code, Errc::internal);
    EXPECT_THAT(table.error().detail, HasSubstr("bookings.sqlite"));
}

TEST_F(BookingTableTest, a_file_of_a_newer_program_is_refused) {
    ASSERT_TRUE(Database::open(file).value().execute("PRAGMA user_version = 99"));
    const auto table = BookingTable::open(file);
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code, Errc::conflict);
    EXPECT_THAT(table.error().detail,
                HasSubstr("bookings.sqlite: the database has schema version 99"));
}

}  // namespace
}  // namespace relay::store
