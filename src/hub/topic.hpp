// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/message.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace relay::hub {

struct Delivery {
    bool video = false;        // the topic carries MPEG-TS: see Outbox
    bool more_coming = false;  // further messages were read in the same turn, so waiting pays
};

// One who receives a topic's messages.
class Subscriber {
public:
    // Must neither block nor leave or join a topic.
    virtual void deliver(const wire::MessagePtr& message, Delivery delivery) = 0;

protected:
    ~Subscriber() = default;

private:
    friend class Topic;
    static constexpr std::size_t nowhere = SIZE_MAX;
    std::size_t place_ = nowhere;  // in the topic's list, so that leaving takes constant time
};

// A broadcast group on one thread: a message goes to every subscriber but its sender. No history.
class Topic {
public:
    void join(Subscriber& subscriber);
    bool leave(Subscriber& subscriber);  // whether it had joined

    // `sender` may be null: then everybody gets it. Finds out where pictures begin when the message
    // is MPEG-TS, once for all subscribers.
    void publish(const wire::MessagePtr& message, const Subscriber* sender, bool more_coming);

    // A message that another thread's part of the topic has published already.
    void deliver(const wire::MessagePtr& message, const Subscriber* sender, Delivery delivery);

    bool video() const { return video_; }
    std::size_t subscribers() const { return subscribers_.size(); }

private:
    void inspect(const wire::MessagePtr& message);

    std::vector<Subscriber*> subscribers_;
    bool video_ = false;
};

}  // namespace relay::hub
