// SPDX-License-Identifier: Apache-2.0
#include "client/send_queue.hpp"

#include <utility>

namespace relay::client {
namespace {

constexpr std::size_t most_handed = 256;  // entries

}  // namespace

void SendQueue::push(wire::MessagePtr message, std::size_t number) {
    bytes_ += message->size() + beside_payload;
    waiting_.push_back({std::move(message), number});
}

void SendQueue::gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes, SteadyTime now) {
    if (std::exchange(writing_, false)) handed_.back().written = now;
    forget_arrived(now);
    if (waiting_.empty()) return;
    Range range{waiting_.front().number, 0};
    for (std::size_t taken = 0; taken < max_bytes && !waiting_.empty(); waiting_.pop_front()) {
        Waiting& front = waiting_.front();
        taken += front.message->size() + 1;  // empty ones count, too
        bytes_ -= front.message->size() + beside_payload;
        range.last = front.number;
        into.push_back(std::move(front.message));
    }
    remember(range);
}

void SendQueue::remember(const Range& range) {
    if (handed_.size() == most_handed) {  // so quick: the newest two are taken for one
        handed_.back().range.last = range.last;
    } else {
        handed_.push_back({{}, range});
    }
    writing_ = true;
}

// A slow link may be at the last one for longer than the doubt lasts.
void SendQueue::forget_arrived(SteadyTime now) {
    const std::size_t least = writing_ ? 1 : 0;
    while (handed_.size() > least && handed_.front().written + doubt_ < now) handed_.pop_front();
}

std::optional<SendQueue::Range> SendQueue::take_doubtful(SteadyTime now) {
    forget_arrived(now);
    writing_ = false;
    if (handed_.empty()) return std::nullopt;
    const Range range{handed_.front().range.first, handed_.back().range.last};
    handed_.clear();
    return range;
}

}  // namespace relay::client
