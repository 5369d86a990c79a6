// SPDX-License-Identifier: Apache-2.0
#include "shell_client/route.hpp"

#include "base/temporary_folder_for_test.hpp"
#include "shell_client/fake_relay_for_test.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace relay::shell_client {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Kind = Missed::Kind;

constexpr auto nobody = "http://127.0.0.1:1/shell/spin30";

struct RouteTest : testing::Test {
    Route& route_to(const std::string& urls) {
        Config config;
        config.access = urls;
        config.token = Secret("aaa.secret.ccc");
        config.relay.retry_min = 2ms;
        config.relay.retry_max = 10ms;
        way = way_of(config).value();
        return route.emplace(way, [] { return 0.0; });
    }
    Connected connect_first(const std::string& urls) {
        return loop.await(route_to(urls).connect_first(stop.get_token()));
    }
    Connected connect_again() { return loop.await(route->connect_again(true, stop.get_token())); }

    Loop loop;
    FakeRelay first{loop.context()}, second{loop.context()};
    std::stop_source stop;
    Way way;
    std::optional<Route> route;
};

TEST_F(RouteTest, ConnectsWithACode) {
    const auto connected = connect_first(first.url());
    ASSERT_TRUE(connected) << connected.error().error.detail;
    EXPECT_EQ((*connected)->subprotocol(), "relay.resume.v1");
    EXPECT_EQ(route->url(), first.url());
}

TEST_F(RouteTest, AsksARelayThatRefusesOnce) {
    for (const auto& [status, kind] :
         {std::pair{401, Kind::denied}, {403, Kind::denied}, {503, Kind::refused}}) {
        first.requests.clear();
        first.access = [status] { return std::pair(status, "the reason"); };
        const auto connected = connect_first(first.url());
        ASSERT_FALSE(connected);
        EXPECT_EQ(connected.error().kind, kind);
        EXPECT_THAT(connected.error().error.detail, StartsWith(first.url() + ": "));
        EXPECT_THAT(connected.error().error.detail, HasSubstr("the reason"));
        EXPECT_THAT(connected.error().error.detail, Not(HasSubstr("secret")));
        EXPECT_EQ(first.requests.size(), 1u) << status;
    }
}

TEST_F(RouteTest, AsksARelayThatIsAwayTwice) {
    int tries = 0;
    first.access = [&] {
        ++tries;
        return std::pair(502, "");  // a reverse proxy's
    };
    const auto connected = connect_first(first.url());
    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().kind, Kind::away);
    EXPECT_EQ(tries, 2);
    EXPECT_EQ(connect_first(nobody).error().kind, Kind::away);
}

TEST_F(RouteTest, ARelayThatIsBackAtTheSecondTryWillDo) {
    int tries = 0;
    first.access = [&] { return std::pair(++tries == 1 ? 502 : 200, ""); };
    EXPECT_TRUE(connect_first(first.url()));
}

TEST_F(RouteTest, RelaysStandInForEachOther) {
    first.access = [] { return std::pair(503, "no host here"); };
    EXPECT_TRUE(connect_first(first.url() + " " + second.url()));
    EXPECT_EQ(route->url(), second.url());
    EXPECT_TRUE(connect_first(std::string(nobody) + " " + second.url()));
}

TEST_F(RouteTest, AnAnswerSaysMoreThanSilence) {
    first.access = [] { return std::pair(503, "no host here"); };
    for (const auto& urls : {first.url() + " " + nobody, nobody + (" " + first.url())}) {
        const auto connected = connect_first(urls);
        ASSERT_FALSE(connected);
        EXPECT_EQ(connected.error().kind, Kind::refused);
        EXPECT_THAT(connected.error().error.detail, HasSubstr("no host here"));
    }
}

TEST_F(RouteTest, StaysWithARelayThatWorksAndLeavesOneThatDoesNot) {
    ASSERT_TRUE(connect_first(first.url() + " " + second.url()));
    ASSERT_TRUE(connect_again());
    EXPECT_EQ(first.requests.size(), 2u);
    first.access = [] { return std::pair(503, "no host here"); };
    EXPECT_FALSE(connect_again());
    EXPECT_TRUE(connect_again());
    EXPECT_EQ(second.requests.size(), 1u);
}

TEST_F(RouteTest, ReadsTheTokenFileEachTime) {
    const TemporaryFolder folder;
    const auto file = folder / "token";
    std::ofstream(file) << "aaa.one.ccc\n";
    Config config;
    config.access = first.url();
    config.token_file = file;
    config.relay.retry_min = 2ms;
    way = way_of(config).value();
    route.emplace(way);
    ASSERT_TRUE(loop.await(route->connect_first({})));
    std::ofstream(file) << "aaa.two.ccc\n";
    ASSERT_TRUE(connect_again());
    EXPECT_THAT(first.tokens, testing::ElementsAre("aaa.one.ccc", "aaa.two.ccc"));
    std::filesystem::remove(file);
    const auto missed = connect_again();
    ASSERT_FALSE(missed);
    EXPECT_EQ(missed.error().kind, Kind::refused) << "the file may come back";
}

TEST_F(RouteTest, StoppingEndsTheWait) {
    route_to(nobody);
    way.settings.retry = {.shortest = 1h, .longest = 2h, .longest_brief = 2h};
    route.emplace(way);
    asio::post(loop.context(), [&] { stop.request_stop(); });
    EXPECT_FALSE(connect_again());
}

}  // namespace
}  // namespace relay::shell_client
