// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/temporary_folder_for_test.hpp"
#include "booking_sqlite/connection.hpp"
#include "booking_sqlite/database_file.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace relay::booking_sqlite {

// A database with its schema, reached without the store.
struct ConnectionForTest {
    TemporaryFolder folder;
    std::filesystem::path file = folder / "book.db";
    Connection connection{open_database_file(file).value()};

    store::Database& database() { return connection.database(); }
    Result<void> execute(const std::string& sql) { return database().execute(sql); }
    std::int64_t number(const std::string& sql) {
        auto statement = database().prepare(sql);
        EXPECT_TRUE(statement) << statement.error().detail;
        EXPECT_TRUE(statement->step().value());
        return statement->integer(0);
    }
};

}  // namespace relay::booking_sqlite
