// SPDX-License-Identifier: Apache-2.0
#include "book/admin/statistics.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace relay::book {
namespace {

using booking::RefusalCount;
using booking::UseRecord;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

// 2026-11-22T00:00:00Z
constexpr BookingTime midnight{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

UseRecord use(milliseconds start, milliseconds end, booking::ResourceNumber resource = 1) {
    return {.resource = resource,
            .activity = "Laser",
            .pool = "Bench",
            .group = "optics",
            .user = "ann",
            .time = {midnight + start, midnight + end}};
}

Interval day() {
    return {midnight, midnight + 24h};
}

HourUse hour(int number, milliseconds booked) {
    return {midnight + hours(number), booked};
}

TEST(Statistics, splits_the_time_of_a_session_over_the_hours_that_it_touches) {
    struct Case {
        std::string name;
        Interval during;
        UseRecord session;
        std::vector<HourUse> expected;
    };
    const Interval all{midnight - 240h, midnight + 240h};
    const std::vector<Case> cases = {
        {"within one hour", all, use(10h + 5min, 10h + 25min), {hour(10, 20min)}},
        {"exactly one hour", all, use(10h, 11h), {hour(10, 1h)}},
        {"over one boundary",
         all,
         use(10h + 50min, 11h + 10min),
         {hour(10, 10min), hour(11, 10min)}},
        {"over three hours",
         all,
         use(10h + 59min, 13h + 1min),
         {hour(10, 1min), hour(11, 1h), hour(12, 1h), hour(13, 1min)}},
        {"over midnight", all, use(23h + 30min, 24h + 45min), {hour(23, 30min), hour(24, 45min)}},
        {"a millisecond of an hour", all, use(10h, 11h + 1ms), {hour(10, 1h), hour(11, 1ms)}},
        {"before 1970",
         {BookingTime(-2h), BookingTime(2h)},
         {.resource = 1,
          .activity = "",
          .pool = "",
          .group = "",
          .user = "",
          .time = {BookingTime(-30min), BookingTime(30min)}},
         {{BookingTime(-1h), 30min}, {BookingTime(0h), 30min}}},
        {"cut at the start", day(), use(-30min, 30min), {hour(0, 30min)}},
        {"cut at the end", day(), use(23h + 45min, 25h), {hour(23, 15min)}},
        {"cut within an hour",
         {midnight + 10h + 10min, midnight + 10h + 20min},
         use(9h, 12h),
         {hour(10, 10min)}},
    };
    for (const Case& c : cases) {
        const std::vector<UseRecord> uses{c.session};
        const auto resources = use_of_resources(uses, c.during);
        ASSERT_EQ(resources.size(), 1U) << c.name;
        EXPECT_EQ(resources[0].hours, c.expected) << c.name;
        milliseconds sum{0};
        for (const HourUse& of_hour : c.expected) sum += of_hour.booked;
        EXPECT_EQ(resources[0].booked, sum) << c.name;
        EXPECT_EQ(resources[0].sessions, 1U) << c.name;
    }
}

TEST(Statistics, leave_out_what_lies_outside) {
    const std::vector<UseRecord> uses{use(-1h, 0h), use(24h, 25h), use(-5h, -4h)};
    EXPECT_THAT(use_of_resources(uses, day()), IsEmpty());
    EXPECT_THAT(use_of_groups(uses, day()), IsEmpty());
}

TEST(Statistics, add_the_sessions_of_a_resource_up) {
    const std::vector<UseRecord> uses{use(10h, 10h + 20min), use(10h + 30min, 11h + 30min),
                                      use(10h, 12h, 7)};
    const auto resources = use_of_resources(uses, day());
    ASSERT_EQ(resources.size(), 2U);
    EXPECT_EQ(resources[0].resource, 1);
    EXPECT_EQ(resources[0].sessions, 2U);
    EXPECT_EQ(resources[0].booked, 80min);
    EXPECT_THAT(resources[0].hours, ElementsAre(hour(10, 50min), hour(11, 30min)));
    EXPECT_EQ(resources[1].resource, 7);
    EXPECT_EQ(resources[1].booked, 2h);
}

TEST(Statistics, name_a_resource_after_the_activity_that_was_booked_last) {
    std::vector<UseRecord> uses{use(12h, 13h), use(10h, 11h)};
    uses[0].activity = "Laser 2";
    EXPECT_EQ(use_of_resources(uses, day())[0].activity, "Laser 2");
}

TEST(Statistics, count_a_cancelled_session_for_the_time_until_it_was_cancelled) {
    UseRecord cancelled = use(10h, 10h + 5min);
    cancelled.cancelled = true;
    UseRecord at_once = use(11h, 11h);
    at_once.cancelled = true;
    const std::vector<UseRecord> uses{cancelled, at_once};
    const auto resources = use_of_resources(uses, day());
    ASSERT_EQ(resources.size(), 1U);
    EXPECT_EQ(resources[0].sessions, 2U);
    EXPECT_EQ(resources[0].booked, 5min);
    EXPECT_THAT(resources[0].hours, ElementsAre(hour(10, 5min)));
    EXPECT_EQ(use_of_groups(uses, day())[0].sessions, 2U);
}

TEST(Statistics, a_session_of_no_length_belongs_to_one_of_two_days_that_touch) {
    const std::vector<UseRecord> uses{use(24h, 24h)};
    EXPECT_THAT(use_of_resources(uses, day()), IsEmpty());
    EXPECT_EQ(use_of_resources(uses, {midnight + 24h, midnight + 48h}).size(), 1U);
}

TEST(Statistics, count_sessions_users_and_time_of_each_group) {
    std::vector<UseRecord> uses{use(10h, 11h), use(12h, 13h), use(14h, 14h + 30min), use(15h, 16h)};
    uses[1].user = "ben";
    uses[3].group = "acoustics";
    const auto groups = use_of_groups(uses, {midnight, midnight + 14h + 15min});
    ASSERT_EQ(groups.size(), 1U) << "acoustics came later";
    EXPECT_EQ(groups[0].group, "optics");
    EXPECT_EQ(groups[0].sessions, 3U);
    EXPECT_EQ(groups[0].users, 2U);
    EXPECT_EQ(groups[0].booked, 2h + 15min);
    EXPECT_EQ(use_of_groups(uses, day())[0].group, "acoustics") << "by name";
}

TEST(Statistics, two_days_add_up_to_both) {
    std::vector<UseRecord> uses;
    for (int i = 0; i < 48; ++i) uses.push_back(use(i * 61min, i * 61min + 40min, i % 5));
    const auto sum = [&uses](Interval during) {
        milliseconds booked{0};
        for (const ResourceUse& resource : use_of_resources(uses, during))
            booked += resource.booked;
        return booked;
    };
    const BookingTime middle = midnight + 24h, end = midnight + 72h;
    EXPECT_EQ(sum({midnight, middle}) + sum({middle, end}), sum({midnight, end}));
    EXPECT_EQ(sum({midnight, end}), 48 * 40min);
}

TEST(Statistics, add_the_refusals_of_all_hours_up) {
    const std::vector<RefusalCount> counts{
        {midnight, "p1", "optics", "none available", 3},
        {midnight + 1h, "p1", "optics", "none available", 4},
        {midnight, "p2", "optics", "none available", 1},
        {midnight, "p1", "optics", "locked", 2},
    };
    const auto totals = total_refusals(counts);
    ASSERT_EQ(totals.size(), 3U);
    EXPECT_EQ(totals[0].reason, "locked");
    EXPECT_EQ(totals[0].count, 2U);
    EXPECT_EQ(totals[1].pool, "p1");
    EXPECT_EQ(totals[1].count, 7U);
    EXPECT_EQ(totals[2].pool, "p2");
}

}  // namespace
}  // namespace relay::book
