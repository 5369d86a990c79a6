// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/connection_for_test.hpp"
#include "booking_sqlite/contradictions.hpp"
#include "booking_sqlite/store_for_test.hpp"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <latch>
#include <random>
#include <thread>

// Never one resource for two, whoever writes.
namespace relay::booking_sqlite {
namespace {

using testing::IsEmpty;

struct PlainHold {
    int start = 0, end = 0;
    bool begun = false, active = true;

    bool is_in_the_way(const PlainHold& wanted) const {
        if (!active) return false;
        if (begun && wanted.start < end) return true;
        return start < wanted.end && wanted.start < end;
    }
};

// A hold with this id, as a row.
std::string row_of(std::size_t id, const PlainHold& hold) {
    return std::to_string(id) + ", 1, NULL, 'x', " + std::to_string(hold.start) + ", " +
           std::to_string(hold.end) + ", " + std::to_string(hold.begun) + ", " +
           std::to_string(hold.active);
}

struct ExclusionTest : testing::Test, ConnectionForTest {
    ExclusionTest() {
        EXPECT_TRUE(execute("PRAGMA synchronous = OFF; INSERT INTO resource (id) VALUES (1)"));
    }
    std::vector<std::string> contradictions() {
        auto transaction = store::Transaction::begin(database()).value();
        return find_contradictions(connection).value();
    }

    // The database's answers against a list.
    std::vector<PlainHold> model;
    std::mt19937 random{7};
    int upto(int most) { return std::uniform_int_distribution(0, most)(random); }

    PlainHold any_hold() {
        const int start = upto(300);
        return {start, start + 1 + upto(20), upto(3) == 0, upto(9) > 0};
    }
    bool is_free(const PlainHold& wanted, std::size_t but) const {
        for (std::size_t each = 0; each < model.size(); ++each)
            if (each != but && model[each].is_in_the_way(wanted)) return false;
        return true;
    }
    void insert_any() {
        const PlainHold hold = any_hold();
        const bool expected = !hold.active || is_free(hold, model.size());
        const auto done = execute("INSERT INTO hold VALUES (" + row_of(model.size(), hold) + ")");
        ASSERT_EQ(done.has_value(), expected) << row_of(model.size(), hold);
        if (done) model.push_back(hold);
    }
    void change_any() {
        if (model.empty()) return;
        const auto which = static_cast<std::size_t>(upto(static_cast<int>(model.size()) - 1));
        const PlainHold before = model[which];
        PlainHold hold = any_hold();
        hold.begun = before.begun;
        if (upto(1))
            hold = {before.start + upto(2), before.end - upto(2), before.begun, upto(3) > 0};
        if (hold.end <= hold.start) return;
        const bool only_shrinks =
            before.active && hold.start >= before.start && hold.end <= before.end;
        const bool expected = !hold.active || only_shrinks || is_free(hold, which);
        const auto done = execute(
            "UPDATE hold SET (id, resource_id, booking_id, kind, start_ms, end_ms, begun,"
            " active) = (" +
            row_of(which, hold) + ") WHERE id = " + std::to_string(which));
        ASSERT_EQ(done.has_value(), expected) << row_of(which, hold);
        if (done) model[which] = hold;
    }
};

TEST_F(ExclusionTest, the_database_refuses_exactly_what_a_plain_list_refuses) {
    for (int round = 0; round < 3000 && !HasFatalFailure(); ++round)
        upto(2) == 0 ? change_any() : insert_any();
    EXPECT_GT(model.size(), 30U);
    EXPECT_THAT(contradictions(), IsEmpty());
}

TEST_F(ExclusionTest, eight_connections_that_write_at_once_never_overlap) {
    constexpr int inserts = 400;
    std::atomic<int> written{0}, refused{0};
    std::vector<std::thread> threads;
    for (unsigned seed = 0; seed < 8; ++seed) {
        threads.emplace_back([&, seed] {
            auto own = store::Database::open(file).value();
            EXPECT_TRUE(own.execute("PRAGMA synchronous = OFF"));
            std::mt19937 numbers(seed);
            for (int insert = 0; insert < inserts; ++insert) {
                const auto start = std::uniform_int_distribution(0, 20'000)(numbers);
                const PlainHold hold{start, start + 1 + start % 50};
                const auto done = own.execute(
                    "INSERT INTO hold (resource_id, kind, start_ms, end_ms, begun) VALUES (1, "
                    "'x', " +
                    std::to_string(hold.start) + ", " + std::to_string(hold.end) + ", 0)");
                ++(done ? written : refused);
                EXPECT_TRUE(done || done.error().code == Errc::conflict) << done.error().detail;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(number("SELECT count(*) FROM hold"), written);
    EXPECT_GT(refused, 100);
    EXPECT_GT(written, 100);
    EXPECT_THAT(contradictions(), IsEmpty());
}

// As two servers that were started on one file by mistake.
TEST(TwoStores, give_each_resource_to_one_of_them) {
    const SqliteStoreForTest backend;
    std::array<std::unique_ptr<booking::Store>, 2> stores;
    for (auto& store : stores) store = open(backend.file()).value();
    constexpr int rigs = 40;
    const auto name = [](int rig) { return "rig " + std::to_string(rig); };
    const auto prepared = booking::write_now(*stores[0], [&](booking::Transaction& unit) {
        auto done = unit.catalogue().put_pool({"bench", "", {}});
        for (int rig = 0; rig < rigs && done; ++rig) {
            const auto resource = unit.catalogue().add_resource();
            EXPECT_TRUE(resource);
            done = unit.catalogue().put_offer({name(rig), "", {}, {"bench"}, *resource});
        }
        return done;
    });
    ASSERT_TRUE(prepared);

    using booking::SessionTable;
    std::latch left(2 * rigs);
    std::atomic<int> booked{0}, taken{0};
    for (int rig = 0; rig < rigs; ++rig) {
        for (std::size_t which = 0; which < stores.size(); ++which) {
            auto outcome = std::make_shared<SessionTable::Outcome>();
            stores[which]->write(
                [&, rig, which, outcome](booking::Transaction& unit) -> Result<void> {
                    const auto result = unit.sessions().book(
                        {.name = name(rig) + " of " + std::to_string(which),
                         .user = "ada",
                         .time = {booking::BookingTime(), booking::from_unix_seconds(60)},
                         .created = booking::BookingTime()},
                        name(rig));
                    if (!result) return std::unexpected(result.error());
                    *outcome = *result;
                    return {};
                },
                [&, outcome](const Result<void>& done) {
                    EXPECT_TRUE(done);
                    ++(*outcome == SessionTable::Outcome::booked ? booked : taken);
                    left.count_down();
                });
        }
    }
    left.wait();
    EXPECT_EQ(booked, rigs);
    EXPECT_EQ(taken, rigs);
    EXPECT_TRUE(booking::read_now(*stores[1], [](const booking::Transaction& seen) {
        EXPECT_THAT(seen.sessions().contradictions().value(), IsEmpty());
        return Result<void>();
    }));
}

}  // namespace
}  // namespace relay::booking_sqlite
