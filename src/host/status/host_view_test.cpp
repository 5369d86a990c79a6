// SPDX-License-Identifier: Apache-2.0
#include "host/status/host_view.hpp"

#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "host/status/metrics_text.hpp"
#include "host/status/status_json.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <cctype>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace relay::host {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

wire::MessagePtr message(std::string_view text) {
    return wire::Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                  wire::MessageType::text);
}

// A strict reader of the text exposition format, version 0.0.4: each family is announced by HELP
// and TYPE, directly before its samples.
class Exposition {
public:
    explicit Exposition(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size() - 1);
            if (text[end] != '\n') fault("no line feed at the end");
            read_line(text.substr(0, end));
            text.remove_prefix(end + 1);
        }
    }

    const std::string& fault_found() const { return fault_; }
    const std::set<std::string>& families() const { return families_; }
    // By name and labels, as they were written.
    std::optional<double> value(const std::string& sample) const {
        const auto found = samples_.find(sample);
        return found == samples_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    void fault(std::string_view text) { fault_.append(text).append("; "); }

    void read_line(std::string_view line) {
        if (line.starts_with("# "))
            read_comment(line);
        else
            read_sample(line);
    }

    void read_comment(std::string_view line) {
        const bool is_help = line.starts_with("# HELP ");
        if (!is_help && !line.starts_with("# TYPE ")) return fault("neither HELP nor TYPE");
        line.remove_prefix(7);
        const std::string name(line.substr(0, line.find(' ')));
        const std::string_view rest = line.substr(std::min(line.size(), name.size() + 1));
        if (rest.empty()) fault("nothing after " + name);
        if (is_help) {
            if (!families_.insert(name).second) fault(name + " twice");
            return;
        }
        if (!families_.contains(name)) fault("TYPE before HELP of " + name);
        if (rest != (name.ends_with("_total") ? "counter" : "gauge")) fault("type of " + name);
        current_ = name;
    }

    void read_sample(std::string_view line) {
        const std::size_t blank = line.rfind(' ');
        if (blank == std::string_view::npos) return fault("sample without value");
        const std::string sample(line.substr(0, blank));
        if (sample.substr(0, sample.find('{')) != current_) fault("stray " + sample);
        check_labels(std::string_view(sample).substr(current_.size()));
        std::size_t used = 0;
        const std::string number(line.substr(blank + 1));
        const double value = std::stod(number, &used);
        if (used != number.size()) fault("bad number " + number);
        if (!samples_.emplace(sample, value).second) fault(sample + " twice");
    }

    void check_labels(std::string_view labels) {
        if (labels.empty()) return;
        if (!labels.starts_with('{') || !labels.ends_with('}')) return fault("braces");
        bool quoted = false;
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if (labels[i] == '\\')
                ++i;
            else if (labels[i] == '"')
                quoted = !quoted;
        }
        if (quoted) fault("quotes");
    }

    std::string fault_;
    std::string current_;
    std::set<std::string> families_;
    std::map<std::string, double> samples_;
};

struct HostViewTest : testing::Test {
    TemporaryFolder folder;
    Config config;
    boost::asio::io_context context;
    Feeds feeds;
    Rules rules{folder.path()};
    std::optional<Destinations> destinations;
    SteadyTime started = std::chrono::steady_clock::now();

    void SetUp() override {
        ASSERT_TRUE(log::configure({.level = log::Level::off}));
        config.record_folder = folder.path();
        destinations.emplace(context, config, rules, feeds);
        ASSERT_TRUE(destinations->open_recorder());
    }
    HostView view() { return {feeds, rules, *destinations, started, started + 90s}; }
    void add_rule(const std::string& file = "") {
        // Nobody ever listens there: the context does not run.
        Destination rule{.id = "0", .stream = "video", .destination = "ws://127.0.0.1:1/x"};
        rule.file = file;
        const auto stored = rules.set_destination(rule);
        ASSERT_TRUE(stored) << stored.error().detail;
    }
};

TEST_F(HostViewTest, StatusAndMetricsShowTheSameFigures) {
    add_rule("lab/video.ts");
    const auto feed = feeds.obtain("video", started);
    feed->publish(message("12345"), nullptr, started + 88s);
    feed->add_flaws({.discarded_bytes = 7, .continuity_errors = 2});

    const std::string status = status_json(view());
    EXPECT_THAT(status, HasSubstr(R"("uptime_seconds":90.0)"));
    EXPECT_THAT(status, HasSubstr(R"("sent":{"messages":1,"bytes":5)"));
    EXPECT_THAT(status, HasSubstr(R"("last_seconds_ago":2.0)"));
    EXPECT_THAT(status, HasSubstr(R"("bits_per_second":4)"));
    EXPECT_THAT(status, HasSubstr(R"("unconnected_messages":1)"));
    EXPECT_THAT(status, HasSubstr(R"("dropped_pictures":0)"));
    EXPECT_THAT(status, HasSubstr(R"("recording":{"file":"lab/video.ts")"));

    const Exposition metrics(metrics_text(view()));
    EXPECT_EQ(metrics.fault_found(), "");
    EXPECT_EQ(metrics.value("relay_host_uptime_seconds"), 90);
    const std::string of_feed = R"({feed="video"})";
    EXPECT_EQ(metrics.value("relay_host_feed_messages_total" + of_feed), 1);
    EXPECT_EQ(metrics.value("relay_host_feed_bytes_total" + of_feed), 5);
    EXPECT_EQ(metrics.value("relay_host_feed_last_message_age_seconds" + of_feed), 2);
    EXPECT_EQ(metrics.value("relay_host_feed_discarded_bytes_total" + of_feed), 7);
    EXPECT_EQ(metrics.value("relay_host_feed_continuity_errors_total" + of_feed), 2);
    EXPECT_EQ(metrics.value("relay_host_feed_destinations" + of_feed), 1);
    const std::string of_destination = R"({destination="0",stream="video"})";
    EXPECT_EQ(metrics.value("relay_host_destination_connected" + of_destination), 0);
    EXPECT_EQ(metrics.value("relay_host_destination_unconnected_messages_total" + of_destination),
              1);
    EXPECT_EQ(metrics.value("relay_host_destination_recorded_bytes_total" + of_destination), 0);
}

TEST_F(HostViewTest, WhatThereIsNotHasNoSample) {
    add_rule();
    EXPECT_THAT(status_json(view()), HasSubstr(R"("recording":null)"));
    const std::string metrics = metrics_text(view());
    EXPECT_EQ(Exposition(metrics).fault_found(), "");
    EXPECT_THAT(metrics, Not(HasSubstr("recorded_bytes")));
    EXPECT_THAT(metrics, Not(HasSubstr("age_seconds")));
}

TEST_F(HostViewTest, AHostWithoutRulesHasMetricsToo) {
    const Exposition metrics(metrics_text(view()));
    EXPECT_EQ(metrics.fault_found(), "");
    EXPECT_EQ(metrics.families().size(), 2u);
    EXPECT_EQ(metrics.value(std::string("relay_host_info{version=\"") + program_version() + "\"}"),
              1);
}

TEST_F(HostViewTest, EveryMetricIsDocumented) {
    add_rule("video.ts");
    feeds.obtain("video", started)->publish(message("x"), nullptr, started);
    std::ifstream file(RELAY_DOCUMENTS "/session-host.md");
    const std::string document{std::istreambuf_iterator<char>(file), {}};
    for (const std::string& name : Exposition(metrics_text(view())).families())
        EXPECT_THAT(document, HasSubstr("`" + name + "`"));
}

}  // namespace
}  // namespace relay::host
