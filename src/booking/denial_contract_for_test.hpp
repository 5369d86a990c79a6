// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/store_fixture_for_test.hpp"

// The outbox of denials over any backend. Instantiated with store_contract_for_test.hpp.
namespace relay::booking {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

struct DenialContract : StoreContract {
    void SetUp() override {
        put_pool("bench");
        put_rig("laser-7");
        put_rig("laser-8");
        EXPECT_TRUE(is_booked(booking("a", 0, 600), "laser-7"));
        EXPECT_TRUE(is_booked(booking("b", 0, 600), "laser-8"));
    }
    Denial denial(const std::string& of, const std::string& relay, int next) const {
        return {of, relay, now + std::chrono::seconds(600), 0, now + std::chrono::seconds(next)};
    }
    Result<void> add(const Denial& denial) {
        return attempt([&](Transaction& unit) { return unit.denials().add(denial); });
    }
    std::vector<Denial> due(std::size_t most = 100) {
        return look<std::vector<Denial>>(
            [&](const Transaction& seen) { return seen.denials().due(now, most); });
    }
    std::optional<BookingTime> next_due() {
        return look<std::optional<BookingTime>>(
            [](const Transaction& seen) { return seen.denials().next_due(); });
    }
};

TEST_P(DenialContract, denials_are_due_in_the_order_of_their_times) {
    EXPECT_THAT(due(), IsEmpty());
    EXPECT_EQ(next_due(), std::nullopt);
    const Denial late = denial("a", "https://late.example", 2);
    const Denial early = denial("b", "https://early.example", 1);
    const Denial much_later = denial("b", "https://late.example", 100);
    for (const Denial& each : {late, much_later, early}) EXPECT_TRUE(add(each));
    EXPECT_THAT(due(), IsEmpty());
    EXPECT_EQ(next_due(), early.next_attempt);
    now += std::chrono::seconds(2);
    EXPECT_THAT(due(), ElementsAre(early, late));
    EXPECT_THAT(due(1), ElementsAre(early));
    backend->reopen();
    EXPECT_THAT(due(), ElementsAre(early, late));
}

TEST_P(DenialContract, a_postponed_denial_counts_its_attempts) {
    Denial it = denial("a", "https://relay.example", 0);
    EXPECT_TRUE(add(it));
    change([&](Transaction& unit) -> Result<void> {
        for (int attempt = 1; attempt <= 2; ++attempt)
            EXPECT_TRUE(
                unit.denials().postpone("a", it.relay, now + std::chrono::seconds(attempt)));
        return {};
    });
    EXPECT_THAT(due(), IsEmpty());
    it.attempts = 2;
    it.next_attempt = now + std::chrono::seconds(2);
    EXPECT_THAT(pending("a"), ElementsAre(it));
    EXPECT_EQ(next_due(), it.next_attempt);
}

TEST_P(DenialContract, a_settled_denial_is_gone_and_the_others_stay) {
    const Denial first = denial("a", "https://one.example", 0);
    const Denial second = denial("a", "https://two.example", 0);
    const Denial other = denial("b", "https://one.example", 0);
    for (const Denial& each : {first, second, other}) EXPECT_TRUE(add(each));
    change([&](Transaction& unit) -> Result<void> {
        EXPECT_TRUE(unit.denials().settle("a", first.relay));
        EXPECT_TRUE(unit.denials().settle("a", first.relay)) << "relays may answer twice";
        EXPECT_TRUE(unit.denials().settle("unknown", first.relay));
        return unit.denials().postpone("a", first.relay, now);
    });
    EXPECT_THAT(pending("a"), ElementsAre(second));
    EXPECT_THAT(pending("b"), ElementsAre(other));
    EXPECT_THAT(pending("unknown"), IsEmpty());
}

TEST_P(DenialContract, a_denial_is_of_a_booking_and_once_for_each_relay) {
    EXPECT_EQ(add(denial("unknown", "https://relay.example", 0)).error().code, Errc::not_found);
    EXPECT_TRUE(add(denial("a", "https://relay.example", 0)));
    EXPECT_EQ(add(denial("a", "https://relay.example", 5)).error().code, Errc::conflict);
    EXPECT_EQ(pending("a").size(), 1U);
}

}  // namespace relay::booking
