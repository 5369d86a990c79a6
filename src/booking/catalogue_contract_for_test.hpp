// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/store_fixture_for_test.hpp"

// Pools, groups and resources over any backend. Instantiated with store_contract_for_test.hpp.
namespace relay::booking {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

// Texts that a careless backend would break.
inline const Description odd_description{.name = "L\xc3\xa4ser '7' \"x\"; DROP TABLE pool; --",
                                         .type = "",
                                         .short_text = "\xe6\xbf\x80\xe5\x85\x89 \xf0\x9f\x94\xac",
                                         .long_text = "two\nlines\t\\ %s ?1 $.name",
                                         .further = std::string("a\0b", 3),
                                         .thumb = " ",
                                         .image = "\x7f"};

TEST_P(StoreContract, begins_empty) {
    EXPECT_EQ(catalogue(), Catalogue());
    EXPECT_THAT(resources(), IsEmpty());
    EXPECT_THAT(candidates(), IsEmpty());
    change([](Transaction& unit) -> Result<void> {
        EXPECT_EQ(unit.catalogue().pool("bench").value(), std::nullopt);
        EXPECT_EQ(unit.catalogue().group("g").value(), std::nullopt);
        EXPECT_EQ(unit.catalogue().offer("laser-7").value(), std::nullopt);
        EXPECT_THAT(unit.catalogue().groups_named("optics").value(), IsEmpty());
        return {};
    });
}

TEST_P(StoreContract, pools_and_groups_come_back_as_they_were_put) {
    const ListedPool pool{
        "id \xc3\xa9",
        "key",
        {odd_description, std::chrono::seconds(0), std::chrono::seconds(std::int64_t{1} << 40)}};
    const ListedPool plain{"", "", {}};
    const ListedGroup group{
        "g1", "the key", {odd_description, 4'000'000'000U}, {"absent", pool.id, "absent"}};
    const ListedGroup unlimited{"g2", "", {{.name = "optics", .type = "group"}, std::nullopt}, {}};
    const ListedGroup none{"g3", "", {{.name = "optics", .type = "group"}, 0U}, {""}};
    change([&](Transaction& unit) -> Result<void> {
        EXPECT_TRUE(unit.catalogue().put_pool(pool));
        EXPECT_TRUE(unit.catalogue().put_pool(plain));
        for (const ListedGroup& each : {group, unlimited, none})
            EXPECT_TRUE(unit.catalogue().put_group(each));
        return {};
    });
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(catalogue(), (Catalogue{{pool, plain}, {group, unlimited, none}, {}}));
        change([&](Transaction& unit) -> Result<void> {
            EXPECT_EQ(unit.catalogue().pool(pool.id).value(), pool);
            EXPECT_EQ(unit.catalogue().pool("").value(), plain);
            EXPECT_EQ(unit.catalogue().group("g1").value(), group);
            EXPECT_THAT(unit.catalogue().groups_named("optics").value(),
                        ElementsAre(unlimited, none));
            EXPECT_THAT(unit.catalogue().groups_named(odd_description.name).value(),
                        ElementsAre(group));
            EXPECT_THAT(unit.catalogue().groups_named("OPTICS").value(), IsEmpty());
            return {};
        });
        backend->reopen();
    }
}

TEST_P(StoreContract, what_is_put_again_is_replaced_at_its_place) {
    put_pool("a");
    put_pool("b");
    put_group({"g", "", {{.name = "one", .type = "t"}, 1U}, {"a", "b"}});
    put_group({"h", "", {{.name = "two", .type = "t"}, 2U}, {"a"}});
    const ListedPool changed{"a", "key", {{.name = "new"}, {}, std::chrono::seconds(5)}};
    const ListedGroup regrouped{"g", "key", {{.name = "three", .type = "u"}, std::nullopt}, {"b"}};
    change([&](Transaction& unit) -> Result<void> {
        EXPECT_TRUE(unit.catalogue().put_pool(changed));
        EXPECT_TRUE(unit.catalogue().put_pool(changed));
        return unit.catalogue().put_group(regrouped);
    });
    const Catalogue all = catalogue();
    EXPECT_THAT(all.pools, ElementsAre(changed, Field(&ListedPool::id, "b")));
    EXPECT_THAT(all.groups, ElementsAre(regrouped, Field(&ListedGroup::id, "h")));
    change([&](Transaction& unit) -> Result<void> {
        EXPECT_THAT(unit.catalogue().groups_named("one").value(), IsEmpty());
        return {};
    });
}

TEST_P(StoreContract, a_key_is_of_one_thing_at_a_time_and_no_key_of_many) {
    const ListedPool first{"a", "key", {}}, second{"b", "key", {}};
    const ListedGroup group{"a", "key", {}, {}}, other{"b", "key", {}, {}};
    change([&](Transaction& unit) -> Result<void> {
        EXPECT_TRUE(unit.catalogue().put_pool(first));
        return unit.catalogue().put_group(group);
    });
    EXPECT_EQ(error_of([&](Transaction& unit) { return unit.catalogue().put_pool(second); }),
              Errc::conflict);
    EXPECT_EQ(error_of([&](Transaction& unit) { return unit.catalogue().put_group(other); }),
              Errc::conflict);
    EXPECT_TRUE(retire_pool("a"));
    EXPECT_TRUE(retire_group("a"));
    change([&](Transaction& unit) -> Result<void> {
        EXPECT_TRUE(unit.catalogue().put_pool(second));
        return unit.catalogue().put_group(other);
    });
}

TEST_P(StoreContract, a_pool_without_possible_sessions_is_refused) {
    for (const auto& [least, most] : {std::pair{61, 60}, std::pair{-1, 60}}) {
        const ListedPool pool{
            "a", "", {{}, std::chrono::seconds(least), std::chrono::seconds(most)}};
        EXPECT_EQ(error_of([&](Transaction& unit) { return unit.catalogue().put_pool(pool); }),
                  Errc::invalid);
    }
    EXPECT_EQ(catalogue(), Catalogue());
}

TEST_P(StoreContract, a_withdrawn_pool_takes_along_what_is_in_no_other_pool) {
    put_pool("a");
    put_pool("b");
    put_rig("alone", {"a"});
    put_rig("shared", {"a", "b"});
    put_group({"g", "", {}, {"b", "a", "x", "a"}});
    EXPECT_TRUE(retire_pool("a"));
    EXPECT_FALSE(retire_pool("a"));
    EXPECT_FALSE(retire_pool("unknown"));
    const Catalogue all = catalogue();
    EXPECT_THAT(all.pools, ElementsAre(Field(&ListedPool::id, "b")));
    ASSERT_EQ(all.offers.size(), 1U);
    EXPECT_EQ(all.offers[0].id, "shared");
    EXPECT_THAT(all.offers[0].pools, ElementsAre("b"));
    EXPECT_THAT(all.groups.at(0).pools, ElementsAre("b", "x"));
    EXPECT_THAT(candidates("a"), IsEmpty());
    put_pool("a");
    EXPECT_THAT(catalogue().pools,
                ElementsAre(Field(&ListedPool::id, "b"), Field(&ListedPool::id, "a")));
    EXPECT_THAT(candidates("a"), IsEmpty()) << "a new pool with an old id";
}

TEST_P(StoreContract, groups_and_offers_are_withdrawn_once) {
    put_pool("bench");
    put_rig("laser-7");
    put_group({"g", "", {{.name = "optics"}, {}}, {"bench"}});
    EXPECT_TRUE(retire_group("g"));
    EXPECT_FALSE(retire_group("g"));
    EXPECT_TRUE(retire_offer("laser-7"));
    EXPECT_FALSE(retire_offer("laser-7"));
    const Catalogue all = catalogue();
    EXPECT_THAT(all.groups, IsEmpty());
    EXPECT_THAT(all.offers, IsEmpty());
    EXPECT_EQ(all.pools.size(), 1U);
    change([](Transaction& unit) -> Result<void> {
        EXPECT_THAT(unit.catalogue().groups_named("optics").value(), IsEmpty());
        EXPECT_EQ(unit.catalogue().offer("laser-7").value(), std::nullopt);
        return {};
    });
}

TEST_P(StoreContract, resources_have_the_topics_that_were_bound_last) {
    const Topic one{"https://relay.example", "one"}, two{"https://relay.example", "two"};
    const Topic far{"https://far.example", "one"};
    const ResourceNumber first = add_resource({one, two, far});
    const ResourceNumber second = add_resource({});
    EXPECT_NE(first, second);
    change([&](Transaction& unit) { return unit.catalogue().bind_topic(two, second); });
    EXPECT_THAT(resources(), ElementsAre(Resource{first, {far, one}, std::nullopt},
                                         Resource{second, {two}, std::nullopt}));
    EXPECT_EQ(
        error_of([&](Transaction& unit) { return unit.catalogue().bind_topic(one, second + 100); }),
        Errc::conflict);
    EXPECT_EQ(resources().at(0).topics.size(), 2U);
}

TEST_P(StoreContract, a_resource_is_out_of_service_until_it_is_back) {
    put_pool("bench");
    const Offer rig = put_rig("laser-7");
    const auto set = [&](bool available) {
        change([&](Transaction& unit) {
            return unit.catalogue().set_available(rig.resource, available, "lamp");
        });
        return candidates().at(0).available;
    };
    EXPECT_TRUE(candidates().at(0).available);
    EXPECT_FALSE(set(false));
    EXPECT_TRUE(set(true));
    EXPECT_EQ(error_of([&](Transaction& unit) {
                  return unit.catalogue().set_available(rig.resource + 1, true, "");
              }),
              Errc::not_found);
}

TEST_P(StoreContract, a_resource_tells_until_when_it_is_held) {
    put_pool("bench");
    put_rig("laser-7");
    EXPECT_TRUE(is_booked(booking("now", 0, 60)));
    EXPECT_TRUE(is_booked(booking("later", 100, 200)));
    EXPECT_EQ(resources().at(0).held_until, now + std::chrono::seconds(200));
    now += std::chrono::seconds(200);
    EXPECT_EQ(resources().at(0).held_until, std::nullopt);
}

}  // namespace relay::booking
