// SPDX-License-Identifier: Apache-2.0
#include "booking/session_rules.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace relay::booking {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const BookingTime now = from_unix_seconds(1'795'500'000);
const BookingTime never = now + std::chrono::years(50);

std::vector<std::string> free_offers(const std::vector<Candidate>& candidates, seconds duration,
                                     BookingTime at = now) {
    std::vector<std::string> offers;
    for (const Candidate* candidate : free_candidates(candidates, at, duration))
        offers.push_back(candidate->offer);
    return offers;
}

Candidate rig(std::string offer, std::vector<Held> held = {}) {
    return {.offer = std::move(offer),
            .resource = 1,
            .expires = never,
            .available = true,
            .held = std::move(held),
            .last_used = {}};
}

Held begun(BookingTime start, BookingTime end) {
    return {{start, end}, true};
}
Held to_come(BookingTime start, BookingTime end) {
    return {{start, end}, false};
}

TEST(SessionRules, durations_within_the_pools_bounds_pass_both_bounds_included) {
    constexpr seconds least = seconds::min();
    constexpr seconds most = seconds::max();
    const struct {
        seconds least, most, duration;
        std::optional<Refusal> refusal;
    } rows[] = {
        {60s, 7200s, 60s, std::nullopt},
        {60s, 7200s, 7200s, std::nullopt},
        {60s, 7200s, 59s, Refusal::too_short},
        {60s, 7200s, 7201s, Refusal::too_long},
        {60s, 7200s, 0s, Refusal::too_short},
        {300s, 300s, 299s, Refusal::too_short},
        {300s, 300s, 300s, std::nullopt},
        {300s, 300s, 301s, Refusal::too_long},
        // Negative ones wrap in the reference.
        {60s, 7200s, -1s, Refusal::too_long},
        {60s, 7200s, least, Refusal::too_long},
        {60s, 7200s, most, Refusal::too_long},
        // What cannot be held, whatever the pool permits.
        {0s, most, 0s, Refusal::too_short},
        {0s, most, 1s, std::nullopt},
        {-5s, most, -1s, Refusal::too_long},
        {0s, most, longest_session, std::nullopt},
        {0s, most, longest_session + 1s, Refusal::too_long},
        {0s, most, most, Refusal::too_long},
        // The reference stores such a pool when only the least duration is given.
        {60s, 0s, 60s, Refusal::too_long},
    };
    for (const auto& row : rows) {
        const Pool pool{.description = {}, .least = row.least, .most = row.most};
        EXPECT_EQ(judge(row.duration, {.pool = &pool}), row.refusal)
            << row.least << " <= " << row.duration << " <= " << row.most;
    }
}

TEST(SessionRules, a_user_has_as_many_sessions_as_permitted) {
    const Pool pool;
    const struct {
        std::size_t sessions;
        std::uint32_t max_sessions;
        std::optional<Refusal> refusal;
    } rows[] = {
        {0, 2, std::nullopt},
        {1, 2, std::nullopt},
        {2, 2, Refusal::too_many_sessions},
        {3, 2, Refusal::too_many_sessions},
        {0, 1, std::nullopt},
        {1, 1, Refusal::too_many_sessions},
        {0, 0, Refusal::locked},
        {5, 0, Refusal::locked},
        {1'000'000, std::numeric_limits<std::uint32_t>::max(), std::nullopt},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(
            judge(60s, {.pool = &pool, .sessions = row.sessions, .max_sessions = row.max_sessions}),
            row.refusal)
            << row.sessions << " of " << row.max_sessions;
    }
}

TEST(SessionRules, the_first_broken_rule_is_told_in_the_order_of_the_specification) {
    const Pool pool;
    Circumstances circumstances{
        .pool = nullptr, .has_user = false, .locked = true, .sessions = 2, .max_sessions = 2};
    EXPECT_EQ(judge(1s, circumstances), Refusal::unknown_pool);
    circumstances.pool = &pool;
    EXPECT_EQ(judge(1s, circumstances), Refusal::too_short);
    EXPECT_EQ(judge(9999s, circumstances), Refusal::too_long);
    EXPECT_EQ(judge(60s, circumstances), Refusal::no_user);
    circumstances.has_user = true;
    EXPECT_EQ(judge(60s, circumstances), Refusal::locked);
    circumstances.locked = false;
    EXPECT_EQ(judge(60s, circumstances), Refusal::too_many_sessions);
    circumstances.sessions = 1;
    EXPECT_EQ(judge(60s, circumstances), std::nullopt);
}

TEST(SessionRules, each_refusal_has_a_name_of_its_own) {
    EXPECT_EQ(name_of(Refusal::unknown_pool), "unknown pool");
    EXPECT_EQ(name_of(Refusal::too_short), "too short");
    EXPECT_EQ(name_of(Refusal::too_long), "too long");
    EXPECT_EQ(name_of(Refusal::no_user), "no user");
    EXPECT_EQ(name_of(Refusal::locked), "locked");
    EXPECT_EQ(name_of(Refusal::too_many_sessions), "too many sessions");
    EXPECT_EQ(name_of(Refusal::none_available), "none available");
    EXPECT_EQ(name_of(Refusal::key_reused), "key reused");
}

struct HoldRow {
    const char* name;
    std::vector<Held> held;
    bool is_free;                 // now, for 60 s
    std::size_t used;             // now
    std::optional<seconds> wait;  // for 60 s
};

const HoldRow hold_rows[] = {
    {"no hold", {}, true, 0, 0s},
    {"ended just now", {begun(now - 60s, now)}, true, 0, 0s},
    {"ends in 1 ms", {begun(now - 60s, now + 1ms)}, false, 1, 1s},
    {"ends in 1 s", {begun(now - 60s, now + 1s)}, false, 1, 1s},
    {"ends in 1.001 s", {begun(now - 60s, now + 1001ms)}, false, 1, 2s},
    {"begins now", {begun(now, now + 60s)}, false, 1, 60s},
    {"begins now, not begun before", {to_come(now, now + 60s)}, false, 1, 60s},
    {"equal", {to_come(now, now + 60s)}, false, 1, 60s},
    {"contained", {to_come(now + 10s, now + 20s)}, false, 0, 20s},
    {"of 1 ms, in between", {to_come(now + 30s, now + 30s + 1ms)}, false, 0, 31s},
    {"containing", {to_come(now - 10s, now + 70s)}, false, 1, 70s},
    {"touching at the end", {to_come(now + 60s, now + 90s)}, true, 0, 0s},
    {"1 ms before the end", {to_come(now + 60s - 1ms, now + 90s)}, false, 0, 90s},
    {"a gap that is long enough",
     {begun(now - 60s, now + 10s), to_come(now + 70s, now + 90s)},
     false,
     1,
     10s},
    {"a gap that is 1 ms too short",
     {begun(now - 60s, now + 10s), to_come(now + 70s - 1ms, now + 90s)},
     false,
     1,
     90s},
    {"the second gap",
     {to_come(now + 30s, now + 40s), to_come(now + 99s, now + 120s),
      to_come(now + 180s, now + 200s)},
     false,
     0,
     120s},
    // The clock was set back one hour: what has begun is in use, what is to come is not.
    {"begun, its start lies ahead", {begun(now + 3600s, now + 3700s)}, false, 1, 3700s},
    {"not begun, its start lies ahead", {to_come(now + 3600s, now + 3700s)}, true, 0, 0s},
    {"begun behind one that is to come",
     {to_come(now + 1000s, now + 1200s), begun(now + 3600s, now + 3700s)},
     false,
     1,
     3700s},
    // The clock was set forward one hour: it is over.
    {"begun, its end lies behind", {begun(now - 3700s, now - 3600s)}, true, 0, 0s},
};

TEST(SessionRules, a_resource_is_free_when_no_hold_is_in_the_way) {
    for (const HoldRow& row : hold_rows) {
        EXPECT_EQ(!free_offers({rig("a", row.held)}, 60s).empty(), row.is_free) << row.name;
        const Availability result = availability({{rig("a", row.held)}}, now, 60s);
        EXPECT_EQ(result.available, row.is_free ? 1U : 0U) << row.name;
        EXPECT_EQ(result.used, row.used) << row.name;
        EXPECT_EQ(result.wait, row.wait) << row.name;
    }
}

TEST(SessionRules, an_offer_may_expire_at_the_end_of_the_session_but_not_before) {
    const struct {
        BookingTime expires;
        bool is_free;
    } rows[] = {
        {now + 60s, true}, {now + 60s - 1ms, false}, {now + 60s + 1ms, true},
        {now, false},      {now - 60s, false},       {BookingTime::max(), true},
    };
    for (const auto& row : rows) {
        Candidate candidate = rig("a");
        candidate.expires = row.expires;
        EXPECT_EQ(!free_offers({candidate}, 60s).empty(), row.is_free)
            << row.expires.time_since_epoch();
        EXPECT_EQ(availability({{candidate}}, now, 60s).wait.has_value(), row.is_free);
    }
}

TEST(SessionRules, nobody_waits_for_what_expires_before) {
    Candidate candidate = rig("a", {begun(now - 60s, now + 100s)});
    candidate.expires = now + 160s;
    EXPECT_EQ(availability({{candidate}}, now, 60s).wait, 100s);
    EXPECT_EQ(availability({{candidate}}, now, 61s).wait, std::nullopt);
}

TEST(SessionRules, what_is_out_of_service_is_neither_free_nor_waited_for) {
    Candidate candidate = rig("a", {begun(now - 60s, now + 100s)});
    candidate.available = false;
    const Availability result = availability({{candidate}}, now, 60s);
    EXPECT_EQ(result.available, 0U);
    EXPECT_EQ(result.used, 1U);
    EXPECT_EQ(result.wait, std::nullopt);
    candidate.held.clear();
    EXPECT_THAT(free_offers({candidate}, 60s), IsEmpty());
}

TEST(SessionRules, the_wait_is_for_the_first_of_several) {
    std::vector<Candidate> candidates{rig("a", {begun(now, now + 300s)}),
                                      rig("b", {begun(now, now + 100s)}),
                                      rig("c", {begun(now, now + 50s)})};
    for (std::size_t i = 0; i < 3; ++i) candidates[i].resource = static_cast<ResourceNumber>(i) + 1;
    candidates[2].available = false;
    const Availability result = availability(candidates, now, 60s);
    EXPECT_EQ(result.wait, 100s);
    EXPECT_EQ(result.used, 3U);
    EXPECT_EQ(result.available, 0U);
}

TEST(SessionRules, an_item_with_two_activities_counts_once) {
    std::vector<Candidate> candidates{rig("a"), rig("b")};
    EXPECT_EQ(availability(candidates, now, 60s).available, 1U);
    for (Candidate& candidate : candidates) candidate.held = {begun(now, now + 60s)};
    EXPECT_EQ(availability(candidates, now, 60s).used, 1U);
    candidates[1].resource = 2;
    EXPECT_EQ(availability(candidates, now, 60s).used, 2U);
}

TEST(SessionRules, an_empty_pool_gives_nothing) {
    const Availability result = availability({}, now, 60s);
    EXPECT_EQ(result.available, 0U);
    EXPECT_EQ(result.used, 0U);
    EXPECT_EQ(result.wait, std::nullopt);
    EXPECT_THAT(free_offers({}, 60s), IsEmpty());
}

TEST(SessionRules, durations_that_nobody_can_have_are_never_available_and_never_overflow) {
    Candidate candidate = rig("a", {begun(now, now + 60s)});
    candidate.expires = BookingTime::max();
    for (const seconds duration : {seconds::max(), seconds::min(), longest_session + 1s, -1s, 0s}) {
        const Availability result = availability({{candidate}}, now, duration);
        EXPECT_EQ(result.available, 0U) << duration;
        EXPECT_EQ(result.used, 1U) << duration;
        EXPECT_EQ(result.wait, std::nullopt) << duration;
        Candidate free = candidate;
        free.held.clear();
        EXPECT_THAT(free_offers({free}, duration), IsEmpty()) << duration;
    }
    EXPECT_EQ(availability({{candidate}}, now, longest_session).wait, 60s);
}

TEST(SessionRules, what_was_used_longest_ago_comes_first_and_offers_decide_between_equals) {
    std::vector<Candidate> candidates{rig("d"), rig("b"), rig("c"), rig("a"), rig("e")};
    candidates[0].last_used = now - 10s;
    candidates[1].last_used = now - 20s;
    candidates[2].last_used = now - 20s;
    candidates[3].last_used = now - 1ms;
    EXPECT_THAT(free_offers(candidates, 60s), ElementsAre("e", "b", "c", "d", "a"));
    candidates[1].held = {begun(now - 20s, now + 1s)};
    EXPECT_THAT(free_offers(candidates, 60s), ElementsAre("e", "c", "d", "a"));
}

}  // namespace
}  // namespace relay::booking
