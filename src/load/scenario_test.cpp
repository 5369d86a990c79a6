// SPDX-License-Identifier: Apache-2.0
#include "load/scenario.hpp"

#include <gmock/gmock.h>

namespace relay::load {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

TEST(Scenario, of_lines_gives_groups_in_their_order) {
    const auto groups = parse_scenario(
        "# one experiment\n"
        "sub ws://127.0.0.1:7001/t0?code=1 300   # viewers\n"
        "\n"
        "pub ws://127.0.0.1:7001/t0\n"
        "sub ws://127.0.0.1:7001/other 2 topic=/t0 stall=2s:500 rcvbuf=4096 header=X-Real-Ip:::1\n"
        "idle ws://127.0.0.1:7001/t0 10 class=sleeping\n");
    ASSERT_TRUE(groups.has_value()) << groups.error().detail;
    ASSERT_EQ(groups->size(), 4U);
    EXPECT_EQ(groups->at(0), (Group{.role = Role::reader,
                                    .url = "ws://127.0.0.1:7001/t0?code=1",
                                    .count = 300,
                                    .topic = "/t0"}));
    EXPECT_EQ(groups->at(1).role, Role::publisher);
    EXPECT_EQ(groups->at(1).count, 1U);
    EXPECT_EQ(groups->at(2), (Group{.role = Role::reader,
                                    .url = "ws://127.0.0.1:7001/other",
                                    .count = 2,
                                    .topic = "/t0",
                                    .reader_class = "slow",
                                    .stall = Stall{milliseconds(2000), milliseconds(500)},
                                    .receive_buffer = 4096,
                                    .headers = {"X-Real-Ip: ::1"}}));
    EXPECT_EQ(groups->at(3).role, Role::idle);
    EXPECT_EQ(groups->at(3).reader_class, "sleeping");
}

TEST(Scenario, keeps_the_class_that_a_stalled_reader_is_given) {
    const auto groups = parse_scenario("sub ws://h/t class=phones stall=0:1s");
    ASSERT_TRUE(groups.has_value());
    EXPECT_EQ(groups->at(0).reader_class, "phones");
}

TEST(Scenario, refuses_what_it_does_not_understand_and_names_the_line) {
    for (const char* line :
         {"look ws://h/t", "sub", "sub http://", "sub wss://h/t", "sub ftp://h/t",
          "sub ws://h/t -1", "sub ws://h/t 1x", "sub ws://h/t colour=red", "sub ws://h/t stall=5s",
          "sub ws://h/t stall=x:1s", "sub ws://h/t rcvbuf=", "sub ws://h/t header=nothing"}) {
        const auto groups = parse_scenario("# first\n" + std::string(line));
        ASSERT_FALSE(groups.has_value()) << line;
        EXPECT_EQ(groups.error().code, Errc::invalid);
        EXPECT_THAT(groups.error().detail, HasSubstr("line 2")) << line;
    }
}

TEST(Scenario, of_nothing_but_comments_is_an_error) {
    EXPECT_FALSE(parse_scenario("# nothing\n\n   \n").has_value());
}

TEST(Scenario, that_cannot_be_read_is_an_error) {
    const auto groups = read_scenario("/nonexistent/scenario");
    ASSERT_FALSE(groups.has_value());
    EXPECT_EQ(groups.error().code, Errc::not_found);
}

TEST(Pattern, numbers_its_topics_in_a_direct_url) {
    const auto groups = expand({.url = "ws://h:1/t{topic}",
                                .topics = 3,
                                .publishers = 2,
                                .readers = 6,
                                .stalled_readers = 1,
                                .idle = 4});
    ASSERT_TRUE(groups.has_value());
    ASSERT_EQ(groups->size(), 12U);
    EXPECT_EQ(groups->at(4).url, "ws://h:1/t1");
    EXPECT_EQ(groups->at(4).topic, "/t1");
    EXPECT_EQ(groups->at(4).count, 6U);
    EXPECT_EQ(groups->at(5).reader_class, "slow");
    EXPECT_TRUE(groups->at(5).stall.has_value());
    EXPECT_EQ(groups->at(6).role, Role::idle);
    EXPECT_EQ(groups->at(7).role, Role::publisher);
}

TEST(Pattern, asks_an_access_api_for_each_topic) {
    const auto one = expand({.access = "http://h:3000/ed0/access/", .topic = "cam"});
    ASSERT_TRUE(one.has_value());
    EXPECT_EQ(one->at(0).url, "http://h:3000/ed0/access/session/cam");
    const auto two = expand({.access = "http://h:3000", .topics = 2});
    ASSERT_TRUE(two.has_value());
    EXPECT_EQ(two->at(2).url, "http://h:3000/session/load-1");
}

TEST(Pattern, refuses_several_topics_at_one_url_and_missing_or_double_targets) {
    EXPECT_FALSE(expand({.url = "ws://h/t", .topics = 2}).has_value());
    EXPECT_FALSE(expand({}).has_value());
    EXPECT_FALSE(expand({.url = "ws://h/t", .access = "http://h"}).has_value());
    EXPECT_FALSE(expand({.url = "ws://h/t", .publishers = 0, .readers = 0}).has_value());
    EXPECT_FALSE(expand({.url = "nonsense"}).has_value());
}

}  // namespace
}  // namespace relay::load
