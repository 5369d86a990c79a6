// SPDX-License-Identifier: Apache-2.0
#include "client/send_queue.hpp"

#include <utility>

namespace relay::client {
namespace {

constexpr std::size_t most_handed = 256;  // entries

}  // namespace

void SendQueue::push(wire::MessagePtr message, std::size_t number) {
    bytes_ += message->size();
    waiting_.push_back({std::move(message), number});
}

void SendQueue::gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes, SteadyTime now) {
    if (waiting_.empty()) return;
    Handed handed{now, {waiting_.front().number, 0}};
    for (std::size_t taken = 0; taken < max_bytes && !waiting_.empty(); waiting_.pop_front()) {
        Waiting& front = waiting_.front();
        taken += front.message->size() + 1;  // empty ones count, too
        bytes_ -= front.message->size();
        handed.range.last = front.number;
        into.push_back(std::move(front.message));
    }
    remember(handed);
}

void SendQueue::remember(const Handed& handed) {
    while (!handed_.empty() && handed_.front().at + doubt_ < handed.at) handed_.pop_front();
    if (handed_.size() == most_handed) {  // so quick: the newest two are taken for one
        handed_.back() = {handed.at, {handed_.back().range.first, handed.range.last}};
    } else {
        handed_.push_back(handed);
    }
}

std::optional<SendQueue::Range> SendQueue::take_doubtful(SteadyTime now) {
    while (!handed_.empty() && handed_.front().at + doubt_ < now) handed_.pop_front();
    if (handed_.empty()) return std::nullopt;
    const Range range{handed_.front().range.first, handed_.back().range.last};
    handed_.clear();
    return range;
}

}  // namespace relay::client
