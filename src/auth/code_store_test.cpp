// SPDX-License-Identifier: Apache-2.0
#include "auth/code_store.hpp"

#include <gtest/gtest.h>

#include <set>

namespace relay::auth {
namespace {

using namespace std::chrono_literals;

struct CodeStoreTest : testing::Test {
    WallTime now{1'795'342'750s};
    CodeStore store;

    std::string put(std::string topic, std::string booking_id = "b1") {
        Grant grant;
        grant.topic = std::move(topic);
        grant.booking_id = std::move(booking_id);
        return store.put(std::move(grant), now).value();
    }
};

TEST_F(CodeStoreTest, a_code_gives_its_grant) {
    Grant grant{"spin30/data", "session",     true,     false, {"read", "expt"},
                "b1",          {"https://x"}, now + 1h, "user"};
    const std::string code = store.put(grant, now).value();
    EXPECT_EQ(code.size(), 36U);
    const auto given = store.exchange(code, now);
    ASSERT_TRUE(given);
    EXPECT_EQ(given->topic, "spin30/data");
    EXPECT_EQ(given->prefix, "session");
    EXPECT_TRUE(given->can_read);
    EXPECT_FALSE(given->can_write);
    EXPECT_EQ(given->scopes, grant.scopes);
    EXPECT_EQ(given->booking_id, "b1");
    EXPECT_EQ(given->audience, grant.audience);
    EXPECT_EQ(given->expires, now + 1h);
    EXPECT_EQ(given->subject, "user");
}

TEST_F(CodeStoreTest, a_code_works_once_only) {
    const std::string code = put("a");
    EXPECT_TRUE(store.exchange(code, now));
    EXPECT_EQ(store.exchange(code, now).error().code, Errc::unauthorized);
    EXPECT_EQ(store.size(), 0U);
}

// spec/session-relay.md §13, row 5
TEST_F(CodeStoreTest, defect_5_a_code_lives_30_seconds_without_any_sweep) {
    const std::string last_moment = put("a");
    EXPECT_TRUE(store.exchange(last_moment, now + 30s - 1ns));
    const std::string late = put("b");
    EXPECT_EQ(store.exchange(late, now + 30s).error().detail, "code has expired");
    EXPECT_EQ(store.exchange(late, now).error().detail, "code is unknown or was used");
}

TEST_F(CodeStoreTest, codes_that_were_never_given_out_are_refused) {
    put("a");
    for (const std::string_view code : {"", "a", "00000000-0000-4000-8000-000000000000"}) {
        EXPECT_EQ(store.exchange(code, now).error().code, Errc::unauthorized);
    }
    EXPECT_FALSE(store.exchange(std::string(1 << 20, 'x'), now));
    EXPECT_EQ(store.size(), 1U);
}

TEST_F(CodeStoreTest, erasing_a_booking_leaves_the_others) {
    const std::string first = put("a", "b1");
    const std::string other = put("b", "b2");
    const std::string second = put("c", "b1");
    EXPECT_EQ(store.erase_booking("b1"), 2U);
    EXPECT_FALSE(store.exchange(first, now));
    EXPECT_FALSE(store.exchange(second, now));
    EXPECT_TRUE(store.exchange(other, now));
    EXPECT_EQ(store.erase_booking("b1"), 0U);
}

TEST_F(CodeStoreTest, tidy_forgets_exactly_what_is_past_its_life) {
    put("a");
    now += 10s;
    const std::string later = put("b");
    now += 20s;
    store.tidy(now);
    EXPECT_EQ(store.size(), 1U);
    EXPECT_TRUE(store.exchange(later, now));
}

TEST_F(CodeStoreTest, count_is_bounded_and_recovers) {
    for (std::size_t count = 0; count < CodeStore::count_limit; ++count) put("a");
    EXPECT_EQ(store.put({}, now).error().code, Errc::limit);
    now += 30s;
    EXPECT_TRUE(store.put({}, now));
    EXPECT_EQ(store.size(), 1U);
}

TEST_F(CodeStoreTest, a_clock_that_goes_back_loses_no_code) {
    const std::string before = put("a");
    now -= 1h;
    const std::string after = put("b");
    EXPECT_TRUE(store.exchange(before, now));
    EXPECT_TRUE(store.exchange(after, now + 1s));
}

}  // namespace
}  // namespace relay::auth
