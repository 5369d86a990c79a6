// SPDX-License-Identifier: Apache-2.0
#include "tunnel/joined_ends_for_test.hpp"

#include <gmock/gmock.h>

// On one connection; those that are lost are in resumable_end_cut_test.cpp.
namespace relay::tunnel {
namespace {

using namespace test;
using shell_stream::AbortReason;
using testing::HasSubstr;

using ResumableEndTest = JoinedEndsTest;

TEST_F(ResumableEndTest, CarriesBytesAndBothEnds) {
    const std::string up = random_text(3'000'000, 1), down = random_text(3'000'000, 2);
    start();
    user_->write(up, true);
    target_->write(down, true);
    wait_for(Outcome::finished);
    loop_.run_until([&] { return user_->ended && target_->ended; });
    EXPECT_TRUE(target_->received == up);
    EXPECT_TRUE(user_->received == down);
    loop_.run_until([&] { return client_->closed == 1 && host_->closed == 1; });
    EXPECT_TRUE(client_->end->stream().done());
    EXPECT_TRUE(host_->end->stream().done());
    const LinkEnd end = client_->end->summary();
    EXPECT_TRUE(end.complete);
    EXPECT_EQ(end.sent, up.size());
    EXPECT_EQ(end.received, down.size());
    EXPECT_EQ(end.reason, "both sides have ended");
    EXPECT_GT(client_->changes, 0);
}

TEST_F(ResumableEndTest, OneDirectionGoesOnWhenTheOtherHasEnded) {
    start();
    user_->write("question", true);
    loop_.run_until([&] { return target_->ended; });
    EXPECT_EQ(target_->received, "question");
    EXPECT_EQ(client_->outcome(), Outcome::open);
    target_->write("answer", true);
    loop_.run_until([&] { return user_->ended; });
    EXPECT_EQ(user_->received, "answer");
    wait_for(Outcome::finished);
}

TEST_F(ResumableEndTest, AnswersGoBackAndForthWithoutWaiting) {
    start();
    const auto began = std::chrono::steady_clock::now();
    for (int i = 1; i <= 200; ++i) {
        user_->write("x");
        loop_.run_until([&] { return target_->received.size() == static_cast<std::size_t>(i); });
        target_->write("y");
        loop_.run_until([&] { return user_->received.size() == static_cast<std::size_t>(i); });
    }
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s) << "no timer takes part";
}

TEST_F(ResumableEndTest, AReaderThatStopsStopsTheWriterAndNothingIsLost) {
    const std::string much = random_text(8'000'000);
    target_reads_ = false;
    start();
    user_->write(much, true);
    loop_.run_until([&] { return client_->end->stream().readable() == 0 && relay_.messages > 3; });
    std::uint64_t before = 0;
    do {  // until nothing moves any more
        before = client_->end->summary().sent;
        pass(50ms);
    } while (client_->end->summary().sent != before);
    EXPECT_LT(client_->end->summary().sent, 2'000'000u);
    const std::size_t bound = 2 * settings_.buffer + 4 * settings_.chunk;
    EXPECT_LE(client_->end->stream().memory(), bound);
    EXPECT_LE(host_->end->stream().memory(), bound);
    target_->read();
    loop_.run_until([&] { return target_->ended; });
    EXPECT_TRUE(target_->received == much);
}

TEST_F(ResumableEndTest, ReadsNoFurtherAheadOfAConnectionThanItCanSendSoon) {
    settings_.buffer = 64 * 1024 * 1024;
    start();
    loop_.run_until([&] { return client_->end->stream().is_up(); });
    relay_.stall();
    user_->write(random_text(8'000'000));
    std::size_t most = 0;
    loop_.run_until([&] {
        most = std::max(most, client_->end->stream().unsent());
        return client_->end->summary().sent > 4'000'000;
    });
    EXPECT_LE(most, 512u * 1024);
}

TEST_F(ResumableEndTest, AFailureOfTheTargetResetsTheUsersSocket) {
    start();
    user_->write("something");
    loop_.run_until([&] { return target_->received == "something"; });
    target_->reset();
    wait_for(Outcome::failed);
    loop_.run_until([&] { return user_->failed; });
    EXPECT_FALSE(user_->ended);
    EXPECT_THAT(host_->end->summary().reason, HasSubstr("the connection beyond failed"));
    EXPECT_THAT(client_->end->summary().reason, HasSubstr("told by the other end"));
    EXPECT_FALSE(client_->end->summary().complete);
    EXPECT_TRUE(host_->end->stream().done()) << "the reason has left";
}

TEST_F(ResumableEndTest, AFailureOfTheUsersSocketResetsTheTargets) {
    start();
    target_->write(random_text(3'000'000));
    loop_.run_until([&] { return user_->received.size() > 100'000; });
    user_->reset();
    loop_.run_until([&] { return target_->failed || target_->write_failed; });
    wait_for(Outcome::failed);
}

TEST_F(ResumableEndTest, AbortingTellsTheOtherEndWhy) {
    start();
    user_->write("something");
    loop_.run_until([&] { return target_->received == "something"; });
    host_->end->abort(AbortReason::stopping, "maintenance");
    loop_.run_until([&] { return user_->failed && target_->failed; });
    EXPECT_EQ(client_->end->summary().reason,
              "told by the other end: the program stops: maintenance");
}

TEST_F(ResumableEndTest, ReadsNothingBeforeItHasALocalStream) {
    start();
    client_->end.reset();  // and forgets the first
    End late(loop_.context(), true, settings_);
    End client(loop_.context(), false, settings_);
    auto [ours, theirs] = tcp_pair();
    Application user(loop_.context(), std::move(theirs));
    client.set_local(std::move(ours));
    ASSERT_TRUE(loop_.await(client.connect(relay_.url())));
    ASSERT_TRUE(loop_.await(late.connect(relay_.url())));
    user.write("early", true);
    loop_.run_until([&] { return late.end && late.end->stream().write_bytes().size() == 5; });
    auto [target_ours, target_theirs] = tcp_pair();
    Application target(loop_.context(), std::move(target_theirs));
    late.set_local(std::move(target_ours));
    loop_.run_until([&] { return target.ended; });
    EXPECT_EQ(target.received, "early");
}

TEST_F(ResumableEndTest, ResetsTheLocalStreamWhenItIsDestroyedBeforeTheEnd) {
    start();
    user_->write("something");
    loop_.run_until([&] { return target_->received == "something"; });
    client_->end.reset();
    loop_.run_until([&] { return user_->failed; });
    EXPECT_FALSE(user_->ended);
}

TEST_F(ResumableEndTest, MayBeDestroyedByTheOneWhomItTells) {
    auto [ours, theirs] = tcp_pair();
    Application user(loop_.context(), std::move(theirs));
    std::optional<ResumableEnd> end;
    bool told = false;
    end.emplace(loop_.context().get_executor(),
                ResumableStream(shell_stream::random_stream_key(), settings_,
                                std::chrono::steady_clock::now()),
                [&] {
                    told = true;
                    end.reset();
                });
    end->set_local(LocalStream(loop_.context().get_executor(), std::move(ours)));
    end->abort(AbortReason::stopping, "");
    EXPECT_FALSE(told) << "not from within a call";
    loop_.run_until([&] { return told && user.failed; });
    EXPECT_FALSE(end);
}

TEST_F(ResumableEndTest, ATextMessageIsAProtocolError) {
    start();
    loop_.run_until([&] { return client_->end->stream().is_up(); });
    const auto text =
        wire::Message::copy_of(std::array<std::uint8_t, 1>{'x'}, wire::MessageType::text);
    client_->end->received(client_->end->stream().connection() + 1, *text);
    EXPECT_EQ(client_->outcome(), Outcome::open) << "of another connection";
    client_->end->received(client_->end->stream().connection(), *text);
    wait_for(Outcome::failed);
    EXPECT_THAT(host_->end->summary().reason, HasSubstr("protocol error: a text message"));
}

}  // namespace
}  // namespace relay::tunnel
