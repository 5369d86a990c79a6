// SPDX-License-Identifier: Apache-2.0
#include "hub/hub.hpp"

#include <bit>

namespace relay::hub {

Hub::Part& Hub::join(const std::shared_ptr<TopicPlacement>& topic, Subscriber& member, bool reads) {
    auto& part = parts_[topic.get()];
    if (!part) {
        part = std::make_unique<Part>(topic);
        topic->shards.fetch_or(std::uint64_t{1} << thread_);
    }
    ++part->members_;
    if (reads) part->topic_.join(member);
    return *part;
}

void Hub::leave(Part& part, Subscriber& member) {
    part.topic_.leave(member);
    if (--part.members_ > 0) return;
    part.placement_->shards.fetch_and(~(std::uint64_t{1} << thread_));
    parts_.erase(part.placement_.get());
}

void Hub::publish(Part& part, const wire::MessagePtr& message, const Subscriber* sender,
                  bool more_coming) {
    part.topic_.publish(message, sender, more_coming);
    std::uint64_t others = part.placement_->shards.load() & ~(std::uint64_t{1} << thread_);
    for (; others; others &= others - 1) {
        forward_(static_cast<std::size_t>(std::countr_zero(others)), part.placement_, message,
                 {.video = part.topic_.video(), .more_coming = more_coming});
    }
}

void Hub::receive(const std::shared_ptr<TopicPlacement>& topic, const wire::MessagePtr& message,
                  Delivery delivery) {
    const auto found = parts_.find(topic.get());
    if (found != parts_.end()) found->second->topic_.deliver(message, nullptr, delivery);
}

}  // namespace relay::hub
