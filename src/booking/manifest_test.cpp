// SPDX-License-Identifier: Apache-2.0
#include "booking/manifest.hpp"

#include "booking/manifest_for_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace relay::booking {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string documented_example() {
    std::ifstream file(RELAY_DOCUMENTS "/manifest.yaml");
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Manifest, TheDocumentedExampleIsGood) {
    const Catalogue catalogue = parsed_for_test(documented_example()).catalogue;
    ASSERT_THAT(catalogue.groups, SizeIs(2));
    EXPECT_EQ(catalogue.groups[0].key, "optics-2031");
    EXPECT_EQ(catalogue.groups[0].group.max_sessions, std::nullopt);
    EXPECT_THAT(catalogue.groups[0].pools, ElementsAre("laser-bench", "heat-rod"));
    EXPECT_EQ(catalogue.groups[1].group.max_sessions, 4U);
    ASSERT_THAT(catalogue.pools, SizeIs(3));
    EXPECT_EQ(catalogue.pools[0].pool.least, 2min);
    EXPECT_EQ(catalogue.pools[0].pool.most, 45min);
    EXPECT_EQ(catalogue.pools[1].pool.most, 90min);
    ASSERT_THAT(catalogue.offers, SizeIs(4));
    EXPECT_THAT(catalogue.offers[0].activity.streams, SizeIs(2));
    EXPECT_THAT(catalogue.offers[0].activity.interfaces, SizeIs(2));
    EXPECT_EQ(catalogue.offers[0].activity.expires, catalogue.offers[1].activity.expires);
    EXPECT_THAT(catalogue.offers[3].activity.streams, IsEmpty());
}

TEST(Manifest, EveryMemberIsRead) {
    const Manifest manifest = parsed_for_test(R"(
groups:
  course: {pools: [bench], max_sessions: 0}
pools:
  bench:
    description: {name: Bench, type: pool-v1, short: s, long: l, further: f, thumb: t, image: i}
    minsession: 10
    maxsession: 1m
    activities: [laser]
activities:
  laser:
    config: {url: https://files.example/laser.json}
    description: text
    UISet: pages
    exp: 1988150400
    streams:
      first: {for: data, url: 'https://r.example/a', audience: 'https://r.example', ct: shell,
              topic: laser-data, verb: POST, scopes: [read, write]}
uis:
  page: {description: {name: Page, type: ''}, url: 'https://ui.example', streamsrequired: [data]}
UISets: {pages: [page]}
descriptions:
  text: {name: Laser, type: activity-v1, long: }
)");
    Catalogue expected;
    Pool bench;
    bench.description = {"Bench", "pool-v1", "s", "l", "f", "t", "i"};
    bench.least = 10s;
    bench.most = 60s;
    expected.pools = {{"", "bench", bench}};
    Group course;
    course.description.name = "course";
    course.description.type = "group";
    course.max_sessions = 0;
    expected.groups = {{"", "course", course, {"bench"}}};
    Activity laser;
    laser.description.name = "Laser";
    laser.description.type = "activity-v1";
    laser.expires = from_unix_seconds(1'988'150'400);
    laser.config_url = "https://files.example/laser.json";
    laser.streams = {{.role = "data",
                      .url = "https://r.example/a",
                      .verb = "POST",
                      .connection_type = "shell",
                      .topic = {"https://r.example", "laser-data"},
                      .scopes = {"read", "write"}}};
    UserInterface page;
    page.url = "https://ui.example";
    page.description.name = "Page";
    page.streams_required = {"data"};
    laser.interfaces = {page};
    expected.offers = {{"", "laser", laser, {"bench"}, 0}};
    EXPECT_EQ(manifest.catalogue, expected);
}

TEST(Manifest, WhatIsLeftOutHasItsDefault) {
    const Catalogue catalogue = parsed_for_test(R"(
pools:
  p: {description: {name: P, type: t}, activities: [a]}
activities:
  a: {description: d, exp: 1988150400}
descriptions:
  d: {name: A, type: t}
)")
                                    .catalogue;
    EXPECT_EQ(catalogue.pools.at(0).pool.least, 60s);
    EXPECT_EQ(catalogue.pools.at(0).pool.most, 2h);
    EXPECT_THAT(catalogue.groups, IsEmpty());
    EXPECT_THAT(catalogue.offers.at(0).activity.streams, IsEmpty());
    EXPECT_THAT(catalogue.offers.at(0).activity.interfaces, IsEmpty());
    EXPECT_EQ(catalogue.offers.at(0).activity.config_url, "");
}

TEST(Manifest, MayOfferNothingWhenItSaysSo) {
    for (const char* text : {"pools: {}\n", "pools:\n", "{}", "{\"groups\": {}}"})
        EXPECT_EQ(parsed_for_test(text).catalogue, Catalogue{}) << text;
}

TEST(Manifest, WhatNothingRefersToIsNotOffered) {
    const Catalogue catalogue = parsed_for_test(R"(
pools:
  unused: {description: {name: P, type: t}, activities: []}
activities:
  unused: {description: d, exp: 1988150400}
uis:
  unused: {description: {name: U, type: t}, url: x, streamsrequired: [data]}
UISets:
  unused: [unused]
descriptions:
  d: {name: A, type: t}
  unused: {name: A, type: t}
)")
                                    .catalogue;
    EXPECT_THAT(catalogue.pools, SizeIs(1));
    EXPECT_THAT(catalogue.offers, IsEmpty());
}

TEST(Manifest, AnActivityKeepsTheOrderOfItsPools) {
    const Catalogue catalogue = parsed_for_test(R"(
pools:
  z: {description: {name: P, type: t}, activities: [a]}
  b: {description: {name: P, type: t}, activities: [a]}
activities:
  a: {description: d, exp: 2033-01-01T00:00:00+02:00}
descriptions:
  d: {name: A, type: t}
)")
                                    .catalogue;
    ASSERT_THAT(catalogue.offers, SizeIs(1));
    EXPECT_THAT(catalogue.offers[0].pools, ElementsAre("z", "b"));
    EXPECT_EQ(catalogue.offers[0].activity.expires,
              std::chrono::sys_days(std::chrono::year(2033) / 1 / 1) - 2h);
}

TEST(Manifest, MayExpireAsLateAsAnybodyWrites) {
    const Catalogue catalogue = parsed_for_test(R"(
pools: {p: {description: {name: P, type: t}, activities: [a]}}
activities: {a: {description: d, exp: 253402300799}}
descriptions: {d: {name: A, type: t}}
)")
                                    .catalogue;
    EXPECT_EQ(unix_seconds(catalogue.offers.at(0).activity.expires), 253'402'300'799);
}

TEST(Manifest, ALargeOneIsRead) {
    const Catalogue catalogue = parsed_for_test(LargeManifest::text()).catalogue;
    EXPECT_THAT(catalogue.pools, SizeIs(LargeManifest::pools));
    EXPECT_THAT(catalogue.groups, SizeIs(LargeManifest::groups));
    ASSERT_THAT(catalogue.offers, SizeIs(LargeManifest::activities));
    EXPECT_EQ(std::ranges::count_if(catalogue.offers,
                                    [](const Offer& offer) { return offer.pools.size() > 1; }),
              LargeManifest::shared);
    std::set<Topic> topics;
    for (const Offer& offer : catalogue.offers)
        for (const Stream& stream : offer.activity.streams) topics.insert(stream.topic);
    EXPECT_THAT(topics, SizeIs(2 * LargeManifest::rigs));
}

}  // namespace
}  // namespace relay::booking
