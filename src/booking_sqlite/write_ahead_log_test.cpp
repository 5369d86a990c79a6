// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/write_ahead_log.hpp"

#include "booking_sqlite/store_for_test.hpp"

#include <latch>

namespace relay::booking_sqlite {
namespace {

struct WriteAheadLogTest : testing::Test {
    static constexpr std::uintmax_t limit = 200'000;
    TemporaryFolder folder;
    std::filesystem::path file = folder / "book.db";
    std::unique_ptr<booking::Store> store = open(file, {.most_log = limit}).value();
    WriteAheadLog log{file, limit};

    void write(std::size_t bytes) {
        EXPECT_TRUE(booking::write_now(*store, [bytes](booking::Transaction& unit) {
            return unit.records().append_manifest({}, "", std::string(bytes, 'x'));
        }));
    }
    // The log is looked at after a unit was told: when the next one runs, that is over.
    std::uintmax_t size_at_next_unit() {
        std::uintmax_t size = 0;
        EXPECT_TRUE(booking::write_now(*store, [&](booking::Transaction&) -> Result<void> {
            size = log.size();
            return {};
        }));
        return size;
    }
};

TEST_F(WriteAheadLogTest, stays_small_however_much_is_written) {
    for (int round = 0; round < 20; ++round) {
        write(50'000);
        EXPECT_LE(size_at_next_unit(), limit);
    }
    EXPECT_GT(std::filesystem::file_size(file), 1'000'000U);
}

TEST_F(WriteAheadLogTest, grows_while_a_reader_needs_it_and_is_emptied_afterwards) {
    std::latch is_reading(1), may_end(1);
    std::latch has_ended(1);
    store->read(
        [&](const booking::Transaction& seen) -> Result<void> {
            EXPECT_TRUE(seen.records().state());
            is_reading.count_down();
            may_end.wait();
            EXPECT_TRUE(seen.records().state());
            return {};
        },
        [&](const Result<void>& done) {
            EXPECT_TRUE(done);
            has_ended.count_down();
        });
    is_reading.wait();
    for (int round = 0; round < 10; ++round) write(50'000);
    EXPECT_GT(size_at_next_unit(), limit);
    may_end.count_down();
    has_ended.wait();
    write(1);
    EXPECT_LE(size_at_next_unit(), limit);
}

}  // namespace
}  // namespace relay::booking_sqlite
