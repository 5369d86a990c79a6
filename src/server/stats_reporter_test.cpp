// SPDX-License-Identifier: Apache-2.0
#include "server/stats_reporter.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <optional>
#include <vector>

namespace relay::server {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

struct StatsReporterTest : testing::Test {
    // Runs the reporter until it has made so many reports in all.
    void run_until(std::size_t count) {
        const auto end = steady_clock::now() + 20s;
        while (reports.size() < count)
            ASSERT_GT(context.run_one_until(end), 0u) << "no report came";
    }
    // Runs what is ready now.
    void settle() { context.poll(); }
    StatsReporter& start(std::chrono::milliseconds period) {
        reporter.emplace(context.get_executor(), period,
                         [this] { reports.push_back(steady_clock::now()); });
        reporter->start();
        settle();
        return *reporter;
    }

    boost::asio::io_context context;
    std::vector<steady_clock::time_point> reports;
    std::optional<StatsReporter> reporter;
};

TEST_F(StatsReporterTest, ReportsEachPeriod) {
    const auto begin = steady_clock::now();
    start(1s);
    run_until(2);
    EXPECT_GE(reports[0] - begin, 1s);
    EXPECT_GE(reports[1] - reports[0], 1s);
}

TEST_F(StatsReporterTest, ReportsBeforeThePeriodIsOverWhenAsked) {
    start(1h).request();
    run_until(1);
}

TEST_F(StatsReporterTest, ReportsAtMostOnceASecondHoweverManyAsk) {
    StatsReporter& asked = start(1h);
    for (int i = 0; i < 100; ++i) asked.request();
    run_until(1);
    for (int i = 0; i < 100; ++i) asked.request();
    settle();
    EXPECT_EQ(reports.size(), 1u);
    run_until(2);
    EXPECT_GE(reports[1] - reports[0], 1s);
    settle();
    EXPECT_EQ(reports.size(), 2u) << "a hundred requests are one report";
}

TEST_F(StatsReporterTest, TakesAPeriodBelowTheLeastForTheLeast) {
    start(1ms);
    run_until(2);
    EXPECT_GE(reports[1] - reports[0], 1s);
}

TEST_F(StatsReporterTest, LeavesNoWorkWhenItHasStopped) {
    StatsReporter& stopped = start(1h);
    stopped.stop();
    stopped.request();
    const auto begin = steady_clock::now();
    context.run();  // returns: no timer waits
    EXPECT_LT(steady_clock::now() - begin, 20s);
    EXPECT_TRUE(reports.empty());
}

}  // namespace
}  // namespace relay::server
