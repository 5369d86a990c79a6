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
    if (reads) {
        part->topic_.join(member);
        audience_changed(*part, topic->readers.fetch_add(1));
    }
    return *part;
}

void Hub::leave(Part& part, Subscriber& member) {
    if (part.topic_.leave(member))
        audience_changed(part, part.placement_->readers.fetch_sub(1) - 1);
    if (--part.members_ > 0) return;
    part.placement_->shards.fetch_and(~(std::uint64_t{1} << thread_));
    parts_.erase(part.placement_.get());
}

// `fewer`: the lesser of the counts before and after. From 0 to 1 there are readers for those who
// only write, from 1 to 2 for the one who reads as well.
//
// The count changes before `shards` is looked at, and a part that comes into being sets its bit
// before its watchers look at the count: one of the two sees the other.
void Hub::audience_changed(Part& part, std::size_t fewer) {
    if (fewer > 1) return;
    part.tell_watchers();
    std::uint64_t others = part.placement_->shards.load() & ~(std::uint64_t{1} << thread_);
    for (; others; others &= others - 1)
        forward_audience_(static_cast<std::size_t>(std::countr_zero(others)), part.placement_);
}

void Hub::watch(Part& part, AudienceWatcher& watcher) {
    part.watchers_.push_back(&watcher);
}

void Hub::unwatch(Part& part, AudienceWatcher& watcher) {
    std::erase(part.watchers_, &watcher);
}

void Hub::tell_watchers(const std::shared_ptr<TopicPlacement>& topic) {
    const auto found = parts_.find(topic.get());
    if (found != parts_.end()) found->second->tell_watchers();
}

void Hub::Part::tell_watchers() const {
    for (AudienceWatcher* watcher : watchers_) watcher->on_audience_changed();
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
