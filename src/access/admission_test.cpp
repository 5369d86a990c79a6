// SPDX-License-Identifier: Apache-2.0
#include "access/admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <map>
#include <thread>

namespace relay::access {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// A journal in memory that can be made to fail.
struct FakeJournal final : BookingJournal {
    std::map<std::string, WallTime, std::less<>> entries;
    bool broken = false;

    Result<void> outcome() const {
        if (broken) return fail(Errc::unavailable, "disk full");
        return {};
    }
    std::map<std::string, WallTime, std::less<>> allowed;

    Result<Entries> load_allowed() override { return Entries(allowed.begin(), allowed.end()); }
    Result<void> replace_allowed(const Entries& now_allowed) override {
        if (!broken) allowed = {now_allowed.begin(), now_allowed.end()};
        return outcome();
    }
    Result<Entries> load_denied() override {
        if (broken) return fail(Errc::internal, "damaged");
        return Entries(entries.begin(), entries.end());
    }
    Result<void> put_denied(std::string_view id, WallTime expires) override {
        if (!broken) entries[std::string(id)] = expires;
        return outcome();
    }
    Result<void> erase_denied(std::string_view id) override {
        if (!broken) entries.erase(std::string(id));
        return outcome();
    }
    Result<void> prune_denied(WallTime now) override {
        std::erase_if(entries, [now](const auto& entry) { return entry.second <= now; });
        return outcome();
    }
};

struct AdmissionTest : testing::Test {
    WallTime now{1'795'342'750s};
    FakeJournal journal;
    std::vector<std::string> closed;
    Admission admission{[this] { return now; }, false, journal,
                        [this](const std::string& id) {
                            EXPECT_TRUE(admission.is_denied(id));  // neither locked nor too early
                            closed.push_back(id);
                        }};

    auth::Claims claims(std::string booking_id = "b1") const {
        auth::Claims made;
        made.topic = "spin30/data";
        made.prefix = "session";
        made.scopes = {"write", "expt"};
        made.booking_id = std::move(booking_id);
        made.audience = {"https://relay"};
        made.expires = now + 1h;
        made.subject = "user";
        return made;
    }
};

TEST_F(AdmissionTest, a_code_carries_what_the_token_permits) {
    const auto grant = admission.redeem(admission.admit(claims()).value());
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->topic, "spin30/data");
    EXPECT_EQ(grant->prefix, "session");
    EXPECT_FALSE(grant->can_read);
    EXPECT_TRUE(grant->can_write);
    EXPECT_THAT(grant->scopes, ElementsAre("write", "expt"));
    EXPECT_EQ(grant->booking_id, "b1");
    EXPECT_THAT(grant->audience, ElementsAre("https://relay"));
    EXPECT_EQ(grant->expires, now + 1h);
    EXPECT_EQ(grant->subject, "user");
}

TEST_F(AdmissionTest, a_code_works_once_and_for_30_seconds) {
    const std::string used = admission.admit(claims()).value();
    const std::string late = admission.admit(claims()).value();
    EXPECT_TRUE(admission.redeem(used));
    EXPECT_EQ(admission.redeem(used).error().code, Errc::unauthorized);
    now += 30s;
    EXPECT_EQ(admission.redeem(late).error().code, Errc::unauthorized);
}

TEST_F(AdmissionTest, a_code_does_not_outlive_its_token) {
    auth::Claims brief = claims();
    brief.expires = now + 10s;
    const std::string code = admission.admit(brief).value();
    now += 10s;
    EXPECT_EQ(admission.redeem(code).error().detail, "token has expired");
}

TEST_F(AdmissionTest, an_empty_booking_passes_only_where_allowed) {
    EXPECT_EQ(admission.admit(claims("")).error().code, Errc::invalid);
    Admission lenient([this] { return now; }, true, journal);
    const auto code = lenient.admit(claims(""));
    ASSERT_TRUE(code);
    EXPECT_TRUE(lenient.redeem(*code));
    EXPECT_THAT(lenient.allowed(), IsEmpty());
    EXPECT_EQ(lenient.deny("", now + 1h).error().code, Errc::invalid);
    EXPECT_EQ(lenient.allow("", now + 1h).error().code, Errc::invalid);
}

TEST_F(AdmissionTest, a_denial_stops_codes_tokens_and_connections) {
    const std::string code = admission.admit(claims("b1")).value();
    const std::string other = admission.admit(claims("b2")).value();
    ASSERT_TRUE(admission.deny("b1", now + 1h));
    EXPECT_THAT(closed, ElementsAre("b1"));
    EXPECT_EQ(admission.redeem(code).error().code, Errc::unauthorized);
    EXPECT_EQ(admission.admit(claims("b1")).error().code, Errc::invalid);
    EXPECT_THAT(admission.denied(), ElementsAre("b1"));
    EXPECT_THAT(admission.allowed(), ElementsAre("b2"));
    EXPECT_TRUE(admission.redeem(other));
}

TEST_F(AdmissionTest, a_denial_ends_at_its_time) {
    ASSERT_TRUE(admission.deny("b1", now + 10s));
    now += 10s;
    EXPECT_FALSE(admission.is_denied("b1"));
    EXPECT_THAT(admission.denied(), IsEmpty());
    EXPECT_TRUE(admission.admit(claims("b1")));
}

TEST_F(AdmissionTest, allowing_undoes_a_denial) {
    ASSERT_TRUE(admission.deny("b1", now + 1h));
    ASSERT_TRUE(admission.allow("b1", now + 1h));
    EXPECT_FALSE(admission.is_denied("b1"));
    EXPECT_TRUE(admission.admit(claims("b1")));
    EXPECT_THAT(journal.entries, IsEmpty());
}

TEST_F(AdmissionTest, the_allow_list_keeps_a_booking_until_its_last_token_ends) {
    auth::Claims longer = claims();
    longer.expires = now + 2h;
    ASSERT_TRUE(admission.admit(longer));
    ASSERT_TRUE(admission.admit(claims()));
    now += 1h;
    EXPECT_THAT(admission.allowed(), ElementsAre("b1"));
    now += 1h;
    EXPECT_THAT(admission.allowed(), IsEmpty());
}

TEST_F(AdmissionTest, denials_survive_a_restart) {
    ASSERT_TRUE(admission.deny("b1", now + 1h));
    ASSERT_TRUE(admission.deny("b2", now + 1h));
    ASSERT_TRUE(admission.allow("b2", now + 1h));
    EXPECT_THAT(journal.entries, ElementsAre(Pair("b1", now + 1h)));
    Admission restarted([this] { return now; }, false, journal);
    ASSERT_TRUE(restarted.restore());
    EXPECT_TRUE(restarted.is_denied("b1"));
    EXPECT_FALSE(restarted.is_denied("b2"));
    EXPECT_FALSE(restarted.admit(claims("b1")));
}

TEST_F(AdmissionTest, a_denial_that_cannot_be_written_holds_and_is_reported) {
    journal.broken = true;
    const auto result = admission.deny("b1", now + 1h);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().detail, "disk full");
    EXPECT_TRUE(admission.is_denied("b1"));
    EXPECT_THAT(closed, ElementsAre("b1"));
    EXPECT_EQ(admission.restore().error().code, Errc::internal);
}

TEST_F(AdmissionTest, tidy_forgets_what_has_ended_everywhere) {
    ASSERT_TRUE(admission.deny("b1", now + 10s));
    ASSERT_TRUE(admission.deny("b2", now + 1h));
    now += 10s;
    ASSERT_TRUE(admission.tidy());
    EXPECT_THAT(journal.entries, ElementsAre(Pair("b2", now + 1h - 10s)));
    EXPECT_THAT(admission.denied(), ElementsAre("b2"));
}

TEST_F(AdmissionTest, of_many_clients_that_race_with_one_code_exactly_one_gets_in) {
    constexpr int clients = 8;
    for (int round = 0; round < 200; ++round) {
        const std::string code = admission.admit(claims()).value();
        std::atomic<int> winners{0};
        std::latch start(clients);
        std::vector<std::jthread> threads;
        for (int client = 0; client < clients; ++client) {
            threads.emplace_back([&] {
                start.arrive_and_wait();
                if (admission.redeem(code)) ++winners;
            });
        }
        threads.clear();
        ASSERT_EQ(winners, 1);
    }
}

// spec/session-relay.md §13, rows 7 and 9
TEST_F(AdmissionTest, defect_7_a_denial_that_races_with_a_join_is_never_undone) {
    for (int round = 0; round < 500; ++round) {
        const std::string booking = "race" + std::to_string(round);
        const auth::Claims token = claims(booking);
        std::latch start(2);
        Result<std::string> code = fail(Errc::internal, "");
        std::jthread joiner([&] {
            start.arrive_and_wait();
            code = admission.admit(token);
        });
        start.arrive_and_wait();
        ASSERT_TRUE(admission.deny(booking, now + 1h));
        joiner.join();
        ASSERT_TRUE(admission.is_denied(booking));
        ASSERT_THAT(admission.allowed(), IsEmpty());
        if (code) ASSERT_FALSE(admission.redeem(*code));
    }
}

TEST_F(AdmissionTest, after_deny_and_allow_race_the_journal_agrees_with_memory) {
    for (int round = 0; round < 500; ++round) {
        const std::string booking = "race" + std::to_string(round);
        std::latch start(2);
        Admission quiet([this] { return now; }, false, journal);
        std::jthread allower([&] {
            start.arrive_and_wait();
            EXPECT_TRUE(quiet.allow(booking, now + 1h));
        });
        start.arrive_and_wait();
        ASSERT_TRUE(quiet.deny(booking, now + 1h));
        allower.join();
        ASSERT_EQ(quiet.is_denied(booking), journal.entries.contains(booking));
    }
}

TEST_F(AdmissionTest, a_code_for_a_byte_stream_carries_its_grant_and_needs_no_booking) {
    auth::Grant grant = grant_of(claims(""));
    grant.role = auth::Role::host_end;
    grant.connection_id = "c1";
    grant.salt = Secret("s1");
    grant.target = "pi";
    grant.subprotocol = "relay.resume.v1";
    const auto redeemed = admission.redeem(admission.admit_to_stream(grant).value());
    ASSERT_TRUE(redeemed);
    EXPECT_EQ(redeemed->role, auth::Role::host_end);
    EXPECT_EQ(redeemed->path(), "spin30/data/c1");
    EXPECT_EQ(redeemed->salt, Secret("s1"));
    EXPECT_EQ(redeemed->target, "pi");
    EXPECT_EQ(redeemed->subprotocol, "relay.resume.v1");
    EXPECT_THAT(admission.allowed(), IsEmpty());
}

TEST_F(AdmissionTest, a_denial_removes_the_codes_of_byte_streams_too) {
    const std::string code = admission.admit_to_stream(grant_of(claims("b1"))).value();
    EXPECT_TRUE(admission.check_booking("b1"));
    ASSERT_TRUE(admission.deny("b1", now + 1h));
    EXPECT_EQ(admission.redeem(code).error().code, Errc::unauthorized);
    EXPECT_EQ(admission.admit_to_stream(grant_of(claims("b1"))).error().code, Errc::invalid);
    EXPECT_EQ(admission.check_booking("b1").error().code, Errc::invalid);
    EXPECT_TRUE(admission.check_booking(""));
}

TEST_F(AdmissionTest, the_allow_list_survives_a_restart_but_for_what_was_denied_since) {
    ASSERT_TRUE(admission.admit(claims("b1")));
    ASSERT_TRUE(admission.admit(claims("b2")));
    ASSERT_TRUE(admission.keep_allowed());
    ASSERT_TRUE(admission.deny("b2", now + 1h));
    Admission restarted([this] { return now; }, false, journal);
    ASSERT_TRUE(restarted.restore());
    EXPECT_THAT(restarted.allowed(), ElementsAre("b1"));
    EXPECT_THAT(restarted.denied(), ElementsAre("b2"));
}

TEST_F(AdmissionTest, the_allow_list_is_written_only_when_it_changed) {
    ASSERT_TRUE(admission.admit(claims("b1")));
    ASSERT_TRUE(admission.keep_allowed());
    journal.allowed.clear();
    ASSERT_TRUE(admission.keep_allowed());
    EXPECT_THAT(journal.allowed, IsEmpty());
    ASSERT_TRUE(admission.admit(claims("b2")));
    ASSERT_TRUE(admission.keep_allowed());
    EXPECT_EQ(journal.allowed.size(), 2u);
}

TEST_F(AdmissionTest, an_allow_list_that_could_not_be_written_is_tried_again) {
    ASSERT_TRUE(admission.admit(claims("b1")));
    journal.broken = true;
    EXPECT_FALSE(admission.keep_allowed());
    journal.broken = false;
    ASSERT_TRUE(admission.keep_allowed());
    EXPECT_EQ(journal.allowed.size(), 1u);
}

}  // namespace
}  // namespace relay::access
