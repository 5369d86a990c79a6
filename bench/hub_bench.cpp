// SPDX-License-Identifier: Apache-2.0
#include "hub/outbox.hpp"
#include "hub/topic.hpp"
#include "wire/message.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <memory>
#include <sys/uio.h>
#include <vector>

namespace relay::hub {
namespace {

using wire::Message;
using wire::MessagePtr;
using wire::MessageType;

constexpr std::size_t message_size = 4096;

MessagePtr some_message() {
    const std::vector<std::uint8_t> payload(message_size, 'x');
    return Message::copy_of(payload, MessageType::binary);
}

// A subscriber whose socket takes everything: one turn queues some messages and sends them at once.
void outbox_turn(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    const OutboxLimits limits;
    const MessagePtr message = some_message();
    Outbox outbox(limits);
    std::array<iovec, 64> vectors;
    const auto now = SteadyTime::clock::now();
    for (auto _ : state) {
        for (std::size_t i = 0; i < count; ++i) outbox.push(message, now, false);
        benchmark::DoNotOptimize(outbox.gather(vectors));
        outbox.sent(outbox.bytes());
        outbox.release();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(outbox_turn)->Arg(1)->Arg(16);

// A subscriber of a full queue who takes as much as comes.
void outbox_full(benchmark::State& state) {
    OutboxLimits limits;
    limits.overflow = Overflow::drop_oldest;
    const MessagePtr message = some_message();
    Outbox outbox(limits);
    const auto now = SteadyTime::clock::now();
    for (auto _ : state) benchmark::DoNotOptimize(outbox.push(message, now, false));
}
BENCHMARK(outbox_full);

class QueueingSubscriber final : public Subscriber {
public:
    explicit QueueingSubscriber(const OutboxLimits& limits) : outbox_(limits) {}
    void deliver(const MessagePtr& message, Delivery delivery) override {
        outbox_.push(message, now_, delivery.video);
    }
    void flush() {
        outbox_.sent(outbox_.bytes());
        outbox_.release();
    }

private:
    SteadyTime now_ = SteadyTime::clock::now();
    Outbox outbox_;
};

// Everything a message costs but its system calls.
void topic_publish(benchmark::State& state) {
    const OutboxLimits limits;
    std::vector<std::unique_ptr<QueueingSubscriber>> subscribers;
    Topic topic;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        subscribers.push_back(std::make_unique<QueueingSubscriber>(limits));
        topic.join(*subscribers.back());
    }
    const MessagePtr message = some_message();
    for (auto _ : state) {
        topic.publish(message, nullptr, false);
        for (auto& subscriber : subscribers) subscriber->flush();
    }
    for (auto& subscriber : subscribers) topic.leave(*subscriber);
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(topic_publish)->Arg(1)->Arg(6)->Arg(300)->Arg(2000);

}  // namespace
}  // namespace relay::hub
