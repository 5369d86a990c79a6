// SPDX-License-Identifier: Apache-2.0
#include "hub/hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace relay::hub {
namespace {

using testing::ElementsAre;
using wire::Message;
using wire::MessageType;

wire::MessagePtr message_of(const std::string& text, MessageType type = MessageType::text) {
    return Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                            type);
}

struct Listener final : Subscriber {
    void deliver(const wire::MessagePtr& message, Delivery delivery) override {
        const auto payload = message->payload();
        heard.emplace_back(payload.begin(), payload.end());
        last = delivery;
    }
    std::vector<std::string> heard;
    Delivery last;
};

// Two hubs that forward to each other at once, as two io threads would by their mailboxes.
struct TwoThreads : testing::Test {
    TopicDirectory directory{2, 2};
    Hub first{0,
              [this](auto, auto topic, auto message, Delivery how) {
                  ++forwarded;
                  second.receive(topic, message, how);
              },
              [this](auto, const auto& topic) { second.tell_watchers(topic); }};
    Hub second{1,
               [this](auto, auto topic, auto message, Delivery how) {
                   ++forwarded;
                   first.receive(topic, message, how);
               },
               [this](auto, const auto& topic) { first.tell_watchers(topic); }};
    int forwarded = 0;
};

TEST_F(TwoThreads, AMessageGoesToEverybodyButItsSender) {
    Listener a, b, c;
    const auto seat = directory.join("t");
    auto& part = first.join(seat.topic, a, true);
    first.join(seat.topic, b, true);
    first.join(seat.topic, c, false);  // writes only
    first.publish(part, message_of("one"), &a, false);
    first.publish(part, message_of("two"), &c, true);
    EXPECT_THAT(a.heard, ElementsAre("two"));
    EXPECT_THAT(b.heard, ElementsAre("one", "two"));
    EXPECT_TRUE(b.last.more_coming);
    EXPECT_THAT(c.heard, ElementsAre());
    EXPECT_EQ(forwarded, 0);
}

TEST_F(TwoThreads, ASplitTopicCrossesOncePerThread) {
    Listener a, b, c;
    const auto seat = directory.join("t");
    auto& part = first.join(seat.topic, a, true);
    second.join(seat.topic, b, true);
    second.join(seat.topic, c, true);
    first.publish(part, message_of("x"), &a, false);
    EXPECT_EQ(forwarded, 1);
    EXPECT_THAT(b.heard, ElementsAre("x"));
    EXPECT_THAT(c.heard, ElementsAre("x"));
    EXPECT_THAT(a.heard, ElementsAre());
}

TEST_F(TwoThreads, AThreadWithoutMembersIsNotForwardedTo) {
    Listener a, b;
    const auto seat = directory.join("t");
    auto& part = first.join(seat.topic, a, true);
    auto& other = second.join(seat.topic, b, true);
    second.leave(other, b);
    first.publish(part, message_of("x"), &a, false);
    EXPECT_EQ(forwarded, 0);
    EXPECT_EQ(second.topics(), 0u);
    first.leave(part, a);
    EXPECT_EQ(first.topics(), 0u);
    EXPECT_EQ(seat.topic->shards.load(), 0u);
}

TEST_F(TwoThreads, TopicsDoNotMix) {
    Listener a, b;
    const auto t = directory.join("t"), u = directory.join("u");
    auto& part = first.join(t.topic, a, true);
    first.join(u.topic, b, true);
    first.publish(part, message_of("x"), nullptr, false);
    EXPECT_THAT(a.heard, ElementsAre("x"));
    EXPECT_THAT(b.heard, ElementsAre());
}

TEST_F(TwoThreads, ATopicIsVideoOnceATransportStreamPassed) {
    Listener a;
    const auto seat = directory.join("t");
    auto& part = first.join(seat.topic, a, true);
    first.publish(part, message_of("plain", MessageType::binary), nullptr, false);
    EXPECT_FALSE(a.last.video);
    std::string packet(188, '\0');
    packet[0] = 0x47;
    first.publish(part, message_of(packet), nullptr, false);  // text never is
    EXPECT_FALSE(a.last.video);
    first.publish(part, message_of(packet + packet, MessageType::binary), nullptr, false);
    EXPECT_TRUE(a.last.video);
    first.publish(part, message_of("plain", MessageType::binary), nullptr, false);
    EXPECT_TRUE(a.last.video);
}

TEST_F(TwoThreads, LeavingInTheMiddleKeepsTheOthers) {
    std::vector<Listener> listeners(5);
    const auto seat = directory.join("t");
    Hub::Part* part = nullptr;
    for (auto& listener : listeners) part = &first.join(seat.topic, listener, true);
    first.leave(*part, listeners[1]);
    first.leave(*part, listeners[4]);
    first.publish(*part, message_of("x"), nullptr, false);
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(listeners[i].heard.size(), i == 1 || i == 4 ? 0u : 1u) << i;
}

// Writes down how many readers there were each time it was told.
struct Watcher final : AudienceWatcher {
    explicit Watcher(const Hub::Part& part) : part_(part) {}
    void on_audience_changed() override { told.push_back(part_.readers()); }
    std::vector<std::size_t> told;

private:
    const Hub::Part& part_;
};

TEST_F(TwoThreads, AWatcherIsToldWhenReadersComeAndWhenTheLastOneLeaves) {
    Listener publisher, a, b, c;
    const auto seat = directory.join("t");
    auto& part = first.join(seat.topic, publisher, false);
    Watcher watcher(part);
    first.watch(part, watcher);
    EXPECT_EQ(part.readers(), 0u);
    for (Listener* reader : {&a, &b, &c}) first.join(seat.topic, *reader, true);
    EXPECT_THAT(watcher.told, ElementsAre(1, 2)) << "a third one makes no difference to anybody";
    EXPECT_EQ(part.readers(), 3u);
    for (Listener* reader : {&a, &b, &c}) first.leave(part, *reader);
    EXPECT_THAT(watcher.told, ElementsAre(1, 2, 1, 0));
    first.unwatch(part, watcher);
    first.join(seat.topic, a, true);
    EXPECT_EQ(watcher.told.size(), 4u);
}

TEST_F(TwoThreads, WhoOnlyWritesIsNoAudience) {
    Listener publisher, other;
    const auto seat = directory.join("t");
    auto& part = first.join(seat.topic, publisher, false);
    Watcher watcher(part);
    first.watch(part, watcher);
    first.join(seat.topic, other, false);
    first.leave(part, other);
    EXPECT_THAT(watcher.told, ElementsAre());
}

TEST_F(TwoThreads, AWatcherIsToldOfReadersOnOtherThreads) {
    Listener publisher, reader;
    const auto seat = directory.join("t"), elsewhere = directory.join("u");
    auto& part = first.join(seat.topic, publisher, false);
    Watcher watcher(part);
    first.watch(part, watcher);
    auto& far = second.join(seat.topic, reader, true);
    EXPECT_THAT(watcher.told, ElementsAre(1));
    second.leave(far, reader);
    EXPECT_THAT(watcher.told, ElementsAre(1, 0));
    second.join(elsewhere.topic, reader, true);
    EXPECT_EQ(watcher.told.size(), 2u) << "another topic";
}

}  // namespace
}  // namespace relay::hub
