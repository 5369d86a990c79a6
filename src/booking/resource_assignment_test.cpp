// SPDX-License-Identifier: Apache-2.0
#include "booking/resource_assignment.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <initializer_list>
#include <random>
#include <set>
#include <string>

namespace relay::booking {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr BookingTime noon =
    std::chrono::sys_days(std::chrono::year(2031) / 5 / 1) + std::chrono::hours(12);

Topic topic(std::string name) {
    return {"https://relay.example", std::move(name)};
}

Activity activity(std::initializer_list<const char*> topics) {
    Activity made;
    for (const char* name : topics) {
        Stream& stream = made.streams.emplace_back();
        stream.role = name;
        stream.topic = topic(name);
    }
    return made;
}

Resource resource(ResourceNumber number, std::initializer_list<const char*> topics,
                  std::optional<BookingTime> held_until = {}) {
    Resource made{number, {}, held_until};
    for (const char* name : topics) made.topics.push_back(topic(name));
    return made;
}

Assignment assigned(const std::vector<Activity>& activities,
                    const std::vector<Resource>& existing = {}) {
    auto assignment = assign_resources(activities, existing);
    EXPECT_TRUE(assignment) << assignment.error().detail;
    return assignment.value_or(Assignment{});
}

std::string refusal(const std::vector<Activity>& activities,
                    const std::vector<Resource>& existing) {
    const auto assignment = assign_resources(activities, existing);
    if (assignment) return "none";
    EXPECT_EQ(assignment.error().code, Errc::conflict);
    return assignment.error().detail;
}

TEST(ResourceAssignment, ActivitiesThatShareATopicAreOfOneResource) {
    const Assignment made = assigned({activity({"a", "b"}), activity({"c"}), activity({"b"})});
    EXPECT_THAT(made.of_activity, ElementsAre(-1, -2, -1));
    EXPECT_EQ(made.added, 2U);
    EXPECT_THAT(made.moved,
                ElementsAre(Pair(topic("a"), -1), Pair(topic("b"), -1), Pair(topic("c"), -2)));
}

TEST(ResourceAssignment, AChainOfSharedTopicsIsOneResource) {
    const Assignment made = assigned({activity({"d", "e"}), activity({"a", "b"}),
                                      activity({"c", "d"}), activity({"b", "c"}), activity({"f"})});
    EXPECT_THAT(made.of_activity, ElementsAre(-1, -1, -1, -1, -2));
}

TEST(ResourceAssignment, TheSameTopicAtAnotherRelayIsAnotherResource) {
    Activity elsewhere = activity({"a"});
    elsewhere.streams[0].topic.audience = "https://other.example";
    EXPECT_THAT(assigned({activity({"a"}), elsewhere}).of_activity, ElementsAre(-1, -2));
}

TEST(ResourceAssignment, EachActivityWithoutStreamsHasItsOwn) {
    const Assignment made =
        assigned({activity({}), activity({}), activity({"a"}), activity({"a"})}, {resource(1, {})});
    EXPECT_THAT(made.of_activity, ElementsAre(-1, -2, -3, -3));
    EXPECT_EQ(made.added, 3U);
}

TEST(ResourceAssignment, NothingMovesWhenNothingChanged) {
    const Assignment made =
        assigned({activity({"a", "b"}), activity({"c"})},
                 {resource(7, {"c"}, noon), resource(5, {"a", "b"}, noon), resource(9, {"z"})});
    EXPECT_THAT(made.of_activity, ElementsAre(5, 7));
    EXPECT_EQ(made.added, 0U);
    EXPECT_THAT(made.moved, IsEmpty());
}

TEST(ResourceAssignment, ANewTopicJoinsTheResourceOfItsActivity) {
    const Assignment made = assigned({activity({"a", "new"})}, {resource(5, {"a"}, noon)});
    EXPECT_THAT(made.of_activity, ElementsAre(5));
    EXPECT_THAT(made.moved, ElementsAre(Pair(topic("new"), 5)));
}

TEST(ResourceAssignment, TopicsThatNobodyNamesStayWhereTheyAre) {
    const std::vector<Resource> existing = {resource(5, {"a", "b"}, noon)};
    EXPECT_THAT(assigned({activity({"a"})}, existing).moved, IsEmpty());
    EXPECT_THAT(assigned({activity({"b"})}, existing).of_activity, ElementsAre(5));
    EXPECT_THAT(assigned({}, existing).moved, IsEmpty());
}

TEST(ResourceAssignment, OfJoinedOnesTheOneWithMostTopicsSurvives) {
    const std::vector<Activity> activities = {activity({"a", "b"}), activity({"b", "c", "d"})};
    const Assignment made =
        assigned(activities, {resource(1, {"a"}), resource(2, {"c", "d"}), resource(3, {"b"})});
    EXPECT_THAT(made.of_activity, ElementsAre(2, 2));
    EXPECT_THAT(made.moved, ElementsAre(Pair(topic("a"), 2), Pair(topic("b"), 2)));
    EXPECT_THAT(
        assigned({activity({"a", "b"})}, {resource(4, {"a"}), resource(3, {"b"})}).of_activity,
        ElementsAre(3));
}

TEST(ResourceAssignment, APartedOneStaysWithMostOfItsTopics) {
    const std::vector<Activity> activities = {activity({"a"}), activity({"b", "c"}),
                                              activity({"d"})};
    const Assignment made = assigned(activities, {resource(1, {"a", "b", "c", "d"})});
    EXPECT_THAT(made.of_activity, ElementsAre(-1, 1, -2));
    EXPECT_THAT(made.moved, ElementsAre(Pair(topic("a"), -1), Pair(topic("d"), -2)));
    EXPECT_THAT(assigned({activity({"b"}), activity({"a"})}, {resource(1, {"a", "b"})}).of_activity,
                ElementsAre(1, -1));
}

TEST(ResourceAssignment, TopicsThatChangePlacesKeepAsMuchAsPossible) {
    const Assignment made = assigned({activity({"a", "b", "x"}), activity({"y", "z"})},
                                     {resource(1, {"a", "b", "y"}), resource(2, {"x", "z"})});
    EXPECT_THAT(made.of_activity, ElementsAre(1, 2));
    EXPECT_THAT(made.moved, ElementsAre(Pair(topic("x"), 1), Pair(topic("y"), 2)));
}

TEST(ResourceAssignment, WhatIsHeldIsNotJoined) {
    for (const bool first : {true, false}) {
        const std::string detail =
            refusal({activity({"a", "b"})},
                    {resource(1, {"a"}, first ? std::optional(noon) : std::nullopt),
                     resource(2, {"b"}, first ? std::nullopt : std::optional(noon))});
        EXPECT_EQ(detail,
                  "topics a and b would become one piece of equipment, which is in use until "
                  "2031-05-01T12:00:00Z: try again then");
    }
    EXPECT_THAT(refusal({activity({"a", "b", "c"})},
                        {resource(1, {"a"}), resource(2, {"b"}), resource(3, {"c"}, noon)}),
                HasSubstr("topics a and c would become one"));
}

TEST(ResourceAssignment, WhatIsHeldIsNotParted) {
    EXPECT_EQ(refusal({activity({"x"}), activity({"a"}), activity({"b"})},
                      {resource(1, {"x"}), resource(2, {"a", "b"}, noon)}),
              "topics a and b would no longer be one piece of equipment, which is in use until "
              "2031-05-01T12:00:00Z: try again then");
}

TEST(ResourceAssignment, WhatIsHeldDoesNotHinderOthers) {
    EXPECT_EQ(
        refusal({activity({"a", "b"}), activity({"c"}), activity({"d"}), activity({"h", "i"})},
                {resource(1, {"a"}), resource(2, {"b"}), resource(3, {"c", "d"}),
                 resource(4, {"h", "old"}, noon)}),
        "none");
}

// Over random catalogues, one after the other: activities are of one resource exactly when topics
// join them; what was assigned is stable; what is held is neither joined nor parted.
class ResourceHistory : public testing::TestWithParam<unsigned> {
protected:
    std::size_t below(std::size_t limit) { return random_() % limit; }

    std::vector<Activity> random_activities() {
        std::vector<Activity> activities(below(6));
        for (Activity& made : activities)
            for (std::size_t count = below(4); count > 0; --count) {
                Stream& stream = made.streams.emplace_back();
                stream.topic = topic(std::string(1, static_cast<char>('a' + below(8))));
            }
        return activities;
    }

    // The naive way: merge until nothing changes.
    static std::vector<std::size_t> components(const std::vector<Activity>& activities) {
        std::vector<std::size_t> component(activities.size());
        for (std::size_t index = 0; index < component.size(); ++index) component[index] = index;
        for (bool changed = true; changed;) {
            changed = false;
            for (std::size_t one = 0; one < activities.size(); ++one)
                for (std::size_t other = 0; other < one; ++other)
                    if (component[one] != component[other] &&
                        share(activities[one], activities[other])) {
                        component[one] = component[other] =
                            std::min(component[one], component[other]);
                        changed = true;
                    }
        }
        return component;
    }
    static bool share(const Activity& one, const Activity& other) {
        for (const Stream& mine : one.streams)
            for (const Stream& theirs : other.streams)
                if (mine.topic == theirs.topic) return true;
        return false;
    }

    ResourceNumber real(ResourceNumber number) {
        return number > 0 ? number : last_ - number;  // behind those that there are
    }
    void apply(const Assignment& assignment) {
        std::set<ResourceNumber> numbers;
        for (const Resource& there : resources_) numbers.insert(there.number);
        for (std::size_t added = 1; added <= assignment.added; ++added)
            resources_.push_back({last_ + static_cast<ResourceNumber>(added), {}, {}});
        for (const auto& [moved, number] : assignment.moved)
            for (Resource& there : resources_) {
                std::erase(there.topics, moved);
                if (there.number == real(number)) there.topics.push_back(moved);
            }
        last_ += static_cast<ResourceNumber>(assignment.added);
    }
    void check_numbers(const std::vector<Activity>& activities, const Assignment& assignment) {
        const auto expected = components(activities);
        for (std::size_t one = 0; one < activities.size(); ++one)
            for (std::size_t other = 0; other < one; ++other)
                ASSERT_EQ(expected[one] == expected[other],
                          assignment.of_activity[one] == assignment.of_activity[other]);
    }
    // The topics of held resources that are named stay together and stay alone.
    void check_held(const std::vector<Resource>& before) {
        for (const Resource& held : before) {
            if (!held.held_until) continue;
            const auto after = std::ranges::find(resources_, held.number, &Resource::number);
            for (const Topic& mine : held.topics)
                ASSERT_EQ(std::ranges::count(after->topics, mine), 1) << mine.name;
            for (const Resource& other : before)
                for (const Topic& theirs : other.topics)
                    ASSERT_TRUE(other.number == held.number ||
                                std::ranges::count(after->topics, theirs) == 0);
        }
    }

    std::mt19937 random_{GetParam()};
    std::vector<Resource> resources_;
    ResourceNumber last_ = 0;
};

TEST_P(ResourceHistory, KeepsItsPromises) {
    for (int step = 0; step < 150; ++step) {
        const auto activities = random_activities();
        for (Resource& there : resources_)
            there.held_until = below(4) == 0 ? std::optional(noon) : std::nullopt;
        const auto before = resources_;
        const auto assignment = assign_resources(activities, resources_);
        if (!assignment) continue;
        check_numbers(activities, *assignment);
        apply(*assignment);
        check_held(before);
        const auto again = assign_resources(activities, resources_);
        ASSERT_TRUE(again);
        ASSERT_THAT(again->moved, IsEmpty());
        for (std::size_t index = 0; index < activities.size(); ++index)
            if (!activities[index].streams.empty()) ASSERT_GT(again->of_activity[index], 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ResourceHistory, testing::Range(1U, 11U));

}  // namespace
}  // namespace relay::booking
