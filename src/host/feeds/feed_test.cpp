// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/feed.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace relay::host {
namespace {

using namespace std::chrono_literals;

class Listener final : public hub::Subscriber {
public:
    int heard = 0;
    bool video = false;
    void deliver(const wire::MessagePtr&, hub::Delivery delivery) override {
        ++heard;
        video = delivery.video;
    }
};

wire::MessagePtr message(std::vector<std::uint8_t> bytes = {1, 2, 3}) {
    return wire::Message::copy_of(bytes, wire::MessageType::binary);
}

struct FeedTest : testing::Test {
    SteadyTime now{1h};
    Feed feed{"data", now};
    Listener sender, client, destination, other_destination;

    void SetUp() override {
        feed.join_local(sender);
        feed.join_local(client);
        feed.join_destination(destination);
        feed.join_destination(other_destination);
    }
};

TEST_F(FeedTest, LocalMessageGoesToEverybodyButItsSender) {
    feed.publish(message(), &sender, now);
    EXPECT_EQ(sender.heard, 0);
    EXPECT_EQ(client.heard, 1);
    EXPECT_EQ(destination.heard, 1);
    EXPECT_EQ(other_destination.heard, 1);
    EXPECT_EQ(feed.sent(now).messages, 1U);
}

TEST_F(FeedTest, DestinationsMessageGoesToLocalClientsOnly) {
    feed.publish_from_destination(message(), now);
    EXPECT_EQ(sender.heard, 1);
    EXPECT_EQ(client.heard, 1);
    EXPECT_EQ(destination.heard, 0);
    EXPECT_EQ(other_destination.heard, 0);
    EXPECT_EQ(feed.returned(now).messages, 1U);
    EXPECT_EQ(feed.sent(now).messages, 0U);
}

TEST_F(FeedTest, VideoIsRecognisedForDestinationsToo) {
    std::vector<std::uint8_t> packet(188, 0);
    packet[0] = 0x47;
    feed.publish(message(packet), nullptr, now);
    EXPECT_TRUE(feed.video());
    EXPECT_TRUE(destination.video);
}

TEST_F(FeedTest, WhoLeftHearsNothing) {
    feed.leave_local(client);
    feed.leave_destination(destination);
    feed.publish(message(), nullptr, now);
    EXPECT_EQ(client.heard, 0);
    EXPECT_EQ(destination.heard, 0);
    EXPECT_EQ(sender.heard, 1);
}

// Counts the changes it is told of.
struct Watcher final : DemandWatcher {
    int changes = 0;
    void on_demand_changed() override { ++changes; }
};

struct FeedDemandTest : testing::Test {
    Feed feed{"video", SteadyTime{1h}};
    Listener client, other, device, destination;
    Watcher watcher;

    void SetUp() override {
        feed.watch_demand(watcher);
        feed.join_device(device);
        feed.join_destination(destination);
    }
};

TEST_F(FeedDemandTest, DevicesAndDestinationsAreNoViewers) {
    EXPECT_FALSE(feed.wanted());
    EXPECT_EQ(watcher.changes, 0);
    EXPECT_EQ(feed.clients(), 0U);
    EXPECT_EQ(feed.devices(), 1U);
}

TEST_F(FeedDemandTest, TellsWhenTheFirstClientComesAndTheLastOneLeaves) {
    feed.join_local(client);
    feed.join_local(other);
    EXPECT_TRUE(feed.wanted());
    EXPECT_EQ(watcher.changes, 1);
    feed.leave_local(client);
    feed.leave_local(client);
    EXPECT_TRUE(feed.wanted());
    EXPECT_EQ(watcher.changes, 1);
    feed.leave_local(other);
    EXPECT_FALSE(feed.wanted());
    EXPECT_EQ(watcher.changes, 2);
}

TEST_F(FeedDemandTest, ADestinationsAudienceWatches) {
    feed.set_audience(destination, 1);
    EXPECT_TRUE(feed.wanted());
    feed.set_audience(destination, 5);
    EXPECT_EQ(watcher.changes, 1);
    feed.set_audience(destination, 0);
    EXPECT_FALSE(feed.wanted());
    EXPECT_EQ(watcher.changes, 2);
}

TEST_F(FeedDemandTest, ADestinationThatLeavesTakesItsAudienceAlong) {
    feed.set_audience(destination, 1);
    feed.leave_destination(destination);
    EXPECT_FALSE(feed.wanted());
    EXPECT_EQ(watcher.changes, 2);
}

TEST_F(FeedDemandTest, WhoWatchesNoMoreIsNotTold) {
    feed.unwatch_demand(watcher);
    feed.join_local(client);
    EXPECT_EQ(watcher.changes, 0);
}

struct PublisherSeatTest : testing::Test {
    SteadyTime now{1h};
    std::shared_ptr<Feed> feed = std::make_shared<Feed>("video0", now);
};

TEST_F(PublisherSeatTest, OnlyOnePublisherAtATime) {
    const auto first = PublisherSeat::take(feed, now, false);
    ASSERT_TRUE(first);
    const auto second = PublisherSeat::take(feed, now, false);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_TRUE(first->is_mine());
}

TEST_F(PublisherSeatTest, SeatIsFreeAgainWhenItsPublisherLeft) {
    {
        const auto first = PublisherSeat::take(feed, now, false);
    }
    EXPECT_FALSE(feed->has_publisher());
    EXPECT_TRUE(PublisherSeat::take(feed, now, false));
}

TEST_F(PublisherSeatTest, TakeoverEndsTheFirstOne) {
    auto second = [&] {
        const auto first = PublisherSeat::take(feed, now, false);
        auto taken = PublisherSeat::take(feed, now, true);
        EXPECT_FALSE(first->is_mine());
        return taken;
    }();
    EXPECT_TRUE(second->is_mine()) << "the first one's leaving must not free the second's seat";
}

TEST_F(PublisherSeatTest, SilentPublisherGivesWay) {
    auto first = PublisherSeat::take(feed, now, false);
    now += 9s;
    first->heard(now);
    now += 10s;
    EXPECT_FALSE(PublisherSeat::take(feed, now, false));
    EXPECT_TRUE(PublisherSeat::take(feed, now + 1ms, false));
}

TEST(Feeds, FeedKeepsItsCountersBetweenUsers) {
    Feeds feeds;
    const SteadyTime now{1h};
    feeds.obtain("a", now)->publish(message(), nullptr, now);
    EXPECT_EQ(feeds.obtain("a", now)->sent(now).messages, 1U);
}

TEST(Feeds, UnusedOnesAreForgottenWhenVeryMany) {
    Feeds feeds;
    const SteadyTime now{1h};
    const auto used = feeds.obtain("used", now);
    for (std::size_t i = 0; i < 3 * Feeds::most_unused; ++i) feeds.obtain(std::to_string(i), now);
    EXPECT_LE(feeds.all().size(), Feeds::most_unused);
    EXPECT_EQ(feeds.obtain("used", now), used);
}

}  // namespace
}  // namespace relay::host
