// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/topic.hpp"
#include "hub/topic_directory.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace relay::hub {

// One who wants to know whether anybody reads a topic.
class AudienceWatcher {
public:
    // The number of readers became one that may make a difference between none and some, the
    // watcher itself counted or not. Must neither join or leave a topic nor end a watch.
    virtual void on_audience_changed() = 0;

protected:
    ~AudienceWatcher() = default;
};

// One thread's topics. Members join and leave on this thread; a topic exists while it has members.
class Hub {
public:
    // Hands a message to the hub of another thread, which calls receive() there.
    using Forward = std::function<void(std::size_t thread, std::shared_ptr<TopicPlacement> topic,
                                       wire::MessagePtr message, Delivery delivery)>;

    // Tells the hub of another thread of a change, which calls tell_watchers() there.
    using ForwardAudience =
        std::function<void(std::size_t thread, std::shared_ptr<TopicPlacement> topic)>;

    Hub(
        std::size_t thread, Forward forward,
        ForwardAudience forward_audience = [](auto, const auto&) {})
        : thread_(thread),
          forward_(std::move(forward)),
          forward_audience_(std::move(forward_audience)) {}

    class Part;  // of a topic: the members on this thread

    // Joins as a reader (delivered to) or as one who only writes. The part stays valid until the
    // matching leave().
    Part& join(const std::shared_ptr<TopicPlacement>& topic, Subscriber& member, bool reads);
    void leave(Part& part, Subscriber& member);

    void publish(Part& part, const wire::MessagePtr& message, const Subscriber* sender,
                 bool more_coming);
    void receive(const std::shared_ptr<TopicPlacement>& topic, const wire::MessagePtr& message,
                 Delivery delivery);

    // The watcher is told from now on, until unwatch; in between the part must stay valid.
    void watch(Part& part, AudienceWatcher& watcher);
    void unwatch(Part& part, AudienceWatcher& watcher);
    void tell_watchers(const std::shared_ptr<TopicPlacement>& topic);

    std::size_t topics() const { return parts_.size(); }

private:
    void audience_changed(Part& part, std::size_t fewer);

    std::size_t thread_;
    Forward forward_;
    ForwardAudience forward_audience_;
    std::unordered_map<const TopicPlacement*, std::unique_ptr<Part>> parts_;
};

class Hub::Part {
public:
    explicit Part(std::shared_ptr<TopicPlacement> placement) : placement_(std::move(placement)) {}
    const std::string& name() const { return placement_->name; }
    bool video() const { return topic_.video(); }
    std::size_t readers() const { return placement_->readers.load(); }  // of all threads

private:
    friend class Hub;
    void tell_watchers() const;

    std::shared_ptr<TopicPlacement> placement_;
    Topic topic_;
    std::size_t members_ = 0;
    std::vector<AudienceWatcher*> watchers_;
};

}  // namespace relay::hub
