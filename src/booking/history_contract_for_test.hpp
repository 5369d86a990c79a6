// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/desk_fixture_for_test.hpp"
#include "booking/history_for_test.hpp"

#include <cstdlib>
#include <latch>

// Random histories over any backend. Instantiated with desk_contract_for_test.hpp.
namespace relay::booking {

// A number of the environment, for long runs by hand.
inline std::size_t number_of_environment(const char* name, std::size_t otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtoul(text, nullptr, 10) : otherwise;
}

// Units that wait for each other's commit, as those of many users do.
inline void write_many(Store& store, History& history, std::ptrdiff_t units) {
    std::latch left(units);
    for (std::ptrdiff_t i = 0; i < units; ++i) {
        auto worked = std::make_shared<bool>(false);
        store.write(
            [&history, worked](Transaction& transaction) {
                Result<void> result = history.unit(transaction);
                *worked = result.has_value();
                return result;
            },
            [&history, &left, worked](const Result<void>& result) {
                if (result.has_value() != *worked)
                    history.complain(result ? "a failed unit was committed"
                                            : "lost: " + result.error().detail);
                left.count_down();
            });
    }
    left.wait();
}

struct HistoryCatalogue {
    std::map<std::string, Pool> pools;
    std::vector<Offer> offers;
};

// Six rigs, with one relay or two, one of them with two activities, and a simulation; several are
// in more than one pool.
inline HistoryCatalogue make_history_catalogue(SessionDesk& desk) {
    HistoryCatalogue catalogue;
    for (const char* id : {"bench", "demo", "mixed"}) {
        catalogue.pools[id] = {.description = {.name = id, .type = "pool"},
                               .least = std::chrono::seconds(60),
                               .most = std::chrono::seconds(600)};
        desk.change([&](Transaction& transaction) {
            return transaction.catalogue().put_pool(
                {.id = id, .key = id, .pool = catalogue.pools[id]});
        });
    }
    const std::vector<std::string> near{"https://near.example/access"};
    const std::vector<std::string> both{"https://near.example/access",
                                        "https://far.example/access"};
    catalogue.offers = {
        desk.put_rig("a", {"bench"}, near),          desk.put_rig("b", {"bench", "mixed"}, near),
        desk.put_rig("c", {"bench", "mixed"}, both), desk.put_rig("d", {"demo"}, near),
        desk.put_rig("e", {"demo", "mixed"}, both),  desk.put_simulation("s", {"mixed", "demo"}),
    };
    Offer second = catalogue.offers[0];
    second.id = second.key = "a2";
    second.pools = {"demo", "mixed"};
    second.activity.description.name = "the same rig, another use";
    desk.put_offer(second);
    catalogue.offers.push_back(second);
    return catalogue;
}

TEST_P(SessionDesk, a_long_history_is_that_of_the_model) {
    const std::size_t operations = number_of_environment("RELAY_BOOKING_OPERATIONS", 3000);
    const auto seed = static_cast<std::uint32_t>(number_of_environment("RELAY_BOOKING_SEED", 1));
    constexpr std::size_t restarts = 10;
    HistoryCatalogue catalogue = make_history_catalogue(*this);
    History history(seed, std::move(catalogue.pools), std::move(catalogue.offers));

    for (std::size_t restart = 1; restart <= restarts; ++restart) {
        while (history.operations() < operations * restart / restarts &&
               history.problem().empty()) {
            write_many(backend->store(), history, 64);
            history.tidy();
        }
        backend->reopen();
        const auto compared = read_now(
            backend->store(), [&](const Transaction& seen) { return history.compare(seen); });
        EXPECT_TRUE(compared);
        ASSERT_EQ(history.problem(), "");
    }
    const auto compared = read_now(
        backend->store(), [&](const Transaction& seen) { return history.compare_finished(seen); });
    EXPECT_TRUE(compared);
    EXPECT_EQ(history.problem(), "");
    now = history.latest();

    // It was worth the name.
    auto counts = history.counts();
    EXPECT_GT(counts["granted"], operations / 20);
    for (const char* what :
         {"repeated", "unknown pool", "too short", "too long", "locked", "too many sessions",
          "none available", "key reused", "booked ahead", "taken ahead", "cancelled at once",
          "cancellation begun", "relay told", "relay down", "offer changed", "clock set back",
          "clock set forward", "reset", "unit undone"})
        EXPECT_GT(counts[what], 0U) << what;
}

}  // namespace relay::booking
