// SPDX-License-Identifier: Apache-2.0
#include "tunnel/joined_ends_for_test.hpp"

#include <gmock/gmock.h>

// Connections that are lost.
namespace relay::tunnel {
namespace {

using namespace test;
using testing::HasSubstr;

struct ResumableEndCutTest : JoinedEndsTest {
    // The connections of both ends have ended.
    void wait_for_loss(int count) {
        loop_.run_until([&] { return client_->closed >= count && host_->closed >= count; });
    }
};

TEST_F(ResumableEndCutTest, NothingIsLostOverManyCuts) {
    const std::string up = random_text(6'000'000, 1), down = random_text(6'000'000, 2);
    start();
    user_->write(up, true);
    target_->write(down, true);
    int cuts = 0;
    while (client_->outcome() == Outcome::open) {
        const std::size_t until = relay_.messages + 7 + static_cast<std::size_t>(cuts) % 5;
        loop_.run_until(
            [&] { return relay_.messages >= until || client_->outcome() != Outcome::open; });
        if (client_->outcome() != Outcome::open || cuts == 15) break;
        relay_.cut();
        wait_for_loss(++cuts);
        connect();
    }
    wait_for(Outcome::finished);
    EXPECT_EQ(cuts, 15) << "the amount must suffice for them";
    loop_.run_until([&] { return user_->ended && target_->ended; });
    EXPECT_TRUE(target_->received == up);
    EXPECT_TRUE(user_->received == down);
}

TEST_F(ResumableEndCutTest, ANewConnectionTakesOverFromOneThatLingers) {
    start();
    user_->write("before ");
    loop_.run_until([&] { return target_->received == "before "; });
    relay_.stall();
    user_->write("between ");
    pass(10ms);
    connect();
    user_->write("after", true);
    loop_.run_until([&] { return target_->ended; });
    EXPECT_EQ(target_->received, "before between after");
    EXPECT_EQ(host_->closed, 0) << "its owner's business";
}

TEST_F(ResumableEndCutTest, ReadsAsMuchAsItKeepsWhileThereIsNoConnection) {
    settings_.buffer = 1024 * 1024;
    start();
    loop_.run_until([&] { return client_->end->stream().is_up(); });
    relay_.cut();
    wait_for_loss(1);
    const std::string much = random_text(5'000'000);
    user_->write(much, true);
    loop_.run_until([&] { return client_->end->stream().readable() == 0; });
    EXPECT_EQ(client_->end->summary().sent, settings_.buffer);
    connect();
    loop_.run_until([&] { return target_->ended; });
    EXPECT_TRUE(target_->received == much);
}

TEST_F(ResumableEndCutTest, GivesUpWhenNobodyReturns) {
    settings_.give_up = 50ms;
    start();
    user_->write("something");
    loop_.run_until([&] { return target_->received == "something"; });
    relay_.cut();
    wait_for(Outcome::failed);
    loop_.run_until([&] { return user_->failed && target_->failed; });
    EXPECT_TRUE(client_->end->stream().done());
    EXPECT_THAT(client_->end->summary().reason, HasSubstr("stayed away too long"));
}

TEST_F(ResumableEndCutTest, DoesNotGiveUpOnAConnectionThatStands) {
    settings_.give_up = 50ms;
    start();
    loop_.run_until([&] { return client_->end->stream().is_up(); });
    pass(120ms);
    user_->write("something", true);
    loop_.run_until([&] { return target_->ended; });
    EXPECT_EQ(client_->outcome(), Outcome::open);
}

TEST_F(ResumableEndCutTest, ALocalFailureIsToldOnTheNextConnection) {
    start();
    user_->write("something");
    loop_.run_until([&] { return target_->received == "something"; });
    relay_.cut();
    wait_for_loss(1);
    user_->reset();
    loop_.run_until([&] { return client_->outcome() == Outcome::failed; });
    EXPECT_FALSE(client_->end->stream().done());
    EXPECT_FALSE(target_->failed);
    connect();
    loop_.run_until([&] { return target_->failed; });
    EXPECT_TRUE(client_->end->stream().done());
}

TEST_F(ResumableEndCutTest, EndsInOrderWhenTheLastAcknowledgementsWereLost) {
    start();
    user_->write("question", true);
    target_->write("answer", true);
    wait_for(Outcome::finished);
    relay_.cut();
    loop_.run_until([&] { return host_->closed == 1 && client_->closed == 1; });
    if (!client_->end->stream().done()) connect();
    loop_.run_until([&] { return client_->end->stream().done(); });
    EXPECT_TRUE(client_->end->summary().complete && host_->end->summary().complete);
}

}  // namespace
}  // namespace relay::tunnel
