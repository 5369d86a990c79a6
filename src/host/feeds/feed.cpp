// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/feed.hpp"

#include <utility>

namespace relay::host {

void Feed::join_local(hub::Subscriber& client) {
    const bool was_wanted = wanted();
    locals_.join(client);
    tell_watchers(was_wanted);
}

void Feed::leave_local(hub::Subscriber& client) {
    const bool was_wanted = wanted();
    locals_.leave(client);
    tell_watchers(was_wanted);
}

void Feed::join_device(hub::Subscriber& device) {
    locals_.join(device);
    ++devices_;
}

void Feed::leave_device(hub::Subscriber& device) {
    locals_.leave(device);
    --devices_;
}

void Feed::leave_destination(hub::Subscriber& destination) {
    destinations_.leave(destination);
    set_audience(destination, 0);
}

void Feed::set_audience(const hub::Subscriber& destination, std::size_t readers) {
    const bool was_wanted = wanted();
    if (readers > 0)
        watched_.insert(&destination);
    else
        watched_.erase(&destination);
    tell_watchers(was_wanted);
}

void Feed::tell_watchers(bool was_wanted) {
    if (wanted() == was_wanted) return;
    for (DemandWatcher* watcher : watchers_) watcher->on_demand_changed();
}

void Feed::publish(const wire::MessagePtr& message, const hub::Subscriber* sender, SteadyTime now,
                   bool more_coming) {
    if (handler_) return handler_(message);
    sent_.record(now, message->size());
    locals_.publish(message, sender, more_coming);  // finds out where pictures begin
    destinations_.deliver(message, nullptr, {.video = video(), .more_coming = more_coming});
}

void Feed::publish_from_destination(const wire::MessagePtr& message, SteadyTime now) {
    returned_.record(now, message->size());
    if (handler_) return handler_(message);
    locals_.deliver(message, nullptr, {});
}

void Feed::announce(const wire::MessagePtr& message, SteadyTime now) {
    sent_.record(now, message->size());
    locals_.deliver(message, nullptr, {});
    destinations_.deliver(message, nullptr, {});
}

Result<PublisherSeat> PublisherSeat::take(std::shared_ptr<Feed> feed, SteadyTime now,
                                          bool takeover) {
    const bool is_silent = now - feed->publisher_heard_ > patience;
    if (feed->has_publisher() && !takeover && !is_silent)
        return fail(Errc::conflict,
                    "the feed has a publisher; ?takeover in the address replaces it");
    feed->publisher_ = ++feed->last_seat_;
    feed->publisher_heard_ = now;
    const std::uint64_t number = feed->publisher_;
    return PublisherSeat(std::move(feed), number);
}

PublisherSeat::~PublisherSeat() {
    if (feed_ && is_mine()) feed_->publisher_ = 0;
}

std::shared_ptr<Feed> Feeds::obtain(const std::string& name, SteadyTime now) {
    if (const auto found = feeds_.find(name); found != feeds_.end()) return found->second;
    if (feeds_.size() >= most_unused) forget_unused();
    return feeds_[name] = std::make_shared<Feed>(name, now);
}

void Feeds::forget_unused() {
    std::erase_if(feeds_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

}  // namespace relay::host
