// SPDX-License-Identifier: Apache-2.0
#include "store/denial_table.hpp"

#include "store/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace relay::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct DenialTableTest : testing::Test {
    TemporaryFolder folder;
    std::filesystem::path file = folder / "denials.sqlite";

    DenialTable open() {
        auto table = DenialTable::open(file);
        EXPECT_TRUE(table) << table.error().detail;
        return *std::move(table);
    }
};

TEST_F(DenialTableTest, begins_empty) {
    EXPECT_THAT(open().load().value(), IsEmpty());
}

TEST_F(DenialTableTest, entries_survive_reopening) {
    {
        DenialTable table = open();
        ASSERT_TRUE(table.put({"b2", 200}));
        ASSERT_TRUE(table.put({"b1", 100}));
        ASSERT_TRUE(table.put({"\xc3\xa9 ' \" ;", 300}));
        ASSERT_TRUE(table.erase("b2"));
        ASSERT_TRUE(table.erase("unknown"));
    }
    EXPECT_THAT(open().load().value(),
                ElementsAre(Denial{"b1", 100}, Denial{"\xc3\xa9 ' \" ;", 300}));
}

TEST_F(DenialTableTest, entries_are_on_disk_as_soon_as_put_returns) {
    DenialTable table = open();
    ASSERT_TRUE(table.put({"b1", 100}));
    // As after a crash: the files as they are now, without the first connection's farewell.
    TemporaryFolder copy;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        std::filesystem::copy(entry.path(), copy.path());
    }
    EXPECT_THAT(DenialTable::open(copy / "denials.sqlite").value().load().value(),
                ElementsAre(Denial{"b1", 100}));
}

TEST_F(DenialTableTest, put_replaces_the_time) {
    DenialTable table = open();
    ASSERT_TRUE(table.put({"b1", 100}));
    ASSERT_TRUE(table.put({"b1", 50}));
    EXPECT_THAT(table.load().value(), ElementsAre(Denial{"b1", 50}));
}

TEST_F(DenialTableTest, prune_forgets_what_has_ended) {
    DenialTable table = open();
    for (const std::int64_t expires : {99, 100, 101}) {
        ASSERT_TRUE(table.put({std::to_string(expires), expires}));
    }
    ASSERT_TRUE(table.prune(100));
    EXPECT_THAT(table.load().value(), ElementsAre(Denial{"101", 101}));
}

TEST_F(DenialTableTest, a_file_that_is_no_database_gives_a_clear_error) {
    std::ofstream(file) << "not a database, but long enough to look at" << std::string(4096, '\n');
    const auto table = DenialTable::open(file);
    ASSERT_FALSE(table);
    EXPECT_THAT(table.error().detail, HasSubstr("denials.sqlite: file is not a database"));
}

TEST_F(DenialTableTest, a_damaged_file_gives_a_clear_error) {
    {
        DenialTable table = open();
        for (int count = 0; count < 300; ++count) {
            ASSERT_TRUE(table.put({"booking-with-a-long-name-" + std::to_string(count), 100}));
        }
    }
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    // The first page, which says that this is a database, stays.
    const auto size = std::filesystem::file_size(file);
    ASSERT_GE(size, 5 * 4096U);
    stream.seekp(4096);
    stream << std::string(size - 4096, '\xaa');
    stream.close();
    const auto table = DenialTable::open(file);
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code, Errc::internal);
    EXPECT_THAT(table.error().detail, HasSubstr("denials.sqlite"));
}

TEST_F(DenialTableTest, a_file_of_a_newer_program_is_refused) {
    ASSERT_TRUE(Database::open(file).value().execute("PRAGMA user_version = 99"));
    const auto table = DenialTable::open(file);
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code, Errc::conflict);
    EXPECT_THAT(table.error().detail,
                HasSubstr("denials.sqlite: the database has schema version 99"));
}

}  // namespace
}  // namespace relay::store
