// SPDX-License-Identifier: Apache-2.0
#include "playfile/player.hpp"

#include "base/duration.hpp"
#include "playfile/parse.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace relay::playfile {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// Actions in words; times count from the beginning.
struct ActionText {
    SteadyTime begin;

    std::string operator()(const Send& action) const { return "send " + action.text; }
    std::string operator()(const Echo& action) const { return "echo " + action.text; }
    std::string operator()(const AcceptPattern& action) const {
        return "accept " + action.pattern.text();
    }
    std::string operator()(const DenyPattern& action) const {
        return "deny " + action.pattern.text();
    }
    std::string operator()(const ResetFilter&) const { return "reset"; }
    std::string operator()(const Player::WaitUntil& action) const {
        if (action.time == SteadyTime::max()) return "wait for ever";
        return "wait until " + format_duration(action.time - begin);
    }
    std::string operator()(const Player::End&) const { return "end"; }
};

struct PlayerTest : testing::Test {
    SteadyTime begin = SteadyTime(100s);
    SteadyTime now = begin;
    std::optional<Player> player;

    void play(std::string_view script) { player.emplace(parse(script).value()); }
    std::string proceed() { return text(player->resume(Player::Proceed{}, now)); }
    std::string receive(std::string_view message) {
        return text(player->resume(Player::Received{message}, now));
    }
    std::string text(const Player::Action& action) const {
        return std::visit(ActionText{begin}, action);
    }
};

TEST_F(PlayerTest, DoesOneThingAfterTheOtherAndEnds) {
    play("a\n#+ note\n|-> hb\n|+> x\n|r>\n# no\nb\n");
    for (const char* action :
         {"send a", "echo note", "deny hb", "accept x", "reset", "send b", "end", "end"}) {
        EXPECT_EQ(proceed(), action);
    }
}

TEST_F(PlayerTest, DelayComesOnTopOfWhatCameBefore) {
    play("[1s] a\n[1s] b\n");
    EXPECT_EQ(proceed(), "wait until 1s");
    now = begin + 1500ms;  // it took longer
    EXPECT_EQ(proceed(), "send a");
    now = begin + 2s;
    EXPECT_EQ(proceed(), "wait until 3s");
    EXPECT_EQ(proceed(), "wait until 3s") << "asked too early";
    now = begin + 3s;
    EXPECT_EQ(proceed(), "send b");
}

TEST_F(PlayerTest, MessagesDoNotShortenADelay) {
    play("[1s] a\n");
    EXPECT_EQ(proceed(), "wait until 1s");
    EXPECT_EQ(receive("anything"), "wait until 1s");
}

TEST_F(PlayerTest, ConditionIsMetByEnoughMatches) {
    play("<'ok',2,10s> a\n");
    EXPECT_EQ(proceed(), "wait until 10s");
    now += 1s;
    EXPECT_EQ(receive("not it"), "wait until 10s");
    EXPECT_EQ(receive("it is ok"), "wait until 10s");
    EXPECT_EQ(receive("ok"), "wait until 1s");
    EXPECT_EQ(proceed(), "send a");
    EXPECT_THAT(player->timed_out(), IsEmpty());
}

TEST_F(PlayerTest, ConditionCountsFromTheMomentItsLineIsReached) {
    play("a\n<'ok',1,10s> b\n");
    EXPECT_EQ(receive("ok"), "wait until 0s") << "not begun";
    EXPECT_EQ(proceed(), "send a");
    EXPECT_EQ(receive("ok"), "wait until 0s") << "go on when it suits";
    EXPECT_EQ(proceed(), "wait until 10s");
}

TEST_F(PlayerTest, ConditionTimesOutUnderAnyTrafficAndSendsAnyway) {
    play("x\n<'ok',1,2s> a\n");
    EXPECT_EQ(proceed(), "send x");
    EXPECT_EQ(proceed(), "wait until 2s");
    for (; now < begin + 2s; now += 10ms) ASSERT_EQ(receive("heartbeat"), "wait until 2s");
    EXPECT_EQ(proceed(), "send a");
    EXPECT_THAT(player->timed_out(), ElementsAre(2));
}

TEST_F(PlayerTest, MatchAfterTheTimeOutComesTooLate) {
    play("<'ok',1,2s> a\n");
    EXPECT_EQ(proceed(), "wait until 2s");
    now = begin + 2s;
    EXPECT_EQ(receive("ok"), "wait until 2s");
    EXPECT_EQ(proceed(), "send a");
    EXPECT_THAT(player->timed_out(), ElementsAre(1));
}

TEST_F(PlayerTest, FurtherMatchesAfterTheConditionIsMetChangeNothing) {
    play("<'ok',1,2s> a\n<'ok',1,2s> b\n");
    EXPECT_EQ(proceed(), "wait until 2s");
    EXPECT_EQ(receive("ok"), "wait until 0s");
    EXPECT_EQ(receive("ok"), "wait until 0s");
    EXPECT_EQ(proceed(), "send a");
    EXPECT_EQ(proceed(), "wait until 2s") << "the second one counts anew";
}

TEST_F(PlayerTest, CountOfNothingIsMetAndTimeOutOfNothingIsOver) {
    play("<'ok',0,10s> a\n<'ok',1,0s> b\n");
    EXPECT_EQ(proceed(), "send a");
    EXPECT_EQ(proceed(), "send b");
    EXPECT_THAT(player->timed_out(), ElementsAre(2));
}

TEST_F(PlayerTest, FiltersDoNotAffectConditions) {
    play("|-> ok\n<'ok',1,10s> a\n");
    EXPECT_EQ(proceed(), "deny ok");
    EXPECT_EQ(proceed(), "wait until 10s");
    EXPECT_EQ(receive("ok"), "wait until 0s");
}

TEST_F(PlayerTest, WaitsBeyondTheClockAreForEver) {
    play("[2562047h47m]\n");
    EXPECT_EQ(proceed(), "wait for ever");
}

TEST_F(PlayerTest, ConditionsThatNeedNoWaitTakeNoStack) {
    std::string script;
    for (int i = 0; i < 200'000; ++i) script += "<'a',0,0s>\n";
    play(script);
    EXPECT_EQ(proceed(), "end");
}

TEST_F(PlayerTest, EmptyScriptIsAtItsEnd) {
    play("# nothing\n");
    EXPECT_EQ(proceed(), "end");
    EXPECT_EQ(receive("x"), "end");
}

}  // namespace
}  // namespace relay::playfile
