// SPDX-License-Identifier: Apache-2.0
#include "shell_client/stream.hpp"

#include "shell_client/fake_relay_for_test.hpp"
#include "tunnel/application_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::shell_client {
namespace {

using namespace test;
using shell_stream::AbortReason;
using testing::HasSubstr;
using testing::Not;
using tunnel::test::Application;
using tunnel::test::random_text;
using tunnel::test::tcp_pair;
using Outcome = shell_stream::ResumableStream::Outcome;

class ShellStreamTest : public testing::Test {
protected:
    ShellStreamTest() {
        config_.access = relay_.url();
        config_.token = Secret("aaa.bbb.ccc");
        config_.relay.retry_min = 2ms;
        config_.relay.retry_max = 10ms;
    }

    void start() {
        auto way = way_of(config_);
        if (!way) throw std::runtime_error(way.error().detail);
        way_ = std::move(*way);
        way_.settings.websocket.close_timeout = 100ms;
        way_.accept_limit = accept_limit_;
        auto [ours, theirs] = tcp_pair();
        user_.emplace(loop_.context(), std::move(theirs));
        const auto executor = loop_.context().get_executor();
        stream_ = std::make_shared<Stream>(executor, way_,
                                           tunnel::LocalStream(executor, std::move(ours)), 1);
        asio::co_spawn(loop_.context(), Stream::run(stream_),
                       [this](std::exception_ptr, StreamEnd end) { end_ = std::move(end); });
    }
    void exchange(const std::string& text) {
        const std::size_t before = user_->received.size();
        user_->write(text);
        loop_.run_until([&] { return user_->received.size() == before + text.size(); });
        EXPECT_EQ(user_->received.substr(before), text);
    }
    StreamEnd wait_for_end() {
        loop_.run_until([&] { return end_.has_value(); });
        return *end_;
    }
    std::string wait_for_error() {
        const StreamEnd end = wait_for_end();
        loop_.run_until([&] { return user_->failed || user_->ended; });
        EXPECT_TRUE(user_->failed) << "an end would say that all bytes had come";
        return end.error ? end.error->detail : "none";
    }

    Loop loop_;
    FakeRelay relay_{loop_.context()};
    Config config_;
    std::chrono::milliseconds accept_limit_ = 20s;
    Way way_;
    std::optional<Application> user_;
    std::shared_ptr<Stream> stream_;
    std::optional<StreamEnd> end_;
};

TEST_F(ShellStreamTest, CarriesAStreamInTheFormThatTheRelayOffers) {
    const std::string text = random_text(300'000);
    for (const bool resumable : {true, false}) {
        end_.reset();
        relay_.offers_resume = resumable;
        relay_.echoed.clear();
        start();
        exchange(text);
        user_->end();
        const StreamEnd end = wait_for_end();
        EXPECT_FALSE(end.error) << end.error->detail;
        EXPECT_TRUE(end.link.complete);
        EXPECT_EQ(end.link.sent, text.size());
        EXPECT_EQ(end.link.received, text.size());
        EXPECT_TRUE(relay_.echoed == text);
        loop_.run_until([&] { return user_->ended; });
        EXPECT_EQ(relay_.host.has_value(), true);
    }
    EXPECT_EQ(relay_.connections, 2);
    EXPECT_EQ(relay_.tokens.front(), "aaa.bbb.ccc");
}

TEST_F(ShellStreamTest, DoesNotOfferToResumeWhenToldNotTo) {
    config_.resume = false;
    start();
    exchange("something");
    EXPECT_FALSE(relay_.host);
    user_->end();
    EXPECT_FALSE(wait_for_end().error);
}

TEST_F(ShellStreamTest, AsksForTheTarget) {
    config_.target = "camera";
    start();
    exchange("something");
    EXPECT_THAT(relay_.requests, testing::ElementsAre("/shell/spin30?target=camera"));
}

TEST_F(ShellStreamTest, AHostThatIsAbsentEndsItAtOnceWithTheRelaysReason) {
    relay_.access = [] { return std::pair(503, "no host is connected for spin30"); };
    start();
    EXPECT_THAT(wait_for_error(), HasSubstr("no host is connected for spin30"));
    EXPECT_EQ(relay_.requests.size(), 1u);
}

TEST_F(ShellStreamTest, ResumesOverManyCutsWithNothingLost) {
    start();
    exchange("begin");
    const std::string text = random_text(1'000'000);
    user_->write(text);
    for (int cuts = 1; cuts <= 5; ++cuts) {
        loop_.run_until(
            [&] { return user_->received.size() > static_cast<std::size_t>(cuts) * 100'000; });
        relay_.cut();
        loop_.run_until([&] { return relay_.connections == cuts + 1; });
    }
    user_->end();
    EXPECT_FALSE(wait_for_end().error);
    loop_.run_until([&] { return user_->ended; });
    EXPECT_TRUE(user_->received == "begin" + text);
    EXPECT_TRUE(relay_.echoed == "begin" + text);
    EXPECT_EQ(relay_.requests.size(), 6u) << "each with a new address";
}

TEST_F(ShellStreamTest, TriesAgainWhileTheHostIsAwayInMidStream) {
    start();
    exchange("begin");
    int refusals = 0;
    relay_.access = [&] {
        if (++refusals > 5) return std::pair(200, "");
        return refusals % 2 ? std::pair(503, "no host") : std::pair(404, "none");
    };
    relay_.cut();
    exchange(" and on");
    EXPECT_EQ(refusals, 6);
    EXPECT_FALSE(end_);
}

TEST_F(ShellStreamTest, GivesUpAfterItsTime) {
    config_.give_up = 100ms;
    start();
    exchange("begin");
    relay_.access = [] { return std::pair(503, "no host"); };
    relay_.cut();
    EXPECT_THAT(wait_for_error(), HasSubstr("stayed away too long"));
}

TEST_F(ShellStreamTest, ATokenThatIsRefusedInMidStreamEndsIt) {
    for (const int status : {401, 403}) {
        end_.reset();
        relay_.host.reset();
        relay_.access = [] { return std::pair(200, ""); };
        start();
        exchange("begin");
        relay_.access = [status] { return std::pair(status, "not any more"); };
        relay_.cut();
        EXPECT_THAT(wait_for_error(), HasSubstr("not any more"));
    }
}

TEST_F(ShellStreamTest, ExpiryAndDenialEndAStreamAndOtherClosesDoNot) {
    for (const int code : {1000, 1001, 4404, 4410, 4401, 4403}) {
        end_.reset();
        relay_.host.reset();
        start();
        exchange("begin");
        ASSERT_TRUE(loop_.await(relay_.close_with(code, "by the relay")));
        if (code == 4401 || code == 4403) {
            EXPECT_THAT(wait_for_error(), HasSubstr("by the relay"));
            continue;
        }
        exchange(" and on");
        user_->end();
        EXPECT_FALSE(wait_for_end().error) << code;
    }
}

TEST_F(ShellStreamTest, AHostThatDoesNotComeEndsAStreamThatHasNotBegun) {
    relay_.host_answers = false;
    relay_.close_code = 4404;
    start();
    EXPECT_THAT(wait_for_error(), HasSubstr("4404"));
    EXPECT_EQ(relay_.connections, 1);
}

TEST_F(ShellStreamTest, ARelayThatIsCutBeforeTheHostAnsweredIsTriedAgain) {
    relay_.host_answers = false;
    start();
    loop_.run_until([&] { return relay_.host.has_value(); });
    relay_.host_answers = true;
    relay_.cut();
    exchange("something");
    EXPECT_EQ(relay_.connections, 2);
}

TEST_F(ShellStreamTest, AnUnansweredTryIsClosedAndMadeAgain) {
    accept_limit_ = 30ms;
    relay_.host_answers = false;
    start();
    loop_.run_until([&] { return relay_.connections == 3; });
    EXPECT_EQ(relay_.closed, "4410") << "1000 would tell the host that the stream is over";
    relay_.host_answers = true;
    accept_limit_ = 20s;
    exchange("something");
}

TEST_F(ShellStreamTest, DoesNotGoOnWithARelayThatOffersOnlyThePlainForm) {
    start();
    exchange("begin");
    relay_.offers_resume = false;
    relay_.cut();
    loop_.run_until([&] { return relay_.connections == 3; });
    relay_.offers_resume = true;
    exchange(" and on");
    EXPECT_EQ(relay_.echoed, "begin and on");
}

TEST_F(ShellStreamTest, TellsTheHostWhenItIsStopped) {
    start();
    exchange("begin");
    stream_->stop();
    wait_for_error();
    loop_.run_until([&] { return relay_.host->outcome() == Outcome::failed; });
    EXPECT_EQ(relay_.host->failure().reason, AbortReason::stopping);
    loop_.run_until([&] { return relay_.closed == "1000"; });
}

TEST_F(ShellStreamTest, StopsAtOnceWithoutAConnection) {
    start();
    exchange("begin");
    relay_.access = [] { return std::pair(503, "no host"); };
    relay_.cut();
    const std::size_t before = relay_.requests.size();
    loop_.run_until([&] { return relay_.requests.size() > before; });
    stream_->stop();
    wait_for_error();
}

TEST_F(ShellStreamTest, StopsWhileItConnectsForTheFirstTime) {
    bool asked = false;
    relay_.access = [&] {
        asked = true;
        return std::pair(200, "");
    };
    start();
    loop_.run_until([&] { return asked; });
    stream_->stop();
    wait_for_error();
}

TEST_F(ShellStreamTest, AFailureOfTheHostsTargetResetsTheUsersSocket) {
    start();
    exchange("begin");
    relay_.host->abort(AbortReason::target_unreachable, "refused");
    user_->write("something");  // so that the host answers
    EXPECT_THAT(wait_for_error(), HasSubstr("the target cannot be reached: refused"));
}

}  // namespace
}  // namespace relay::shell_client
