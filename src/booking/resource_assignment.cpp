// SPDX-License-Identifier: Apache-2.0
#include "booking/resource_assignment.hpp"

#include "base/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>

namespace relay::booking {
namespace {

// Activities that belong together, known by the index of the first one.
using Component = std::size_t;

// Sets of indices that are merged (union-find).
class Partition {
public:
    explicit Partition(std::size_t size) : lower_(size) {
        std::iota(lower_.begin(), lower_.end(), 0U);
    }

    Component of(std::size_t index) {
        while (lower_[index] != index) index = lower_[index] = lower_[lower_[index]];
        return index;
    }
    void merge(std::size_t one, std::size_t other) {
        const std::size_t first = of(one), second = of(other);
        lower_[std::max(first, second)] = std::min(first, second);
    }

private:
    std::vector<std::size_t> lower_;  // an index of the same set that is not higher
};

class Assigner {
public:
    Assigner(std::span<const Activity> activities, std::span<const Resource> existing)
        : activities_(activities), components_(activities.size()) {
        find_components();
        for (const Resource& resource : existing) add_existing(resource);
    }

    Result<Assignment> assign() {
        if (auto free = check_joined(); !free) return std::unexpected(free.error());
        if (auto free = check_parted(); !free) return std::unexpected(free.error());
        keep_existing();
        return numbered();
    }

private:
    // How many of its topics a component has from a resource.
    struct Link {
        Component component = 0;
        ResourceNumber resource = 0;
        std::size_t topics = 0;
    };

    void find_components();
    void add_existing(const Resource& resource);
    Result<void> check_joined() const;
    Result<void> check_parted() const;
    void keep_existing();
    Assignment numbered();

    // A topic that the component has from the resource.
    const Topic& example(const Link& link) const;
    std::unexpected<Error> conflict(const Link& one, const Link& other, std::string_view what,
                                    BookingTime held_until) const;

    std::span<const Activity> activities_;
    Partition components_;
    std::map<Topic, Component> component_of_;      // of topics that activities name
    std::map<Topic, ResourceNumber> resource_of_;  // of those that have one
    std::map<ResourceNumber, BookingTime> held_;   // until when
    std::vector<Link> links_;                      // one for each pair
    std::map<Component, ResourceNumber> numbers_;  // what each component gets
};

void Assigner::find_components() {
    std::map<Topic, std::size_t> first;
    for (std::size_t index = 0; index < activities_.size(); ++index)
        for (const Stream& stream : activities_[index].streams)
            components_.merge(first.try_emplace(stream.topic, index).first->second, index);
    for (const auto& [topic, index] : first) component_of_[topic] = components_.of(index);
}

void Assigner::add_existing(const Resource& resource) {
    std::map<Component, std::size_t> counts;
    for (const Topic& topic : resource.topics) {
        const auto named = component_of_.find(topic);
        if (named == component_of_.end()) continue;
        resource_of_[topic] = resource.number;
        ++counts[named->second];
    }
    for (const auto& [component, count] : counts)
        links_.push_back({component, resource.number, count});
    if (resource.held_until) held_[resource.number] = *resource.held_until;
}

Result<void> Assigner::check_joined() const {
    std::map<Component, const Link*> first;
    for (const Link& link : links_) {
        const Link& other = *first.try_emplace(link.component, &link).first->second;
        if (&other == &link) continue;
        for (const Link* concerned : {&other, &link})
            if (const auto held = held_.find(concerned->resource); held != held_.end())
                return conflict(other, link, "become one piece of equipment", held->second);
    }
    return {};
}

Result<void> Assigner::check_parted() const {
    std::map<ResourceNumber, const Link*> first;
    for (const Link& link : links_) {
        const Link& other = *first.try_emplace(link.resource, &link).first->second;
        if (&other == &link) continue;
        if (const auto held = held_.find(link.resource); held != held_.end())
            return conflict(other, link, "no longer be one piece of equipment", held->second);
    }
    return {};
}

const Topic& Assigner::example(const Link& link) const {
    return std::ranges::find_if(resource_of_,
                                [&](const auto& bound) {
                                    return bound.second == link.resource &&
                                           component_of_.at(bound.first) == link.component;
                                })
        ->first;
}

std::unexpected<Error> Assigner::conflict(const Link& one, const Link& other, std::string_view what,
                                          BookingTime held_until) const {
    return fail(Errc::conflict,
                fmt::format("topics {} and {} would {}, which is in use until {}: try again then",
                            example(one).name, example(other).name, what, format_time(held_until)));
}

// The strongest links first; a component keeps one resource, a resource stays with one component.
void Assigner::keep_existing() {
    std::ranges::sort(links_, [](const Link& one, const Link& other) {
        return std::tie(other.topics, one.resource, one.component) <
               std::tie(one.topics, other.resource, other.component);
    });
    std::set<ResourceNumber> kept;
    for (const Link& link : links_)
        if (!kept.contains(link.resource) &&
            numbers_.try_emplace(link.component, link.resource).second)
            kept.insert(link.resource);
}

Assignment Assigner::numbered() {
    Assignment assignment;
    for (std::size_t index = 0; index < activities_.size(); ++index) {
        const auto [number, is_new] = numbers_.try_emplace(components_.of(index), 0);
        if (is_new) number->second = -static_cast<ResourceNumber>(++assignment.added);
        assignment.of_activity.push_back(number->second);
    }
    for (const auto& [topic, component] : component_of_) {
        const auto before = resource_of_.find(topic);
        if (before == resource_of_.end() || before->second != numbers_.at(component))
            assignment.moved.emplace_back(topic, numbers_.at(component));
    }
    return assignment;
}

}  // namespace

Result<Assignment> assign_resources(std::span<const Activity> activities,
                                    std::span<const Resource> existing) {
    return Assigner(activities, existing).assign();
}

}  // namespace relay::booking
