// SPDX-License-Identifier: Apache-2.0
#include "host/rules/rules.hpp"

#include <gmock/gmock.h>

namespace relay::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RecordingWatcher final : public RulesWatcher {
public:
    std::vector<std::string> events;

    void on_destination_set(const Destination& rule) override { events.push_back("+" + rule.id); }
    void on_destination_removed(const std::string& id) override { events.push_back("-" + id); }
    void on_streams_changed() override { events.push_back("streams"); }
};

struct RulesTest : testing::Test {
    Rules rules;
    RecordingWatcher watcher;

    void SetUp() override { rules.watch(&watcher); }

    static Destination destination(std::string id) {
        return {.id = std::move(id),
                .stream = "video0",
                .destination = "ws://127.0.0.1:1/x",
                .token = {},
                .token_file = {}};
    }
};

TEST_F(RulesTest, LeadingSlashIsStrippedFromEveryName) {
    const auto stream = rules.set_stream({"/stream/front/large", {"/video0", "audio0"}});
    ASSERT_TRUE(stream);
    EXPECT_EQ(stream->stream, "stream/front/large");
    EXPECT_THAT(stream->feeds, ElementsAre("video0", "audio0"));
    EXPECT_TRUE(rules.find_stream("stream/front/large"));

    Destination rule = destination("/0");
    rule.stream = "/stream/front/large";
    ASSERT_TRUE(rules.set_destination(rule));
    EXPECT_EQ(rules.find_destination("0")->stream, "stream/front/large");
}

TEST_F(RulesTest, NamesMayHoldUnderscoresAndDots) {
    EXPECT_TRUE(rules.set_stream({"stream/a_b.c-D/9", {"feed_1.x"}}));
}

TEST_F(RulesTest, BadNamesAreRefusedWithFieldAndReason) {
    const struct {
        std::string name;
        std::string reason;
    } cases[] = {
        {"", "must not be empty"},
        {"/", "must not be empty"},
        {"a b", "may hold letters"},
        {"a?b", "may hold letters"},
        {"caf\xC3\xA9", "may hold letters"},
        {"a//b", "part"},
        {"a/../b", "part"},
        {"a/", "part"},
        {".", "part"},
        {"all", "reserved"},
        {"deleteAll", "reserved"},
        {std::string(257, 'a'), "256"},
    };
    for (const auto& item : cases) {
        const auto result = rules.set_stream({item.name, {}});
        ASSERT_FALSE(result) << item.name;
        EXPECT_EQ(result.error().code, Errc::invalid);
        EXPECT_THAT(result.error().detail, HasSubstr("stream: "));
        EXPECT_THAT(result.error().detail, HasSubstr(item.reason)) << item.name;
    }
    EXPECT_THAT(rules.set_stream({"s", {"x y"}}).error().detail, HasSubstr("feeds: "));
    EXPECT_THAT(rules.set_destination(destination("")).error().detail, HasSubstr("id: "));
    EXPECT_TRUE(watcher.events.empty());
}

TEST_F(RulesTest, DestinationsAreChecked) {
    const Secret token("abc.def.ghi");
    const struct {
        std::string name;
        Destination rule;
        std::string reason;
    } cases[] = {
        {"no stream", {"0", "", "ws://h/x", {}, {}}, "stream: "},
        {"no address", {"0", "s", "", {}, {}}, "destination: must not be empty"},
        {"no URL", {"0", "s", "localhost:1234", {}, {}}, "destination: "},
        {"other scheme", {"0", "s", "ftp://h/x", {}, {}}, "destination: "},
        {"password in URL", {"0", "s", "ws://u:p@h/x", {}, {}}, "destination: "},
        {"access without token", {"0", "s", "https://h/x", {}, {}}, "token"},
        {"token for a WebSocket", {"0", "s", "wss://h/x", token, {}}, "token"},
        {"token twice", {"0", "s", "https://h/x", token, "/t"}, "not both"},
        {"token of two lines", {"0", "s", "https://h/x", Secret("a\r\nb: c"), {}}, "token: "},
    };
    for (const auto& item : cases) {
        const auto result = rules.set_destination(item.rule);
        ASSERT_FALSE(result) << item.name;
        EXPECT_THAT(result.error().detail, HasSubstr(item.reason)) << item.name;
    }
    EXPECT_TRUE(rules.set_destination({"0", "s", "https://h/x", token, {}}));
    EXPECT_TRUE(rules.set_destination({"1", "s", "https://h/x", {}, "/not/there/yet"}));
    EXPECT_TRUE(rules.set_destination({"2", "s", "wss://h/x?code=1", {}, {}}));
}

TEST_F(RulesTest, SameIdReplaces) {
    ASSERT_TRUE(rules.set_destination(destination("0")));
    Destination other = destination("0");
    other.stream = "audio0";
    ASSERT_TRUE(rules.set_destination(other));
    EXPECT_EQ(rules.destinations().size(), 1U);
    EXPECT_EQ(rules.find_destination("0")->stream, "audio0");
    EXPECT_THAT(watcher.events, ElementsAre("+0", "+0"));
}

TEST_F(RulesTest, WatcherHearsOfRemovalsOfWhatWasThere) {
    ASSERT_TRUE(rules.set_destination(destination("0")));
    ASSERT_TRUE(rules.set_destination(destination("1")));
    ASSERT_TRUE(rules.set_stream({"s", {"a"}}));
    watcher.events.clear();
    rules.remove_destination("nobody");
    rules.remove_stream("nobody");
    rules.remove_destination("0");
    rules.remove_stream("s");
    rules.remove_all_destinations();
    EXPECT_THAT(watcher.events, ElementsAre("-0", "streams", "-1"));
    EXPECT_TRUE(rules.destinations().empty());
}

// spec: session-host §8 defect 1: this order killed the reference.
TEST_F(RulesTest, DeletingAStreamBeforeItsDestinationIsHarmless) {
    ASSERT_TRUE(rules.set_stream({"stream/a", {"video0"}}));
    Destination rule = destination("0");
    rule.stream = "stream/a";
    ASSERT_TRUE(rules.set_destination(rule));
    rules.remove_stream("stream/a");
    rules.remove_stream("stream/a");
    ASSERT_TRUE(rules.set_destination(rule));
    rules.remove_destination("0");
    EXPECT_TRUE(rules.destinations().empty());
}

TEST_F(RulesTest, StreamStandsForItsFeeds) {
    EXPECT_THAT(rules.feeds_of("stream/a"), IsEmpty());
    EXPECT_FALSE(rules.is_feed("stream/a"));
    ASSERT_TRUE(rules.set_stream({"stream/a", {"video0", "audio0", "video0"}}));
    EXPECT_THAT(rules.feeds_of("stream/a"), ElementsAre("video0", "audio0"));
}

TEST_F(RulesTest, AnyOtherNameIsAFeedUntilAStreamTakesIt) {
    EXPECT_THAT(rules.feeds_of("data"), ElementsAre("data"));
    EXPECT_TRUE(rules.is_feed("data"));
    ASSERT_TRUE(rules.set_stream({"data", {"x", "y"}}));
    EXPECT_THAT(rules.feeds_of("data"), ElementsAre("x", "y"));
    EXPECT_FALSE(rules.is_feed("data"));
}

}  // namespace
}  // namespace relay::host
