// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/store_fixture_for_test.hpp"

#include <atomic>
#include <latch>
#include <memory>

// Units of work over any backend. Instantiated with store_contract_for_test.hpp.
namespace relay::booking {

using testing::ElementsAre;
using testing::IsEmpty;

struct UnitContract : StoreContract {
    static Result<void> note(Transaction& unit, const std::string& object) {
        return unit.records().append_audit({BookingTime(), "", "", object, ""});
    }
    static std::vector<std::string> notes(const Transaction& seen) {
        std::vector<std::string> objects;
        const auto entries = seen.records().audit({BookingTime(), BookingTime::max()}, SIZE_MAX);
        EXPECT_TRUE(entries);
        if (!entries) return objects;
        for (const AuditEntry& entry : *entries) objects.push_back(entry.object);
        return objects;
    }
    std::vector<std::string> notes_now() {
        return look<std::vector<std::string>>(
            [](const Transaction& seen) -> Result<std::vector<std::string>> {
                return notes(seen);
            });
    }
};

TEST_P(UnitContract, units_run_in_order_and_each_sees_those_before) {
    constexpr int count = 300;
    std::latch left(count);
    std::vector<int> told;
    for (int number = 0; number < count; ++number) {
        backend->store().write(
            [number](Transaction& unit) -> Result<void> {
                EXPECT_EQ(notes(unit).size(), static_cast<std::size_t>(number));
                return note(unit, std::to_string(number));
            },
            [&left, &told, number](const Result<void>& done) {
                EXPECT_TRUE(done);
                told.push_back(number);
                left.count_down();
            });
    }
    left.wait();
    for (int number = 0; number < count; ++number)
        ASSERT_EQ(told[static_cast<std::size_t>(number)], number);
    EXPECT_EQ(notes_now().size(), static_cast<std::size_t>(count));
}

TEST_P(UnitContract, an_error_undoes_its_unit_and_no_other) {
    constexpr int count = 30;
    std::latch left(count);
    std::atomic<int> failed{0};
    for (int number = 0; number < count; ++number) {
        backend->store().write(
            [number](Transaction& unit) -> Result<void> {
                auto noted = note(unit, std::to_string(number));
                if (!noted) return noted;
                auto locked = unit.records().set_state({true, std::to_string(number)});
                if (!locked || number % 3 != 0) return locked;
                return fail(Errc::limit, "undone on purpose");
            },
            [&, number](const Result<void>& done) {
                EXPECT_EQ(done.has_value(), number % 3 != 0);
                if (!done && done.error().code == Errc::limit) ++failed;
                left.count_down();
            });
    }
    left.wait();
    EXPECT_EQ(failed, count / 3);
    std::vector<std::string> expected;
    for (int number = 0; number < count; ++number)
        if (number % 3 != 0) expected.push_back(std::to_string(number));
    EXPECT_EQ(notes_now(), expected);
    backend->reopen();
    EXPECT_EQ(notes_now(), expected);
}

TEST_P(UnitContract, a_broken_constraint_leaves_its_unit_able_to_go_on) {
    const ListedPool first{"a", "key", {}}, second{"b", "key", {}};
    change([&](Transaction& unit) -> Result<void> {
        EXPECT_TRUE(unit.catalogue().put_pool(first));
        EXPECT_EQ(unit.catalogue().put_pool(second).error().code, Errc::conflict);
        return note(unit, "went on");
    });
    EXPECT_THAT(catalogue().pools, ElementsAre(first));
    EXPECT_THAT(notes_now(), ElementsAre("went on"));
}

TEST_P(UnitContract, a_read_sees_what_was_reported_as_done) {
    constexpr int count = 100;
    std::latch left(count);
    for (int number = 0; number < count; ++number) {
        const auto name = std::to_string(number);
        backend->store().write([name](Transaction& unit) { return note(unit, name); },
                               [&, name](const Result<void>& written) {
                                   EXPECT_TRUE(written);
                                   backend->store().read(
                                       [name](const Transaction& seen) -> Result<void> {
                                           EXPECT_THAT(notes(seen), testing::Contains(name));
                                           return {};
                                       },
                                       [&](const Result<void>& read) {
                                           EXPECT_TRUE(read);
                                           left.count_down();
                                       });
                               });
    }
    left.wait();
}

TEST_P(UnitContract, a_read_sees_one_state_while_others_write) {
    std::latch has_looked(1), has_written(1), done(1);
    backend->store().read(
        [&](const Transaction& seen) -> Result<void> {
            EXPECT_THAT(notes(seen), IsEmpty());
            has_looked.count_down();
            has_written.wait();
            EXPECT_THAT(notes(seen), IsEmpty());
            return {};
        },
        [&](const Result<void>& read) {
            EXPECT_TRUE(read);
            done.count_down();
        });
    has_looked.wait();
    change([](Transaction& unit) { return note(unit, "written meanwhile"); });
    has_written.count_down();
    done.wait();
    EXPECT_THAT(notes_now(), ElementsAre("written meanwhile"));
}

TEST_P(UnitContract, a_report_delays_no_read_and_sees_one_state) {
    std::latch has_looked(1), may_end(1), done(1);
    backend->store().report(
        [&](const Transaction& seen) -> Result<void> {
            EXPECT_THAT(notes(seen), IsEmpty());
            has_looked.count_down();
            may_end.wait();
            EXPECT_THAT(notes(seen), IsEmpty());
            return {};
        },
        [&](const Result<void>& reported) {
            EXPECT_TRUE(reported);
            done.count_down();
        });
    has_looked.wait();
    change([](Transaction& unit) { return note(unit, "written meanwhile"); });
    EXPECT_THAT(notes_now(), ElementsAre("written meanwhile")) << "while the report is at it";
    may_end.count_down();
    done.wait();
    EXPECT_TRUE(report_now(backend->store(), [](const Transaction& seen) -> Result<void> {
        EXPECT_THAT(notes(seen), ElementsAre("written meanwhile"));
        return {};
    }));
}

TEST_P(UnitContract, the_error_of_a_report_is_handed_on) {
    const auto reported = report_now(backend->store(), [](const Transaction&) -> Result<void> {
        return fail(Errc::limit, "on purpose");
    });
    ASSERT_FALSE(reported);
    EXPECT_EQ(reported.error().code, Errc::limit);
}

TEST_P(UnitContract, the_error_of_a_read_is_handed_on) {
    const auto read = read_now(backend->store(), [](const Transaction&) -> Result<void> {
        return fail(Errc::limit, "on purpose");
    });
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::limit);
}

TEST_P(UnitContract, a_unit_may_be_handed_in_when_another_is_done) {
    std::latch done(1);
    backend->store().write([](Transaction& unit) { return note(unit, "first"); },
                           [&](const Result<void>&) {
                               backend->store().write(
                                   [](Transaction& unit) { return note(unit, "second"); },
                                   [&](const Result<void>& second) {
                                       EXPECT_TRUE(second);
                                       done.count_down();
                                   });
                           });
    done.wait();
    EXPECT_THAT(notes_now(), ElementsAre("first", "second"));
}

TEST_P(UnitContract, what_a_unit_holds_is_let_go_when_it_was_told) {
    std::atomic<int> told{0};
    std::latch let_go(1);  // also when no other unit comes
    {
        const std::shared_ptr<std::latch> held(&let_go,
                                               [](std::latch* last) { last->count_down(); });
        const auto tell = [held, &told](const Result<void>&) { ++told; };
        backend->store().write([held](Transaction&) -> Result<void> { return {}; }, tell);
        backend->store().read([held](const Transaction&) -> Result<void> { return {}; }, tell);
        backend->store().report([held](const Transaction&) -> Result<void> { return {}; }, tell);
    }
    let_go.wait();
    EXPECT_EQ(told, 3);
}

TEST_P(UnitContract, stopping_runs_what_waits_and_refuses_what_comes_later) {
    constexpr int count = 50;
    std::atomic<int> told{0};
    for (int number = 0; number < count; ++number) {
        backend->store().write([](Transaction& unit) { return note(unit, "x"); },
                               [&](const Result<void>& done) {
                                   EXPECT_TRUE(done);
                                   ++told;
                               });
        backend->store().read([](const Transaction&) -> Result<void> { return {}; },
                              [&](const Result<void>& done) {
                                  EXPECT_TRUE(done);
                                  ++told;
                              });
        backend->store().report([](const Transaction&) -> Result<void> { return {}; },
                                [&](const Result<void>& done) {
                                    EXPECT_TRUE(done);
                                    ++told;
                                });
    }
    backend->store().stop();
    EXPECT_EQ(told, 3 * count);
    const auto written = write_now(backend->store(), [](Transaction&) -> Result<void> {
        ADD_FAILURE() << "ran after the end";
        return {};
    });
    for (const auto ask : {&read_now, &report_now}) {
        const auto seen = ask(backend->store(), [](const Transaction&) -> Result<void> {
            ADD_FAILURE() << "ran after the end";
            return {};
        });
        EXPECT_EQ(seen.error().code, Errc::unavailable);
    }
    EXPECT_EQ(written.error().code, Errc::unavailable);
    backend->store().stop();
    backend->reopen();
    EXPECT_EQ(notes_now().size(), static_cast<std::size_t>(count));
}

}  // namespace relay::booking
