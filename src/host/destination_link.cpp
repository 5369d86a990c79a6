// SPDX-License-Identifier: Apache-2.0
#include "host/destination_link.hpp"

#include <algorithm>
#include <utility>

namespace relay::host {

DestinationLink::Lane::Lane(DestinationLink& link, std::shared_ptr<Feed> feed)
    : link_(link), feed_(std::move(feed)), outbox_(link.limits_) {
    feed_->join_destination(*this);
}

DestinationLink::Lane::~Lane() {
    feed_->leave_destination(*this);
}

void DestinationLink::Lane::deliver(const wire::MessagePtr& message, hub::Delivery delivery) {
    if (!link_.connected_) {
        ++link_.unconnected_;
        return;
    }
    outbox_.push(message, std::chrono::steady_clock::now(), delivery.video);
    link_.uplink_.notify();
}

// A fresh outbox also forgets which picture was being sent, which is cut off by now.
void DestinationLink::Lane::clear() {
    dropped_before_ = dropped();
    outbox_ = hub::Outbox(link_.limits_);
}

DestinationLink::DestinationLink(boost::asio::io_context& context, uplink::Target target,
                                 uplink::Settings settings, const hub::OutboxLimits& limits)
    : limits_(limits), uplink_(context, std::move(target), std::move(settings), *this) {}

DestinationLink::~DestinationLink() = default;

void DestinationLink::set_feeds(const std::vector<std::shared_ptr<Feed>>& feeds,
                                std::shared_ptr<Feed> returns_to) {
    std::erase_if(lanes_, [&](const std::unique_ptr<Lane>& lane) {
        if (std::ranges::find(feeds, lane->feed()) != feeds.end()) return false;
        dropped_ += lane->dropped();
        return true;
    });
    for (const auto& feed : feeds)
        if (std::ranges::none_of(lanes_, [&](const auto& lane) { return lane->feed() == feed; }))
            lanes_.push_back(std::make_unique<Lane>(*this, feed));
    returns_to_ = std::move(returns_to);
}

// The lanes take turns, so that no feed waits behind the whole queue of another.
void DestinationLink::gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) {
    const SteadyTime now = std::chrono::steady_clock::now();
    std::size_t bytes = 0;
    for (bool any = true; any && bytes < max_bytes;) {
        any = false;
        for (const auto& lane : lanes_) {
            auto message = lane->take();
            if (!message) continue;
            any = true;
            bytes += message->size();
            sent_.record(now, message->size());
            into.push_back(std::move(message));
        }
    }
}

void DestinationLink::on_message(wire::MessagePtr message) {
    const SteadyTime now = std::chrono::steady_clock::now();
    received_.record(now, message->size());
    if (returns_to_)
        returns_to_->publish_from_destination(message, now);
    else
        ++unheard_;
}

void DestinationLink::on_connected() {
    connected_ = true;
}

void DestinationLink::on_disconnected() {
    connected_ = false;
    for (const auto& lane : lanes_) lane->clear();
}

DestinationLink::Status DestinationLink::status(SteadyTime now) const {
    Status status{.connection = uplink_.status(),
                  .feeds = {},
                  .dropped_messages = dropped_,
                  .unconnected_messages = unconnected_,
                  .unheard_messages = unheard_,
                  .sent = sent_.figures(now, created_),
                  .received = received_.figures(now, created_)};
    for (const auto& lane : lanes_) {
        status.feeds.push_back(lane->feed()->name());
        status.dropped_messages += lane->dropped();
    }
    return status;
}

}  // namespace relay::host
