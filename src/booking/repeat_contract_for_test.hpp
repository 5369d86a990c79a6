// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/desk_fixture_for_test.hpp"

// What asking again with the same idempotency key does over any backend. Instantiated with
// desk_contract_for_test.hpp.
namespace relay::booking {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

TEST_P(SessionDesk, a_repeated_request_gets_its_session_and_no_second_one) {
    put_pool("bench");
    put_rig("laser-7");
    put_rig("laser-8");
    SessionRequest request = for_user("ada");
    request.idempotency_key = "k1";
    const Session session = book(request);
    now += 599s;
    EXPECT_EQ(book(request), session);
    set_state({.locked = true});
    EXPECT_EQ(book(request), session) << "it was granted before";
    change([&](Transaction& transaction) -> Result<void> {
        EXPECT_EQ(transaction.catalogue().retire_pool("bench", now), true);
        return {};
    });
    EXPECT_EQ(book(request), session);
    EXPECT_THAT(live(), ElementsAre(session.booking.name));
    EXPECT_THAT(audit(), SizeIs(1));
}

TEST_P(SessionDesk, a_key_is_for_one_request_of_one_user) {
    put_pool("bench");
    put_pool("other");
    for (const char* id : {"a", "b", "c"}) put_rig(id, {"bench", "other"});
    SessionRequest request = for_user("ada");
    request.idempotency_key = "k1";
    const Session session = book(request);

    SessionRequest changed = request;
    changed.duration += 1s;
    EXPECT_EQ(refusal(changed), Refusal::key_reused);
    changed = request;
    changed.pool = "other";
    EXPECT_EQ(refusal(changed), Refusal::key_reused);
    changed = request;
    changed.idempotency_key = "k2";
    EXPECT_NE(book(changed), session);
    changed = request;
    changed.user = "bob";
    EXPECT_NE(book(changed), session);
    EXPECT_EQ(refusals().front().reason, "key reused");
    EXPECT_THAT(live(), SizeIs(3));
}

TEST_P(SessionDesk, a_key_whose_session_is_over_does_not_book_again) {
    put_pool("bench");
    put_simulation("pendulum");
    SessionRequest request = for_user("ada", "bench", 60s);
    request.idempotency_key = "ended";
    const Session session = book(request);
    now = session.booking.time.end - 1ms;
    EXPECT_EQ(book(request), session);
    now += 1ms;
    EXPECT_EQ(refusal(request), Refusal::key_reused);

    request.idempotency_key = "cancelled";
    EXPECT_EQ(cancel(book(request).booking.name), Cancellation::done);
    EXPECT_EQ(refusal(request), Refusal::key_reused);
}

TEST_P(SessionDesk, a_refused_request_does_not_use_up_its_key) {
    put_pool("bench");
    put_rig("laser-7");
    SessionRequest request = for_user("ada", "bench", 60s);
    request.idempotency_key = "k1";
    set_state({.locked = true});
    EXPECT_EQ(refusal(request), Refusal::locked);
    set_state({.locked = false});
    book(request);
}

}  // namespace relay::booking
