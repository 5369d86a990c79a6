// SPDX-License-Identifier: Apache-2.0
#include "hub/topic.hpp"

#include "media/ts_inspector.hpp"

namespace relay::hub {

void Topic::join(Subscriber& subscriber) {
    subscriber.place_ = subscribers_.size();
    subscribers_.push_back(&subscriber);
}

bool Topic::leave(Subscriber& subscriber) {
    if (subscriber.place_ == Subscriber::nowhere) return false;
    Subscriber* last = subscribers_.back();
    subscribers_[subscriber.place_] = last;
    last->place_ = subscriber.place_;
    subscribers_.pop_back();
    subscriber.place_ = Subscriber::nowhere;
    return true;
}

void Topic::inspect(const wire::MessagePtr& message) {
    if (message->type() != wire::MessageType::binary) return;
    const media::TsSummary summary = media::inspect_message(message->payload());
    if (!summary.is_transport_stream) return;
    video_ = true;
    message->set_pictures(
        {.first_start = summary.first_picture_start, .random_access = summary.random_access});
}

void Topic::publish(const wire::MessagePtr& message, const Subscriber* sender, bool more_coming) {
    inspect(message);
    deliver(message, sender, {.video = video_, .more_coming = more_coming});
}

void Topic::deliver(const wire::MessagePtr& message, const Subscriber* sender, Delivery delivery) {
    video_ = video_ || delivery.video;
    for (Subscriber* subscriber : subscribers_)
        if (subscriber != sender) subscriber->deliver(message, delivery);
}

}  // namespace relay::hub
