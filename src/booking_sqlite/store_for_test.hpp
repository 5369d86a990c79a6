// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/temporary_folder_for_test.hpp"
#include "booking/store_for_test.hpp"
#include "booking_sqlite/open.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace relay::booking_sqlite {

// A database of its own in a temporary folder: a copy of one that is made once, for making one
// waits for the disk a dozen times.
class SqliteStoreForTest : public booking::StoreForTest {
public:
    SqliteStoreForTest() {
        static const TemporaryFolder templates;
        static const bool made = open(templates / "book.db").has_value();
        EXPECT_TRUE(made);
        std::filesystem::copy(templates / "book.db", file());
        reopen();
    }
    ~SqliteStoreForTest() override { store_.reset(); }

    booking::Store& store() override { return *store_; }
    void reopen() override {
        store_.reset();
        auto opened = open(file());
        EXPECT_TRUE(opened) << opened.error().detail;
        store_ = std::move(opened).value();
    }

    std::filesystem::path file() const { return folder_ / "book.db"; }

private:
    TemporaryFolder folder_;
    std::unique_ptr<booking::Store> store_;
};

// A booking::MakeStoreForTest.
inline std::unique_ptr<booking::StoreForTest> make_sqlite_store() {
    return std::make_unique<SqliteStoreForTest>();
}

}  // namespace relay::booking_sqlite
