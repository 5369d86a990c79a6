// SPDX-License-Identifier: Apache-2.0
#include "booking/catalogue_plan.hpp"

#include "booking/manifest_for_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

namespace relay::booking {
namespace {

using Kind = ManifestChange::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr BookingTime later = manifest_test_time + std::chrono::hours(1);

// Two benches in one pool, one of them in a second pool; a simulation; a group.
std::string lab(std::string_view laser_streams = "laser") {
    return fmt::format(R"(
groups:
  course: {{pools: [bench, spare]}}
pools:
  bench: {{description: {{name: Bench, type: t}}, activities: [laser, rod, orbit]}}
  spare: {{description: {{name: Spare, type: t}}, activities: [rod]}}
descriptions:
  d: {{name: Thing, type: t}}
activities:
  orbit: {{description: d, exp: 1988150400}}
  rod:
    description: d
    exp: 1988150400
    streams:
{}  laser:
    description: d
    exp: 1988150400
    streams:
{})",
                       streams_for_test("rod"), streams_for_test(laser_streams));
}

std::string edited(std::string text, std::string_view from, std::string_view to) {
    const std::size_t place = text.find(from);
    EXPECT_NE(place, text.npos) << from;
    return text.replace(place, from.size(), to);
}

// A catalogue in memory, as far as plans change it.
class CataloguePlanTest : public testing::Test {
protected:
    Result<CataloguePlan> plan(const std::string& yaml) {
        return plan_replacement(current, resources, parsed_for_test(yaml),
                                [this] { return fmt::format("id-{}", ++ids); });
    }

    std::vector<ManifestChange> upload(const std::string& yaml) {
        auto planned = plan(yaml);
        EXPECT_TRUE(planned) << planned.error().detail;
        if (!planned) return {};
        apply(*planned);
        return std::move(planned->changes);
    }

    void apply(CataloguePlan plan) {
        ResourceNumber added = 0;  // from where on
        for (const Resource& there : resources) added = std::max(added, there.number);
        for (const auto& [topic, number] : plan.moved) bind(topic, real(number, added));
        for (ListedPool& pool : plan.pools) put(current.pools, std::move(pool));
        retire(current.offers, plan.retired_offers);
        for (Offer& offer : plan.offers) {
            offer.resource = real(offer.resource, added);
            if (offer.activity.streams.empty()) add(offer.resource);
            put(current.offers, std::move(offer));
        }
        for (ListedGroup& group : plan.groups) put(current.groups, std::move(group));
        retire(current.groups, plan.retired_groups);
        retire(current.pools, plan.retired_pools);
    }

    static ResourceNumber real(ResourceNumber planned, ResourceNumber added) {
        return planned > 0 ? planned : added - planned;
    }
    Resource& add(ResourceNumber number) {
        const auto known = std::ranges::find(resources, number, &Resource::number);
        return known == resources.end() ? resources.emplace_back(Resource{number, {}, {}}) : *known;
    }
    void bind(const Topic& topic, ResourceNumber number) {
        for (Resource& there : resources) std::erase(there.topics, topic);
        add(number).topics.push_back(topic);
    }
    template <class Listed>
    static void put(std::vector<Listed>& listed, Listed one) {
        const auto before = std::ranges::find(listed, one.id, &Listed::id);
        if (before == listed.end())
            listed.push_back(std::move(one));
        else
            *before = std::move(one);
    }
    template <class Listed>
    static void retire(std::vector<Listed>& listed, const std::vector<std::string>& ids) {
        for (const std::string& id : ids)
            EXPECT_EQ(std::erase_if(listed, [&](const Listed& one) { return one.id == id; }), 1U);
    }

    const Offer& offer(std::string_view key) {
        return *std::ranges::find(current.offers, key, &Offer::key);
    }
    const ListedPool& pool(std::string_view key) {
        return *std::ranges::find(current.pools, key, &ListedPool::key);
    }
    void hold(ResourceNumber number) { add(number).held_until = later; }

    Catalogue current;
    std::vector<Resource> resources;
    int ids = 0;
};

TEST_F(CataloguePlanTest, TheFirstManifestAddsEverything) {
    EXPECT_THAT(upload(lab()), ElementsAre(ManifestChange{Kind::added, "pool", "bench", ""},
                                           ManifestChange{Kind::added, "pool", "spare", ""},
                                           ManifestChange{Kind::added, "activity", "laser", ""},
                                           ManifestChange{Kind::added, "activity", "orbit", ""},
                                           ManifestChange{Kind::added, "activity", "rod", ""},
                                           ManifestChange{Kind::added, "group", "course", ""}));
    EXPECT_THAT(offer("rod").pools, ElementsAre(pool("bench").id, pool("spare").id));
    EXPECT_THAT(current.groups.at(0).pools, ElementsAre(pool("bench").id, pool("spare").id));
    EXPECT_THAT(resources, SizeIs(3));
}

TEST_F(CataloguePlanTest, TheSameManifestChangesNothing) {
    upload(lab());
    for (Resource& there : resources) there.held_until = later;
    std::ranges::reverse(current.offers.at(1).pools);  // their order means nothing
    const auto again = plan(lab());
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_THAT(again->changes, IsEmpty());
    EXPECT_THAT(again->moved, IsEmpty());
    EXPECT_TRUE(again->pools.empty() && again->offers.empty() && again->groups.empty());
    EXPECT_TRUE(again->retired_pools.empty() && again->retired_offers.empty());
}

TEST_F(CataloguePlanTest, WhatChangedKeepsItsIdAndIsToldByMember) {
    upload(lab());
    const Catalogue before = current;
    std::string text = edited(lab(), "name: Bench", "name: Benches");
    text = edited(text, "activities: [laser, rod, orbit]",
                  "minsession: 2, activities: [laser, orbit]");
    text = edited(text, "pools: [bench, spare]", "pools: [bench], max_sessions: 1");
    text = edited(text, "exp: 1988150400}", "exp: 1988150401, config: {url: x}}");
    EXPECT_THAT(
        upload(text),
        ElementsAre(ManifestChange{Kind::changed, "pool", "bench", "description, minsession"},
                    ManifestChange{Kind::changed, "activity", "orbit", "exp, config"},
                    ManifestChange{Kind::changed, "activity", "rod", "pools"},
                    ManifestChange{Kind::changed, "group", "course", "max_sessions, pools"}));
    EXPECT_EQ(current.pools.at(0).id, before.pools.at(0).id);
    EXPECT_EQ(current.groups.at(0).id, before.groups.at(0).id);
    for (std::size_t index = 0; index < 3; ++index) {
        EXPECT_EQ(current.offers[index].id, before.offers[index].id);
        EXPECT_EQ(current.offers[index].resource, before.offers[index].resource);
    }
}

TEST_F(CataloguePlanTest, WhatIsNotThereAnyMoreIsWithdrawn) {
    upload(lab());
    std::string text = edited(lab(), ", spare]", "]");
    text = edited(text, "  spare: {description: {name: Spare, type: t}, activities: [rod]}\n", "");
    text = edited(text, "[laser, rod, orbit]", "[laser]");
    EXPECT_THAT(upload(text),
                ElementsAre(ManifestChange{Kind::removed, "pool", "spare", ""},
                            ManifestChange{Kind::removed, "activity", "orbit", ""},
                            ManifestChange{Kind::removed, "activity", "rod", ""},
                            ManifestChange{Kind::changed, "group", "course", "pools"}));
    EXPECT_THAT(current.offers, SizeIs(1));
    EXPECT_THAT(upload("pools: {}\n"), SizeIs(3));
    EXPECT_EQ(current, Catalogue{});
}

TEST_F(CataloguePlanTest, WhatTheApiMadeIsWithdrawnAndToldByItsName) {
    ListedPool made{"by-hand", "", {}};
    made.pool.description.name = "Made by hand";
    current.pools.push_back(made);
    ListedGroup group{"group", "", {}, {"by-hand"}};
    group.group.description.name = "course";
    current.groups.push_back(group);
    Offer extra{"extra", "", {}, {"by-hand"}, 1};
    extra.activity.description.name = "Extra";
    current.offers.push_back(extra);
    EXPECT_THAT(upload("pools: {}\n"),
                ElementsAre(ManifestChange{Kind::removed, "pool", "Made by hand", ""},
                            ManifestChange{Kind::removed, "activity", "Extra", ""},
                            ManifestChange{Kind::removed, "group", "course", ""}));
    EXPECT_EQ(current, Catalogue{});
}

TEST_F(CataloguePlanTest, AnActivityOfOtherEquipmentGetsANewId) {
    upload(lab());
    const Offer before = offer("laser");
    hold(before.resource);
    EXPECT_THAT(upload(lab("laser-9")),
                ElementsAre(ManifestChange{Kind::changed, "activity", "laser",
                                           "streams, other equipment, so a new id"}));
    EXPECT_NE(offer("laser").id, before.id);
    EXPECT_NE(offer("laser").resource, before.resource);
    EXPECT_THAT(current.offers, SizeIs(3));
    // And back: the old topics are still those of the old equipment.
    upload(lab());
    EXPECT_EQ(offer("laser").resource, before.resource);
}

TEST_F(CataloguePlanTest, ASimulationKeepsItsResourceUntilItGetsStreams) {
    upload(lab());
    const Offer before = offer("orbit");
    upload(edited(lab(), "orbit: {description: d", "orbit: {config: {url: x}, description: d"));
    EXPECT_EQ(offer("orbit").resource, before.resource);
    EXPECT_EQ(offer("orbit").id, before.id);
    const std::string with_streams =
        edited(lab(), "orbit: {description: d, exp: 1988150400}",
               "orbit:\n    description: d\n    exp: 1988150400\n    streams:\n" +
                   streams_for_test("orbit"));
    upload(with_streams);
    EXPECT_NE(offer("orbit").resource, before.resource);
    EXPECT_NE(offer("orbit").resource, offer("rod").resource);
    const ResourceNumber now = offer("orbit").resource;
    upload(lab());
    EXPECT_NE(offer("orbit").resource, now);
}

TEST_F(CataloguePlanTest, ActivitiesThatBeginToShareEquipmentWaitForItsSessions) {
    upload(lab());
    const Offer before = offer("laser");
    hold(before.resource);
    const std::string shared =
        edited(lab(), "data: {for: data, url: 'https://relay.example/session/laser-data'",
               "more: {for: more, url: 'https://relay.example/x', audience: "
               "'https://relay.example', ct: session, topic: rod-data, scopes: [read]}\n"
               "      data: {for: data, url: 'https://relay.example/session/laser-data'");
    const auto refused = plan(shared);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("in use until 2030-01-01T01:00:00Z"));
    add(before.resource).held_until.reset();
    EXPECT_THAT(upload(shared), SizeIs(testing::Ge(1U)));
    EXPECT_EQ(offer("laser").resource, offer("rod").resource);
}

TEST_F(CataloguePlanTest, ALargeManifestIsPlannedAndThenChangesNothing) {
    EXPECT_THAT(upload(LargeManifest::text()),
                SizeIs(LargeManifest::pools + LargeManifest::activities + LargeManifest::groups));
    EXPECT_THAT(resources, SizeIs(LargeManifest::rigs));
    EXPECT_THAT(upload(LargeManifest::text()), IsEmpty());
}

TEST_F(CataloguePlanTest, AnActivityOfTheApiIsAddedToItsPool) {
    upload(lab());
    Activity made = offer("rod").activity;
    made.description.name = "Rod, another way";
    auto planned = plan_activity(current, resources, pool("spare").id, "by-hand", made);
    ASSERT_TRUE(planned) << planned.error().detail;
    EXPECT_THAT(planned->offers,
                ElementsAre(Offer{"by-hand", "", made, {pool("spare").id}, offer("rod").resource}));
    EXPECT_THAT(planned->moved, IsEmpty());
    EXPECT_THAT(planned->retired_offers, IsEmpty());
}

TEST_F(CataloguePlanTest, AReplacedActivityKeepsItsKeyAndPools) {
    upload(lab());
    const Offer before = offer("orbit");
    Activity changed = before.activity;
    changed.description.name = "Moons";
    auto planned = plan_activity(current, resources, pool("spare").id, before.id, changed);
    ASSERT_TRUE(planned);
    EXPECT_THAT(
        planned->offers,
        ElementsAre(Offer{
            before.id, "orbit", changed, {pool("bench").id, pool("spare").id}, before.resource}));
    apply(*planned);
    planned = plan_activity(current, resources, pool("bench").id, before.id, changed);
    EXPECT_THAT(planned->offers, IsEmpty());
}

TEST_F(CataloguePlanTest, AnActivityThatJoinsOthersMovesThem) {
    upload(lab());
    Activity both;
    both.streams = {offer("rod").activity.streams[0], offer("laser").activity.streams[0]};
    const ResourceNumber rod = offer("rod").resource;
    hold(rod);
    const auto refused = plan_activity(current, resources, pool("bench").id, "both", both);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    add(rod).held_until.reset();
    auto planned = plan_activity(current, resources, pool("bench").id, "both", both);
    ASSERT_TRUE(planned);
    EXPECT_THAT(planned->offers, SizeIs(2));
    const std::string laser_id = offer("laser").id;
    apply(*planned);
    EXPECT_EQ(offer("rod").resource, offer("laser").resource);
    EXPECT_EQ(offer("").resource, offer("laser").resource);
    EXPECT_EQ(offer("laser").id, laser_id);
}

TEST_F(CataloguePlanTest, AnActivityNeedsItsPool) {
    const auto planned = plan_activity(current, resources, "nowhere", "id", {});
    ASSERT_FALSE(planned);
    EXPECT_EQ(planned.error().code, Errc::not_found);
}

}  // namespace
}  // namespace relay::booking
