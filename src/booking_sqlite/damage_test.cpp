// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/load_for_test.hpp"
#include "booking_sqlite/store_for_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <vector>

// Files that were cut: all that was written before the cut is there, or the file is refused.
namespace relay::booking_sqlite {
namespace {

using testing::HasSubstr;

constexpr int in_file = 10, in_log = 15;  // bookings

struct DamageTest : testing::Test {
    TemporaryFolder original, copy;
    std::vector<std::uintmax_t> log_sizes;  // after each booking that is in the log
    std::set<std::string> all;

    DamageTest() {
        write_to_file();
        write_to_log();
    }
    static std::string log_of(const std::filesystem::path& file) { return file.string() + "-wal"; }
    std::filesystem::path file() const { return copy / "book.db"; }

    void write(booking::Store& store, int second) {
        const std::string name = std::to_string(second);
        EXPECT_TRUE(booking::write_now(store, [&](booking::Transaction& unit) {
            return write_booking(unit, name, 0, second);
        }));
        all.insert(name);
    }
    // Closing moves everything into the file.
    void write_to_file() {
        const auto store = open(original / "book.db").value();
        EXPECT_TRUE(put_rigs(*store, 1));
        for (int second = 0; second < in_file; ++second) write(*store, second);
    }
    // Copied as after a crash, without the farewell.
    void write_to_log() {
        const auto store = open(original / "book.db").value();
        for (int second = in_file; second < in_file + in_log; ++second) {
            write(*store, second);
            log_sizes.push_back(std::filesystem::file_size(log_of(original / "book.db")));
        }
        keep_copy();
        std::filesystem::copy(file(), original / "kept.db");
        std::filesystem::copy(log_of(file()), original / "kept.db-wal");
    }
    void keep_copy() {
        std::filesystem::copy(original / "book.db", file());
        std::filesystem::copy(log_of(original / "book.db"), log_of(file()));
    }
    void restore() {
        for (const auto& entry : std::filesystem::directory_iterator(copy.path()))
            std::filesystem::remove(entry.path());
        std::filesystem::copy(original / "kept.db", file());
        std::filesystem::copy(original / "kept.db-wal", log_of(file()));
    }
    // Lengths from 0 to the size: all near its ends and near pages, some others.
    static std::vector<std::uintmax_t> cuts(std::uintmax_t size, std::uintmax_t page) {
        std::vector<std::uintmax_t> lengths{0, 1, 31, 32, 33, 99, 100, 511, size - 1, size};
        const std::uintmax_t step = std::max<std::uintmax_t>(1, size / page / 12) * page;
        for (std::uintmax_t at = page; at < size; at += step)
            lengths.insert(lengths.end(), {at - 1, at, at + 24, at + page / 2});
        std::erase_if(lengths, [&](std::uintmax_t length) { return length > size; });
        return lengths;
    }
};

TEST_F(DamageTest, a_log_that_was_cut_gives_what_was_committed_before_the_cut) {
    const std::uintmax_t size = std::filesystem::file_size(log_of(file()));
    ASSERT_EQ(size, log_sizes.back());
    std::vector<std::uintmax_t> lengths = cuts(size, 4096 + 24);
    for (const std::uintmax_t end : log_sizes) lengths.insert(lengths.end(), {end - 1, end});
    for (const std::uintmax_t length : lengths) {
        restore();
        std::filesystem::resize_file(log_of(file()), length);
        const auto store = open(file());
        ASSERT_TRUE(store) << length << ": " << store.error().detail;
        const auto kept =
            std::ranges::count_if(log_sizes, [&](std::uintmax_t end) { return end <= length; });
        const std::set<std::string> written = written_bookings(**store);
        ASSERT_EQ(written.size(), static_cast<std::size_t>(in_file + kept)) << length;
        for (int second = 0; second < in_file + kept; ++second)
            ASSERT_TRUE(written.contains(std::to_string(second))) << length;
    }
}

TEST_F(DamageTest, a_file_that_was_cut_is_whole_again_by_its_log_or_refused) {
    const std::uintmax_t size = std::filesystem::file_size(file());
    std::size_t refused = 0;
    for (const std::uintmax_t length : cuts(size, 4096)) {
        restore();
        std::filesystem::resize_file(file(), length);
        const auto store = open(file());
        if (store) {
            ASSERT_EQ(written_bookings(**store), all) << length;
            continue;
        }
        ++refused;
        ASSERT_EQ(store.error().code, Errc::internal) << length;
        ASSERT_THAT(store.error().detail, HasSubstr("book.db")) << length;
    }
    EXPECT_GT(refused, 3U);
}

TEST_F(DamageTest, a_file_that_was_cut_and_has_no_log_is_refused) {
    restore();
    {
        ASSERT_TRUE(open(file()));
    }  // moves the log into the file
    const std::uintmax_t size = std::filesystem::file_size(file());
    std::filesystem::copy(file(), original / "whole.db");
    for (const std::uintmax_t length : cuts(size, 4096)) {
        std::filesystem::copy(original / "whole.db", file(),
                              std::filesystem::copy_options::overwrite_existing);
        std::filesystem::resize_file(file(), length);
        const auto store = open(file());
        ASSERT_EQ(store.has_value(), length == size) << length;
        if (store) {
            ASSERT_EQ(written_bookings(**store), all);
            continue;
        }
        ASSERT_EQ(store.error().code, Errc::internal) << length;
        ASSERT_THAT(store.error().detail, HasSubstr("book.db")) << length;
    }
}

// As after a full disk: the log holds what is missing.
TEST_F(DamageTest, a_last_page_that_was_half_written_is_made_good_by_the_log_or_refused) {
    const std::uintmax_t size = std::filesystem::file_size(file());
    std::size_t made_good = 0;
    for (std::uintmax_t pages = 1; pages <= size / 4096; ++pages) {
        restore();
        std::filesystem::resize_file(file(), pages * 4096 - 1);
        const auto store = open(file());
        if (store) ASSERT_EQ(written_bookings(**store), all) << pages;
        if (store) ++made_good;
    }
    EXPECT_GT(made_good, 0U);
    EXPECT_LT(made_good, size / 4096);
}

TEST_F(DamageTest, a_page_that_was_half_written_is_noticed_or_made_good) {
    const std::uintmax_t size = std::filesystem::file_size(file());
    for (std::uintmax_t page = 0; page < size; page += 2 * 4096) {
        restore();
        {
            std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
            stream.seekp(static_cast<std::streamoff>(page + 2048));
            stream << std::string(2048, '\0');
        }
        const auto store = open(file());
        if (store)
            ASSERT_EQ(written_bookings(**store), all) << page;
        else
            ASSERT_EQ(store.error().code, Errc::internal) << store.error().detail;
    }
}

}  // namespace
}  // namespace relay::booking_sqlite
