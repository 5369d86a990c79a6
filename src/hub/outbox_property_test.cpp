// SPDX-License-Identifier: Apache-2.0
// Whatever a subscriber's socket does, an MPEG-TS viewer gets whole packets in order, gaps fall
// between pictures, and a random-access point follows each gap.
#include "hub/outbox.hpp"
#include "hub/topic.hpp"
#include "wire/frame_reader.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <vector>

namespace relay::hub {
namespace {

using namespace std::chrono_literals;
using wire::Message;
using wire::MessageType;

// What the numbered packets of a stream are.
struct Packet {
    bool begins_picture;
    bool random_access;
};

class Stream {
public:
    explicit Stream(std::mt19937& random) : random_(random) {}

    // A message of some packets, cut without regard to pictures when `aligned` is false.
    wire::MessagePtr message(bool aligned) {
        std::vector<std::uint8_t> bytes;
        const std::size_t count = 1 + random_() % 12;
        do append(bytes);
        while (aligned ? left_ > 0 : bytes.size() < count * 188);
        return Message::copy_of(bytes, MessageType::binary);
    }
    const std::vector<Packet>& packets() const { return packets_; }

private:
    void append(std::vector<std::uint8_t>& bytes) {
        const bool begins = left_ == 0;
        if (begins) left_ = 1 + random_() % 15;
        --left_;
        const bool random_access = begins && random_() % 8 == 0;
        std::array<std::uint8_t, 188> packet{};
        packet[0] = 0x47;
        packet[1] = static_cast<std::uint8_t>(0x01 | (begins ? 0x40 : 0));  // PID 0x100
        packet[3] = 0x30;  // adaptation and payload
        packet[4] = 1;
        packet[5] = random_access ? 0x40 : 0;
        const std::array<std::uint8_t, 9> pes{0, 0, 1, 0xE0, 0, 0, 0x80, 0, 0};
        if (begins) std::copy(pes.begin(), pes.end(), packet.begin() + 6);
        const auto number = static_cast<std::uint32_t>(packets_.size());
        std::memcpy(&packet[180], &number, 4);
        packets_.push_back({begins, random_access});
        bytes.insert(bytes.end(), packet.begin(), packet.end());
    }

    std::mt19937& random_;
    std::vector<Packet> packets_;
    std::size_t left_ = 0;  // packets of the picture still to come
};

// Reads what the socket took and keeps the numbers of the packets.
class Viewer {
public:
    void take(std::vector<std::uint8_t> bytes) {
        std::span<std::uint8_t> rest(bytes);
        for (auto event = reader_.next(rest); event.kind != wire::FrameEvent::Kind::need_more;
             event = reader_.next(rest)) {
            ASSERT_EQ(event.kind, wire::FrameEvent::Kind::message);
            const auto payload = event.message->payload();
            ASSERT_EQ(payload.size() % 188, 0u);
            for (std::size_t at = 0; at < payload.size(); at += 188) {
                std::uint32_t number;
                std::memcpy(&number, &payload[at + 180], 4);
                numbers.push_back(number);
            }
        }
    }
    std::vector<std::uint32_t> numbers;

private:
    wire::FrameReader reader_{wire::FrameReader::Role::client, 1 << 24};
};

// Sends at most `budget` bytes, as a socket with so much room would take them.
void send_some(Outbox& outbox, Viewer& viewer, std::size_t budget) {
    std::array<iovec, 8> vectors;
    while (budget > 0) {
        const std::size_t used = outbox.gather(vectors);
        std::vector<std::uint8_t> bytes;
        for (std::size_t i = 0; i < used; ++i) {
            const auto* from = static_cast<const std::uint8_t*>(vectors[i].iov_base);
            bytes.insert(bytes.end(), from, from + vectors[i].iov_len);
        }
        bytes.resize(std::min(bytes.size(), budget));
        if (bytes.empty()) return;
        outbox.sent(bytes.size());
        budget -= bytes.size();
        viewer.take(std::move(bytes));
    }
}

void check(const Stream& stream, const Viewer& viewer, const Outbox& outbox) {
    const auto& packets = stream.packets();
    std::uint32_t expected = 0;
    for (const std::uint32_t number : viewer.numbers) {
        if (number != expected) {
            ASSERT_GT(number, expected) << "repeated or out of order";
            EXPECT_TRUE(packets[expected].begins_picture) << "picture cut before its end";
            EXPECT_TRUE(packets[number].random_access) << "goes on without a random-access point";
        }
        expected = number + 1;
    }
    if (outbox.drops().messages == 0) EXPECT_EQ(viewer.numbers.size(), packets.size());
}

class OutboxProperty : public testing::TestWithParam<bool> {};

TEST_P(OutboxProperty, GapsFallBetweenPicturesAndEndAtRandomAccessPoints) {
    std::uint64_t skips = 0;
    for (unsigned seed = 1; seed <= 400; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const OutboxLimits limits{.bytes = 2000 + random() % 60'000, .video_age = 1s};
        Outbox outbox(limits);
        Topic topic;
        struct Queue final : Subscriber {
            void deliver(const wire::MessagePtr& message, Delivery delivery) override {
                outbox.push(message, now, delivery.video);
            }
            explicit Queue(Outbox& o) : outbox(o) {}
            Outbox& outbox;
            SteadyTime now{1000s};
        } queue(outbox);
        topic.join(queue);
        Stream stream(random);
        Viewer viewer;
        std::size_t speed = 3000;
        for (int step = 0; step < 600; ++step) {
            queue.now += std::chrono::milliseconds(random() % 40);
            topic.publish(stream.message(GetParam()), nullptr, false);
            if (random() % 50 == 0) speed = random() % 3 == 0 ? 0 : random() % 4000;
            if (speed > 0) send_some(outbox, viewer, random() % speed);
            ASSERT_LE(outbox.bytes(), limits.bytes + 2 * 15 * 188 + 12 * 188 + 100);
        }
        send_some(outbox, viewer, SIZE_MAX);
        check(stream, viewer, outbox);
        skips += outbox.drops().skips;
    }
    EXPECT_GT(skips, 1000u) << "the test must meet slow readers";
}

INSTANTIATE_TEST_SUITE_P(PicturePerMessage, OutboxProperty, testing::Values(true));
INSTANTIATE_TEST_SUITE_P(MessagesCutAnywhere, OutboxProperty, testing::Values(false));

TEST(OutboxDataProperty, ADataReaderGetsEveryMessageInOrderUntilItIsClosed) {
    for (unsigned seed = 1; seed <= 400; ++seed) {
        std::mt19937 random(seed);
        const OutboxLimits limits{.bytes = 1000 + random() % 20'000};
        Outbox outbox(limits);
        std::vector<std::uint8_t> sent, expected;
        for (int step = 0; step < 300; ++step) {
            const std::vector<std::uint8_t> payload(random() % 700,
                                                    static_cast<std::uint8_t>(step));
            auto message = Message::copy_of(payload, MessageType::text);
            const auto encoded = message->encoded();
            if (outbox.push(message, SteadyTime{1000s}, false) == Outbox::Outcome::overflow) break;
            expected.insert(expected.end(), encoded.begin(), encoded.end());
            ASSERT_LE(outbox.bytes(), limits.bytes + 710);
            std::array<iovec, 3> vectors;
            if (random() % 4 && outbox.gather(vectors)) {
                const auto* from = static_cast<const std::uint8_t*>(vectors[0].iov_base);
                const std::size_t count = 1 + random() % vectors[0].iov_len;
                sent.insert(sent.end(), from, from + count);
                outbox.sent(count);
            }
        }
        ASSERT_EQ(sent.size() + outbox.bytes(), expected.size());
        EXPECT_TRUE(std::equal(sent.begin(), sent.end(), expected.begin()));
    }
}

}  // namespace
}  // namespace relay::hub
