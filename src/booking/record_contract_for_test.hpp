// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/store_fixture_for_test.hpp"

// State, audit and statistics over any backend. Instantiated with store_contract_for_test.hpp.
namespace relay::booking {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(StoreContract, the_state_of_the_service_is_kept) {
    const auto state = [&] {
        return look<ServiceState>([](const Transaction& seen) { return seen.records().state(); });
    };
    EXPECT_EQ(state(), (ServiceState{false, "Open for bookings"}));
    for (const ServiceState& each : {ServiceState{true, "Back at 5 \xe2\x80\x93 sorry"},
                                     ServiceState{true, ""}, ServiceState{false, "1"}}) {
        set_state(each);
        EXPECT_EQ(state(), each);
        backend->reopen();
        EXPECT_EQ(state(), each);
    }
}

TEST_P(StoreContract, the_audit_is_told_by_time) {
    const auto entry = [&](int second, const char* object) {
        return AuditEntry{now + std::chrono::seconds(second), "root", "did", object,
                          "\xc3\xa9 'x'"};
    };
    const std::vector<AuditEntry> entries{entry(1, "a"), entry(0, "b"), entry(1, "c"),
                                          entry(2, "d")};
    change([&](Transaction& unit) -> Result<void> {
        for (const AuditEntry& each : entries) EXPECT_TRUE(unit.records().append_audit(each));
        return {};
    });
    const auto told = [&](Interval during, std::size_t most) {
        return look<std::vector<AuditEntry>>(
            [&](const Transaction& seen) { return seen.records().audit(during, most); });
    };
    EXPECT_THAT(told({now, now + 3s}, 9),
                ElementsAre(entries[1], entries[0], entries[2], entries[3]));
    EXPECT_THAT(told({now, now + 2s}, 9), ElementsAre(entries[1], entries[0], entries[2]));
    EXPECT_THAT(told({now + 1s, now + 2s}, 1), ElementsAre(entries[0]));
    EXPECT_THAT(told({BookingTime::min(), BookingTime::max()}, SIZE_MAX), SizeIs(4));
    EXPECT_THAT(told({now + 3s, now + 9s}, 9), IsEmpty());
}

TEST_P(StoreContract, refusals_are_counted_by_hour_pool_group_and_reason) {
    const BookingTime hour = std::chrono::floor<std::chrono::hours>(now);
    change([&](Transaction& unit) -> Result<void> {
        RecordTable& records = unit.records();
        EXPECT_TRUE(records.count_refusal(hour, "p", "g", "locked"));
        EXPECT_TRUE(records.count_refusal(hour + 1h - 1ms, "p", "g", "locked"));
        EXPECT_TRUE(records.count_refusal(hour + 1h, "p", "g", "locked"));
        EXPECT_TRUE(records.count_refusal(hour, "p", "g", "none available"));
        EXPECT_TRUE(records.count_refusal(hour, "p", "", "locked"));
        return records.count_refusal(hour, "", "g", "locked");
    });
    const auto told = [&](Interval during) {
        return look<std::vector<RefusalCount>>(
            [&](const Transaction& seen) { return seen.records().refusals(during); });
    };
    const RefusalCount next{hour + 1h, "p", "g", "locked", 1};
    EXPECT_THAT(told({hour, hour + 2h}),
                ElementsAre(RefusalCount{hour, "", "g", "locked", 1},
                            RefusalCount{hour, "p", "", "locked", 1},
                            RefusalCount{hour, "p", "g", "locked", 2},
                            RefusalCount{hour, "p", "g", "none available", 1}, next));
    EXPECT_THAT(told({hour + 59min, hour + 1h}), SizeIs(4)) << "hours that overlap";
    EXPECT_THAT(told({hour + 1h, hour + 1h + 1ms}), ElementsAre(next));
    EXPECT_THAT(told({BookingTime::min(), BookingTime::max()}), SizeIs(5));
}

TEST_P(StoreContract, uses_are_told_with_the_names_as_booked_and_the_time_taken) {
    put_pool("bench");
    const Offer rig = put_rig("laser-7");
    EXPECT_TRUE(is_booked(booking("whole", 0, 60)));
    EXPECT_TRUE(is_booked(booking("cut short", 60, 120)));
    EXPECT_TRUE(is_booked(booking("never begun", 200, 260)));
    EXPECT_TRUE(begin_cancel("never begun"));
    EXPECT_TRUE(finish_cancel("never begun"));
    const BookingTime start = now;
    now += 90s;
    EXPECT_TRUE(begin_cancel("cut short"));
    EXPECT_TRUE(finish_cancel("cut short"));
    Offer renamed = rig;
    renamed.activity.description.name = "renamed";
    put_offer(renamed);
    change([&](Transaction& unit) {
        return unit.catalogue().put_pool({"bench", "", {{.name = "renamed too"}, {}, 1h}});
    });
    const auto told = [&](Interval during) {
        return look<std::vector<UseRecord>>(
            [&](const Transaction& seen) { return seen.records().uses(during); });
    };
    const auto use = [&](int from, int to, bool cancelled) {
        return UseRecord{
            rig.resource, "laser-7",
            "bench",      "optics",
            "ada",        {start + std::chrono::seconds(from), start + std::chrono::seconds(to)},
            cancelled};
    };
    EXPECT_THAT(told({start, start + 1h}),
                ElementsAre(use(0, 60, false), use(60, 90, true), use(200, 200, true)));
    EXPECT_THAT(told({start + 59s, start + 60s}), ElementsAre(use(0, 60, false)));
    EXPECT_THAT(told({start + 90s, start + 200s}), IsEmpty());
    EXPECT_THAT(told({start + 89s, start + 200s}), ElementsAre(use(60, 90, true)));
    EXPECT_THAT(told({BookingTime::min(), BookingTime::max()}), SizeIs(3));
}

TEST_P(StoreContract, a_long_use_is_told_among_short_ones) {
    put_pool("bench");
    put_rig("laser-7");
    put_rig("laser-8");
    EXPECT_TRUE(is_booked(booking("long", 0, 7200)));
    for (const int from : {0, 60, 120}) {
        const Booking brief = booking(std::to_string(from), from, from + 60);
        EXPECT_TRUE(is_booked(brief, "laser-8"));
    }
    const auto told = [&](int from, int to) {
        std::vector<std::string> activities;
        const Interval during{now + std::chrono::seconds(from), now + std::chrono::seconds(to)};
        for (const UseRecord& use : look<std::vector<UseRecord>>(
                 [&](const Transaction& seen) { return seen.records().uses(during); }))
            activities.push_back(use.activity);
        return activities;
    };
    EXPECT_THAT(told(0, 1), ElementsAre("laser-7", "laser-8"));
    EXPECT_THAT(told(70, 80), ElementsAre("laser-7", "laser-8"));
    EXPECT_THAT(told(59, 61), ElementsAre("laser-7", "laser-8", "laser-8"));
    EXPECT_THAT(told(7000, 9000), ElementsAre("laser-7"));
    EXPECT_THAT(told(-9, 0), IsEmpty());
    EXPECT_THAT(told(7200, 9000), IsEmpty());
}

TEST_P(StoreContract, manifests_are_kept) {
    change([&](Transaction& unit) -> Result<void> {
        for (int count = 0; count < 2; ++count)
            EXPECT_TRUE(unit.records().append_manifest(now, "root", std::string(300'000, 'x')));
        return {};
    });
}

}  // namespace relay::booking
