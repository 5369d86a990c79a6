// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/topic.hpp"
#include "hub/topic_directory.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>

namespace relay::hub {

// One thread's topics. Members join and leave on this thread; a topic exists while it has members.
class Hub {
public:
    // Hands a message to the hub of another thread, which calls receive() there.
    using Forward = std::function<void(std::size_t thread, std::shared_ptr<TopicPlacement> topic,
                                       wire::MessagePtr message, Delivery delivery)>;

    Hub(std::size_t thread, Forward forward) : thread_(thread), forward_(std::move(forward)) {}

    class Part;  // of a topic: the members on this thread

    // Joins as a reader (delivered to) or as one who only writes. The part stays valid until the
    // matching leave().
    Part& join(const std::shared_ptr<TopicPlacement>& topic, Subscriber& member, bool reads);
    void leave(Part& part, Subscriber& member);

    void publish(Part& part, const wire::MessagePtr& message, const Subscriber* sender,
                 bool more_coming);
    void receive(const std::shared_ptr<TopicPlacement>& topic, const wire::MessagePtr& message,
                 Delivery delivery);

    std::size_t topics() const { return parts_.size(); }

private:
    std::size_t thread_;
    Forward forward_;
    std::unordered_map<const TopicPlacement*, std::unique_ptr<Part>> parts_;
};

class Hub::Part {
public:
    explicit Part(std::shared_ptr<TopicPlacement> placement) : placement_(std::move(placement)) {}
    const std::string& name() const { return placement_->name; }
    bool video() const { return topic_.video(); }

private:
    friend class Hub;
    std::shared_ptr<TopicPlacement> placement_;
    Topic topic_;
    std::size_t members_ = 0;
};

}  // namespace relay::hub
