// SPDX-License-Identifier: Apache-2.0
#include "load/run.hpp"

#include "base/clock.hpp"
#include "load/relay_for_test.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <unistd.h>
#include <vector>

namespace relay::load {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// One publisher and two readers on each of the topics, for a tenth of a second.
Config config_for(const RelayForTest& relay, std::vector<std::string> topics = {"/a"}) {
    Config config;
    for (const std::string& topic : topics) {
        config.groups.push_back({.role = Role::reader, .url = relay.url(topic), .count = 2});
        config.groups.push_back({.role = Role::publisher, .url = relay.url(topic)});
    }
    for (Group& group : config.groups) group.topic = group.url;
    config.traffic.smallest = config.traffic.largest = 1000;
    config.traffic.rate = 200;
    config.traffic.messages = 20;
    config.settle = milliseconds(10);
    config.drain = milliseconds(300);
    return config;
}

Report measured(const Config& config) {
    auto report = measure(config);
    EXPECT_TRUE(report.has_value()) << report.error().detail;
    return report ? *std::move(report) : Report();
}

TEST(Load, finds_no_fault_with_a_good_relay) {
    RelayForTest relay;
    const Report report = measured(config_for(relay));
    EXPECT_EQ(report.open, 3U);
    EXPECT_EQ(report.sent, 20U);
    EXPECT_EQ(report.total().tally.delivered, 40U);
    EXPECT_EQ(report.total().tally.latency.count(), 40U);
    EXPECT_TRUE(report.is_clean(false));
    EXPECT_EQ(relay.pongs(), 3U);
}

struct FaultCase {
    const char* name;
    Fault fault;
    std::function<std::uint64_t(const Report&)> found;
    std::uint64_t expected;
    std::uint64_t lost;
};

class EachFault : public testing::TestWithParam<FaultCase> {};

TEST_P(EachFault, is_found_and_counted) {
    RelayForTest relay(GetParam().fault);
    Config config = config_for(relay, {"/a", "/b"});
    config.traffic.text = true;  // may become binary; the reverse would not be UTF-8
    const Report report = measured(config);
    EXPECT_EQ(GetParam().found(report), GetParam().expected);
    EXPECT_EQ(report.total().lost, GetParam().lost);
    EXPECT_FALSE(report.is_clean(false));
}

auto counted(std::uint64_t Tally::* kind) {
    return [kind](const Report& report) { return report.total().tally.*kind; };
}

// Two topics with two readers each.
INSTANTIATE_TEST_SUITE_P(
    Load, EachFault,
    testing::Values(FaultCase{"loss", Fault::drops, counted(&Tally::gaps), 4, 4},
                    FaultCase{"duplicate", Fault::duplicates, counted(&Tally::duplicated), 4, 0},
                    FaultCase{"reordering", Fault::reorders, counted(&Tally::reordered), 4, 0},
                    FaultCase{"merging", Fault::merges, counted(&Tally::merged), 4, 0},
                    FaultCase{"truncation", Fault::truncates, counted(&Tally::truncated), 4, 4},
                    FaultCase{"corruption", Fault::corrupts, counted(&Tally::corrupted), 4, 4},
                    FaultCase{"change_of_type", Fault::retypes, counted(&Tally::retyped), 4, 0},
                    FaultCase{"misrouting", Fault::misroutes, counted(&Tally::misrouted), 4, 0},
                    FaultCase{"echo", Fault::echoes, counted(&Tally::misrouted), 2, 0},
                    FaultCase{"closed_reader", Fault::closes,
                              [](const Report& report) { return report.close_codes.at(1013); }, 4,
                              4 * 18},
                    FaultCase{"closed_publisher", Fault::hangs_up,
                              [](const Report& report) { return report.publishers_closed; }, 2,
                              4}),  // the third message was sent and never relayed
    [](const auto& fault) { return fault.param.name; });

TEST(Load, finds_a_loss_at_the_very_end) {
    RelayForTest relay(Fault::goes_silent);
    const Report report = measured(config_for(relay));
    EXPECT_EQ(report.total().lost, 2U * 18U);
    EXPECT_TRUE(report.is_clean(true));
}

TEST(Load, without_a_rate_sends_as_fast_as_readers_follow) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.traffic.rate.reset();
    config.traffic.messages = 2000;
    config.traffic.window = 16;
    config.traffic.batch = 4;
    const Report report = measured(config);
    EXPECT_EQ(report.total().tally.delivered, 4000U);
    EXPECT_TRUE(report.is_clean(false));
}

TEST(Load, without_a_rate_stops_when_its_time_is_over) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.traffic.rate.reset();
    config.traffic.messages = 0;
    config.traffic.duration = milliseconds(200);
    const Report report = measured(config);
    EXPECT_GT(report.sent, 20U);
    EXPECT_TRUE(report.is_clean(false));
    EXPECT_LT(report.publish_seconds, 5);
}

TEST(Load, sends_at_the_rate_for_the_time_it_was_given) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.traffic.messages = 0;
    config.traffic.rate = 100;
    config.traffic.duration = milliseconds(300);
    const Report report = measured(config);
    EXPECT_EQ(report.sent, 30U);
    EXPECT_GE(report.publish_seconds, 0.29);
}

TEST(Load, varies_sizes_and_sends_text_when_asked) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.traffic.text = true;
    config.traffic.smallest = 64;
    config.traffic.largest = 40'000;
    const Report report = measured(config);
    EXPECT_TRUE(report.is_clean(false));
    const double mean = static_cast<double>(report.total().tally.bytes) / 40;
    EXPECT_GT(mean, 10'000);
    EXPECT_LT(mean, 30'000);
}

TEST(Load, sends_and_verifies_mpeg_ts_pictures) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.traffic.transport_stream = true;
    EXPECT_TRUE(measured(config).is_clean(false));
    RelayForTest lossy(Fault::drops);
    config = config_for(lossy);
    config.traffic.transport_stream = true;
    const Report report = measured(config);
    EXPECT_EQ(report.total().tally.dirty_skips, 2U);
    EXPECT_EQ(report.total().lost, 2U);
}

TEST(Load, spreads_topics_over_threads) {
    RelayForTest relay;
    Config config = config_for(relay, {"/a", "/b", "/c", "/d", "/e"});
    config.threads = 3;
    const Report report = measured(config);
    EXPECT_EQ(report.publishers, 5U);
    EXPECT_EQ(report.total().tally.delivered, 200U);
    EXPECT_TRUE(report.is_clean(false));
}

TEST(Load, tells_several_publishers_of_one_topic_apart) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.groups.at(1).count = 4;
    const Report report = measured(config);
    EXPECT_EQ(report.total().tally.delivered, 2U * 4U * 20U);
    EXPECT_TRUE(report.is_clean(false));
}

TEST(Load, forgives_a_stalled_reader_and_reports_it_apart) {
    RelayForTest relay(Fault::closes);
    Config config = config_for(relay);
    config.groups.at(0).count = 0;
    config.groups.push_back({.role = Role::reader,
                             .url = relay.url("/a"),
                             .topic = config.groups.at(1).topic,
                             .reader_class = "slow",
                             .stall = Stall{milliseconds(0), milliseconds(150)}});
    const Report report = measured(config);
    EXPECT_EQ(report.classes.at("slow").skipped, 18U);
    EXPECT_EQ(report.classes.at("slow").closed, 1U);
    EXPECT_TRUE(report.is_clean(false));
}

TEST(Load, makes_a_stalled_reader_wait_for_what_was_sent_meanwhile) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.groups.at(0).stall = Stall{milliseconds(0), milliseconds(400)};
    config.groups.at(0).reader_class = "slow";
    const Report report = measured(config);
    const ClassReport& slow = report.classes.at("slow");
    EXPECT_EQ(slow.tally.delivered, 40U);
    EXPECT_GE(slow.tally.latency.percentile(50), milliseconds(250));
}

TEST(Load, swaps_a_token_for_the_address_of_each_connection) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.credentials.token = Secret("good");
    const std::string url = "http://127.0.0.1:" + std::to_string(relay.port()) + "/session/x";
    for (Group& group : config.groups) group.url = group.topic = url;
    const Report report = measured(config);
    EXPECT_EQ(report.total().tally.delivered, 40U);
    EXPECT_TRUE(report.is_clean(false));
}

TEST(Load, counts_refused_connections_by_reason) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.groups.push_back(
        {.role = Role::idle, .url = relay.url("/refused"), .count = 50, .topic = "refused"});
    const Report report = measured(config);
    EXPECT_EQ(report.refused, 50U);
    EXPECT_EQ(report.refusals.at("upgrade answered 403"), 50U);
    EXPECT_FALSE(report.is_clean(true));
}

TEST(Load, gives_up_on_a_peer_that_never_answers) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.groups.push_back({.role = Role::idle, .url = relay.url("/mute"), .topic = "mute"});
    config.connect_limit = milliseconds(200);
    const Report report = measured(config);
    EXPECT_EQ(report.refusals.at("no answer in time"), 1U);
    EXPECT_EQ(report.total().tally.delivered, 40U);
}

TEST(Load, keeps_idle_connections_open_for_the_time_it_was_given) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.groups = {{.role = Role::idle, .url = relay.url("/a"), .count = 200, .topic = "a"}};
    config.traffic.duration = milliseconds(100);
    config.processes = {static_cast<int>(::getpid())};
    const auto start = SteadyTime::clock::now();
    const Report report = measured(config);
    EXPECT_GE(SteadyTime::clock::now() - start, milliseconds(100));
    EXPECT_EQ(report.open, 200U);
    EXPECT_GT(report.resident_peak, 0U);
    EXPECT_TRUE(report.is_clean(false));
}

TEST(Load, says_why_when_nothing_can_be_reached) {
    RelayForTest relay;
    Config config = config_for(relay, {"/refused"});
    const auto report = measure(config);
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().code, Errc::unavailable);
    EXPECT_THAT(report.error().detail, HasSubstr("403"));
}

TEST(Load, refuses_more_connections_than_it_may_have_descriptors) {
    RelayForTest relay;
    Config config = config_for(relay);
    config.groups.at(0).count = 100'000'000;
    const auto report = measure(config);
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().code, Errc::limit);
}

TEST(LoadCommand, exits_with_zero_only_for_a_clean_run) {
    RelayForTest good;
    EXPECT_EQ(run(config_for(good)).value_or(-1), 0);
    RelayForTest bad(Fault::duplicates);
    EXPECT_EQ(run(config_for(bad)).value_or(-1), 1);
}

}  // namespace
}  // namespace relay::load
