// SPDX-License-Identifier: Apache-2.0
#include "load/report.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace relay::load {
namespace {

using testing::HasSubstr;

Report good_report() {
    Report report;
    report.open = 301;
    report.connect_seconds = 0.5;
    report.publishers = 1;
    report.sent = 10;
    report.publish_seconds = 2;
    ClassReport& readers = report.classes["normal"];
    readers.readers = 300;
    readers.expected = 3000;
    readers.tally.delivered = 3000;
    for (int i = 0; i < 3000; ++i) readers.tally.latency.record(std::chrono::microseconds(250));
    report.before.resident = 1024 * 1000;
    report.connected.resident = 1024 * (1000 + 602);
    report.connected.cpu_seconds = 1;
    report.after.cpu_seconds = 1.03;
    return report;
}

TEST(Report, is_clean_when_nothing_is_wrong) {
    EXPECT_TRUE(good_report().is_clean(false));
}

TEST(Report, is_never_clean_with_a_fault_other_than_loss) {
    for (auto fault : {&Tally::duplicated, &Tally::reordered, &Tally::merged, &Tally::truncated,
                       &Tally::corrupted, &Tally::misrouted, &Tally::retyped, &Tally::torn,
                       &Tally::dirty_skips}) {
        Report report = good_report();
        report.classes["normal"].tally.*fault = 1;
        EXPECT_FALSE(report.is_clean(true));
    }
    Report refused = good_report();
    refused.refused = 1;
    EXPECT_FALSE(refused.is_clean(true));
    Report closed = good_report();
    closed.publishers_closed = 1;
    EXPECT_FALSE(closed.is_clean(true));
}

TEST(Report, is_clean_with_losses_only_when_they_are_allowed) {
    Report lost = good_report();
    lost.classes["normal"].lost = 1;
    Report closed = good_report();
    closed.classes["normal"].closed = 1;
    Report stuck = good_report();
    stuck.stuck = true;
    for (const Report& report : {lost, closed, stuck}) {
        EXPECT_FALSE(report.is_clean(false));
        EXPECT_TRUE(report.is_clean(true));
    }
}

TEST(Report, forgives_stalled_readers_what_they_miss) {
    Report report = good_report();
    report.classes["slow"].skipped = 100;
    report.classes["slow"].closed = report.classes["slow"].excused_closed = 1;
    EXPECT_TRUE(report.is_clean(false));
    report.classes["slow"].tally.dirty_skips = 1;
    EXPECT_FALSE(report.is_clean(false));
}

TEST(Report, adds_up_the_parts_of_several_threads) {
    Report sum = good_report();
    Report part = good_report();
    part.classes["slow"].skipped = 5;
    part.close_codes[1013] = 2;
    sum.merge(part);
    EXPECT_EQ(sum.open, 602U);
    EXPECT_EQ(sum.total().tally.delivered, 6000U);
    EXPECT_EQ(sum.total().skipped, 5U);
    EXPECT_EQ(sum.close_codes.at(1013), 2U);
    EXPECT_EQ(sum.publish_seconds, 2);
}

TEST(Report, as_json_gives_cpu_per_delivery_and_memory_per_connection) {
    Config config;
    config.processes = {1};
    const auto json = nlohmann::json::parse(to_json(good_report(), config));
    EXPECT_EQ(json.at("clean"), true);
    EXPECT_NEAR(json.at("server").at("cpu_us_per_delivered").get<double>(), 10, 1e-6);
    EXPECT_NEAR(json.at("server").at("resident_per_connection").get<double>(), 2048, 1);
    EXPECT_NEAR(json.at("classes").at("normal").at("latency_us").at("p99").get<double>(), 250, 1);
}

TEST(Report, as_text_says_whether_it_is_clean) {
    Report report = good_report();
    EXPECT_THAT(to_text(report, Config()), testing::EndsWith("\nclean\n"));
    report.classes["normal"].lost = 7;
    report.refusals["upgrade answered 403"] = 3;
    const std::string text = to_text(report, Config());
    EXPECT_THAT(text, testing::EndsWith("NOT CLEAN\n"));
    EXPECT_THAT(text, HasSubstr("3 x upgrade answered 403"));
}

}  // namespace
}  // namespace relay::load
