// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/catalogue_contract_for_test.hpp"

// Offers and their versions over any backend. Instantiated with store_contract_for_test.hpp.
namespace relay::booking {

TEST_P(StoreContract, offers_come_back_as_they_were_put) {
    put_pool("bench");
    put_pool("other");
    Offer rig = put_rig("laser-7", {"other", "bench"});
    rig.activity.description = odd_description;
    rig.activity.expires = BookingTime(std::chrono::milliseconds(-1));
    rig.activity.config_url = "https://files.example/\xc3\xa9?a=1&b='2'";
    rig.activity.streams[0].scopes = {"write", "", "\"read\"", "\xc3\xa9"};
    rig.activity.streams[0].verb = "";
    rig.activity.streams.push_back(rig.activity.streams[0]);
    rig.activity.streams[1].role = "";
    rig.activity.streams[1].scopes = {};
    rig.activity.interfaces = {
        {"https://ui.example/?s={{streams}}", odd_description, {"data0", ""}},
        {"", {.name = "", .type = ""}, {}}};
    put_offer(rig);
    const Offer simulation = put_simulation("pendulum");
    for (int round = 0; round < 2; ++round) {
        EXPECT_THAT(catalogue().offers, ElementsAre(rig, simulation));
        EXPECT_EQ(look<std::optional<Offer>>(
                      [](const Transaction& seen) { return seen.catalogue().offer("laser-7"); }),
                  rig);
        backend->reopen();
    }
}

TEST_P(StoreContract, a_text_that_is_not_utf8_is_refused) {
    put_pool("bench");
    Offer rig = put_rig("laser-7");
    const Offer before = rig;
    rig.activity.description.long_text = "\xff";
    EXPECT_EQ(error_of([&](Transaction& unit) { return unit.catalogue().put_offer(rig); }),
              Errc::invalid);
    EXPECT_THAT(catalogue().offers, ElementsAre(before));
}

TEST_P(StoreContract, an_offer_that_cannot_be_put_leaves_the_one_before) {
    put_pool("bench");
    put_rig("other");
    const Offer rig = put_rig("laser-7");
    const auto refused = [&](auto change_it) {
        Offer changed = rig;
        changed.activity.config_url = "changed";
        change_it(changed);
        Errc reason = Errc::internal;
        // Within a unit that goes on.
        change([&](Transaction& unit) -> Result<void> {
            const auto put = unit.catalogue().put_offer(changed);
            EXPECT_FALSE(put);
            if (!put) reason = put.error().code;
            return {};
        });
        EXPECT_EQ(catalogue().offers.at(1), rig);
        return reason;
    };
    EXPECT_EQ(refused([](Offer& offer) { offer.pools = {}; }), Errc::invalid);
    EXPECT_EQ(refused([](Offer& offer) { offer.pools = {"bench", "unknown"}; }), Errc::not_found);
    EXPECT_EQ(refused([](Offer& offer) { offer.key = "other"; }), Errc::conflict);
    EXPECT_EQ(refused([](Offer& offer) { offer.resource += 100; }), Errc::conflict);
    EXPECT_EQ(refused([](Offer& offer) { offer.activity.streams[0].topic.name = "other-data"; }),
              Errc::conflict)
        << "the topic is of another resource";
    EXPECT_EQ(refused([](Offer& offer) { offer.activity.streams[0].topic.name = "unbound"; }),
              Errc::conflict);
    EXPECT_EQ(refused([](Offer& o) { o.activity.streams.push_back(o.activity.streams.front()); }),
              Errc::conflict)
        << "two streams with one role";
}

TEST_P(StoreContract, a_session_keeps_the_version_that_it_has_booked) {
    put_pool("bench");
    Offer rig = put_rig("laser-7");
    put_rig("laser-8");
    std::vector<Offer> versions;
    for (int number = 0; number < 40; ++number) {
        rig.activity.config_url = "https://files.example/" + std::to_string(number % 2);
        rig.activity.description.long_text = std::to_string(number);
        put_offer(rig);
        put_offer(rig);  // the same again is no new version
        versions.push_back(rig);
        EXPECT_TRUE(is_booked(booking("b" + std::to_string(number), number, number + 1)));
    }
    EXPECT_TRUE(retire_offer("laser-7"));
    put_offer(versions[7]);
    for (int number = 0; number < 40; ++number) {
        const auto session = find("b" + std::to_string(number));
        ASSERT_TRUE(session);
        EXPECT_EQ(session->offer, versions[static_cast<std::size_t>(number)]);
    }
    EXPECT_THAT(catalogue().offers, ElementsAre(Field(&Offer::id, "laser-8"), versions[7]))
        << "withdrawn and put again: at the end";
}

TEST_P(StoreContract, a_new_version_keeps_its_place_in_the_order) {
    put_pool("bench");
    Offer first = put_rig("a");
    put_rig("b");
    first.activity.config_url = "changed";
    put_offer(first);
    EXPECT_THAT(catalogue().offers, ElementsAre(first, Field(&Offer::id, "b")));
}

TEST_P(StoreContract, an_offer_changes_its_pools_and_its_key_without_a_new_version) {
    put_pool("bench");
    put_pool("other");
    Offer rig = put_rig("laser-7");
    EXPECT_TRUE(is_booked(booking("b", 0, 60)));
    rig.pools = {"other"};
    rig.key = "";
    put_offer(rig);
    EXPECT_THAT(candidates("bench"), IsEmpty());
    EXPECT_EQ(candidates("other").size(), 1U);
    EXPECT_THAT(catalogue().offers, ElementsAre(rig));
    EXPECT_EQ(find("b")->offer.activity, rig.activity);
    rig.pools = {"bench", "other", "bench"};
    put_offer(rig);
    EXPECT_EQ(candidates("bench").size(), 1U);
    rig.pools = {"bench", "other"};
    EXPECT_THAT(catalogue().offers, ElementsAre(rig)) << "once each";
}

TEST_P(StoreContract, an_offer_moves_to_another_resource_and_its_sessions_stay) {
    put_pool("bench");
    Offer rig = put_rig("laser-7");
    EXPECT_TRUE(is_booked(booking("b", 0, 60)));
    const ResourceNumber before = rig.resource;
    rig.resource = add_resource({});
    change([&](Transaction& unit) -> Result<void> {
        const auto moved = unit.catalogue().bind_topic(rig.activity.streams[0].topic, rig.resource);
        if (!moved) return moved;
        return unit.catalogue().put_offer(rig);
    });
    EXPECT_EQ(find("b")->offer.resource, before);
    EXPECT_EQ(candidates().at(0).resource, rig.resource);
    EXPECT_THAT(candidates().at(0).held, IsEmpty());
}

}  // namespace relay::booking
