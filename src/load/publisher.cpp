// SPDX-License-Identifier: Apache-2.0
#include "load/publisher.hpp"

#include "load/reader.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

namespace relay::load {
namespace {

// A peer that takes nothing must not make the generator's memory grow without bound.
constexpr std::size_t largest_backlog = std::size_t{64} * 1024 * 1024;
constexpr auto backlog_pause = std::chrono::milliseconds(1);

double seconds(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

std::uint64_t total_of(const Traffic& traffic) {
    const bool endless = traffic.duration.count() == 0;
    const auto limit =
        traffic.messages ? traffic.messages : std::numeric_limits<std::uint64_t>::max();
    if (!traffic.rate || endless) return limit;
    const double by_time = std::ceil(seconds(traffic.duration) * *traffic.rate - 1e-6);
    return std::min(limit, static_cast<std::uint64_t>(by_time));
}

}  // namespace

Publisher::Publisher(Loop& loop, Observer& observer, Opening opening, const Group& group,
                     const Topic& topic, std::size_t index, Tally& tally)
    : Connection(loop, observer, std::move(opening), group.receive_buffer),
      topic_(topic),
      index_(index),
      tally_(tally),
      ts_writer_(topic.payload),
      total_(total_of(topic.traffic)) {}

void Publisher::begin(SteadyTime start, SteadyTime first) {
    const auto duration = topic_.traffic.duration;
    first_ = first;
    end_ = duration.count() == 0 ? SteadyTime::max() : start + duration;
    if (topic_.traffic.rate) loop().at(first_, [this] { send_due(); });
}

void Publisher::send_due() {
    if (is_done()) return;
    const auto now = SteadyTime::clock::now();
    if (backlog() > largest_backlog) return loop().at(now + backlog_pause, [this] { send_due(); });
    const double position = static_cast<double>(next_sequence_) / *topic_.traffic.rate;
    lateness_.record(now - first_ - std::chrono::nanoseconds(std::llround(position * 1e9)));
    append_message();
    flush();
    schedule_next();
}

void Publisher::schedule_next() {
    done_ = next_sequence_ >= total_;
    if (is_done()) return;
    const double position = static_cast<double>(next_sequence_) / *topic_.traffic.rate;
    loop().at(first_ + std::chrono::nanoseconds(std::llround(position * 1e9)),
              [this] { send_due(); });
}

void Publisher::pump() {
    while (!is_done() && backlog() == 0) {
        const std::size_t count = next_batch();
        if (!window_admits(count)) break;
        for (std::size_t i = 0; i < count; ++i) append_message();
        flush();
        done_ = next_sequence_ >= total_;
    }
    if (SteadyTime::clock::now() >= end_) done_ = true;
}

std::size_t Publisher::next_batch() const {
    const std::uint64_t remaining = total_ - next_sequence_;
    return static_cast<std::size_t>(std::min<std::uint64_t>(remaining, topic_.traffic.batch));
}

bool Publisher::window_admits(std::size_t count) {
    const std::uint64_t after = next_sequence_ + count;
    if (topic_.readers.empty() || after <= reached_ + topic_.traffic.window) return true;
    reached_ = next_sequence_;
    for (const Reader* reader : topic_.readers)
        reached_ = std::min(reached_, reader->progress(index_));
    return after <= reached_ + topic_.traffic.window;
}

// Spreads the sizes evenly between the bounds, equally in each run.
std::size_t Publisher::size_of_next() const {
    const std::size_t choices = topic_.traffic.largest - topic_.traffic.smallest + 1;
    const std::uint64_t scattered = (next_sequence_ + index_ + 1) * 0x9e3779b97f4a7c15ULL;
    return topic_.traffic.smallest + static_cast<std::size_t>((scattered >> 32) % choices);
}

void Publisher::append_message() {
    const Traffic& traffic = topic_.traffic;
    const std::size_t size = size_of_next();
    const Stamp stamp{.topic = topic_.number,
                      .publisher = static_cast<std::uint32_t>(index_),
                      .sequence = next_sequence_,
                      .sent_at = SteadyTime::clock::now(),
                      .length = static_cast<std::uint32_t>(size)};
    if (traffic.transport_stream) {
        ts_writer_.write(stamp, next_sequence_ % traffic.random_access_every == 0, message_);
    } else {
        message_.resize(size);
        topic_.payload.write(stamp, message_);
    }
    append(traffic.text ? wire::MessageType::text : wire::MessageType::binary, message_);
    ++next_sequence_;
}

void Publisher::received(const wire::Message& message, SteadyTime) {
    const auto stamp = topic_.payload.read(message.payload());
    if (stamp && stamp->topic == topic_.number && stamp->publisher == index_) ++tally_.misrouted;
}

}  // namespace relay::load
