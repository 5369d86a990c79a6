// SPDX-License-Identifier: Apache-2.0
#include "hub/topic_directory.hpp"

#include <algorithm>
#include <bit>

namespace relay::hub {

TopicDirectory::TopicDirectory(std::size_t threads, std::size_t split)
    : split_(split), load_(std::clamp<std::size_t>(threads, 1, most_threads)) {}

std::size_t TopicDirectory::least_loaded() const {
    return static_cast<std::size_t>(std::ranges::min_element(load_) - load_.begin());
}

TopicDirectory::Seat TopicDirectory::join(const std::string& topic) {
    const std::lock_guard lock(mutex_);
    auto& placement = topics_[topic];
    std::size_t thread;
    if (!placement) {
        placement = std::make_shared<TopicPlacement>();
        placement->name = topic;
        placement->members.resize(load_.size());
        thread = least_loaded();
    } else if (placement->total >= split_) {
        thread = least_loaded();
    } else {
        thread = static_cast<std::size_t>(std::ranges::max_element(placement->members) -
                                          placement->members.begin());
    }
    ++placement->members[thread];
    ++placement->total;
    ++load_[thread];
    return {placement, thread};
}

void TopicDirectory::leave(const Seat& seat) {
    const std::lock_guard lock(mutex_);
    --seat.topic->members[seat.thread];
    --load_[seat.thread];
    if (--seat.topic->total == 0) topics_.erase(seat.topic->name);
}

std::size_t TopicDirectory::topics() const {
    const std::lock_guard lock(mutex_);
    return topics_.size();
}

}  // namespace relay::hub
