// SPDX-License-Identifier: Apache-2.0
#include "book/admin/poolstore.hpp"

#include "book/admin/poolstore_for_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace relay::book {
namespace {

using namespace test;
using booking::BookingTime;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;

const BookingTime now = booking::from_unix_seconds(1'795'341'600);

TEST(Poolstore, reads_what_the_reference_exports) {
    const auto store = read_poolstore(reference_export());
    ASSERT_TRUE(store) << store.error().detail;
    const auto& [pools, groups, offers] = store->catalogue;

    ASSERT_THAT(pools, SizeIs(2));
    EXPECT_EQ(pools[0].id, "5b1e61a2-0000-4000-8000-0000000000b1");
    EXPECT_EQ(pools[0].pool.description.name, "Laser bench");
    EXPECT_EQ(pools[0].pool.description.short_text, "Diffraction rigs");
    EXPECT_EQ(pools[0].pool.least, 120s);
    EXPECT_EQ(pools[0].pool.most, 2700s);
    EXPECT_EQ(pools[1].pool.most, 7200s) << "0 is the reference's fault";

    ASSERT_THAT(groups, SizeIs(2));
    EXPECT_EQ(groups[0].group.description.name, "optics-2031");
    EXPECT_THAT(groups[0].pools, ElementsAre(pools[0].id));
    EXPECT_THAT(groups[1].pools, IsEmpty());
    EXPECT_EQ(groups[0].group.max_sessions, std::nullopt);

    ASSERT_THAT(offers, SizeIs(2));
    EXPECT_EQ(offers[0].id, "5b1e61a2-0000-4000-8000-0000000000c1");
    EXPECT_THAT(offers[0].pools, ElementsAre(pools[0].id));
    const booking::Activity& laser = offers[0].activity;
    EXPECT_EQ(laser.expires, booking::from_unix_seconds(1'988'150'400));
    EXPECT_EQ(laser.config_url, "https://files.lab.test/laser-7.json");
    ASSERT_THAT(laser.streams, SizeIs(2));
    EXPECT_EQ(laser.streams[0].role, "data") << "in one order, so that they can be compared";
    EXPECT_EQ(laser.streams[1].role, "video");
    EXPECT_EQ(laser.streams[1].topic.audience, "https://relay.lab.test");
    EXPECT_EQ(laser.streams[1].topic.name, "laser-7-video");
    EXPECT_EQ(laser.streams[1].connection_type, "session");
    EXPECT_THAT(laser.streams[0].scopes, ElementsAre("read", "write"));
    ASSERT_THAT(laser.interfaces, SizeIs(1));
    EXPECT_THAT(laser.interfaces[0].streams_required, ElementsAre("data", "video"));
}

TEST(Poolstore, reads_sessions_of_the_reference_but_not_those_that_were_not_confirmed) {
    const auto store = read_poolstore(reference_export());
    ASSERT_TRUE(store) << store.error().detail;
    ASSERT_THAT(store->sessions, SizeIs(2));
    const CarriedSession& laser = store->sessions[0];
    EXPECT_EQ(laser.name, "5b1e61a2-0000-4000-8000-0000000000d1");
    EXPECT_EQ(laser.user, "ann");
    EXPECT_EQ(laser.activity_id, "5b1e61a2-0000-4000-8000-0000000000c1");
    EXPECT_EQ(laser.pool, "5b1e61a2-0000-4000-8000-0000000000b1") << "it is in use there";
    EXPECT_EQ(laser.start, std::nullopt);
    EXPECT_EQ(laser.end, booking::from_unix_seconds(1'795'345'200));
    booking::Activity offered = store->catalogue.offers[0].activity;
    offered.expires = laser.activity.expires;
    EXPECT_EQ(laser.activity, offered) << "though written in another way";
    EXPECT_EQ(store->sessions[1].pool, "") << "nobody lists it any more";
    EXPECT_EQ(store->locked, true);
    EXPECT_EQ(store->message, "Closed for an export");
}

Poolstore sample() {
    booking::Activity laser;
    laser.description = {.name = "Laser ü",
                         .type = "laser",
                         .short_text = "s",
                         .long_text = "l",
                         .further = "f",
                         .thumb = "t",
                         .image = "i"};
    laser.expires = now + 24h;
    laser.config_url = "https://files.lab.test/x.json";
    laser.streams = {{.role = "data",
                      .url = "https://relay.lab.test/session/laser",
                      .verb = "POST",
                      .connection_type = "session",
                      .topic = {"https://relay.lab.test", "laser"},
                      .scopes = {"read", "write"}}};
    laser.interfaces = {{.url = "https://ui.lab.test",
                         .description = {.name = "Basic", .type = "ui"},
                         .streams_required = {"data"}}};
    booking::Pool limits;
    limits.description = {.name = "Bench", .type = "pool"};
    limits.least = 90s;
    booking::Group course;
    course.description = {.name = "optics", .type = "group"};
    course.max_sessions = 3;

    Poolstore store;
    store.catalogue.pools = {{"p1", "bench", limits}, {"p2", "", limits}};
    store.catalogue.groups = {{"g1", "optics", course, {"p2", "p1"}}};
    store.catalogue.offers = {{"a1", "laser-1", laser, {"p1", "p2"}, 0},
                              {"a2", "", laser, {"p2"}, 0}};
    CarriedSession session{.name = "s1",
                           .user = "ann",
                           .activity_id = "a1",
                           .activity = laser,
                           .pool = "p2",
                           .group = "optics",
                           .start = now - 10min + 7ms,
                           .end = now + 20min + 7ms};
    session.activity.expires = booking::from_unix_seconds(booking::unix_seconds(session.end));
    store.sessions = {session};
    store.locked = false;
    store.message = "Open for bookings";
    return store;
}

TEST(Poolstore, comes_back_as_it_was_written) {
    const Poolstore before = sample();
    const auto after = read_poolstore(to_json(before, {}, now));
    ASSERT_TRUE(after) << after.error().detail;
    EXPECT_EQ(after->catalogue, before.catalogue);
    EXPECT_EQ(after->sessions, before.sessions);
    EXPECT_EQ(*after, before);
}

TEST(Poolstore, has_the_members_of_the_reference) {
    const json document = to_json(sample(), {.login_time = 1800s, .max_sessions = 5}, now);
    const json pool = decoded(document["pool"]), booking = decoded(document["booking"]);
    EXPECT_EQ(pool["bookingTokenDuration"], 1800);
    EXPECT_EQ(pool["pools"]["p1"]["minSession"], 90);
    EXPECT_EQ(pool["pools"]["p1"]["available"]["a1"], booking::unix_seconds(now + 24h));
    EXPECT_EQ(pool["pools"]["p2"]["inUse"]["a1"], booking::unix_seconds(now + 20min));
    EXPECT_THAT(pool["pools"]["p1"]["inUse"], IsEmpty());
    EXPECT_EQ(pool["groups"]["g1"]["pools"][0], pool["pools"]["p2"]);
    EXPECT_EQ(pool["groups"]["g1"]["pools"][0]["description"]["id"], "p2");
    const json& stream = pool["pools"]["p1"]["activities"]["a1"]["streams"]["data"];
    EXPECT_EQ(stream["permission"],
              json::parse(R"({"aud":["https://relay.lab.test"],"bookingID":"","prefix":"session",
                              "scopes":["read","write"],"topic":"laser"})"));
    EXPECT_EQ(booking["max"], 5);
    EXPECT_EQ(booking["lockBookings"], false);
    EXPECT_EQ(booking["message"], "Open for bookings");
    EXPECT_EQ(booking["lastBookingEnds"], booking::unix_seconds(now + 20min));
    EXPECT_EQ(booking["sessions"]["ann"]["s1"], booking::unix_seconds(now + 20min));
    EXPECT_EQ(booking["userBySession"]["s1"], "ann");
    EXPECT_EQ(booking["activities"]["ann"]["s1"], booking["activityBySession"]["s1"]);
    EXPECT_EQ(booking["activities"]["ann"]["s1"]["streams"][0]["permission"]["audience"],
              "https://relay.lab.test");
}

TEST(Poolstore, holds_neither_secret_nor_token) {
    const json document = to_json(sample(), {}, now);
    EXPECT_FALSE(decoded(document["pool"]).contains("secret"));
    for (const char* part : {"pool", "booking"})
        EXPECT_THAT(decoded(document[part]).dump(), Not(HasSubstr("\"token\"")));
}

TEST(Poolstore, survives_names_that_are_no_utf8) {
    Poolstore store = sample();
    store.catalogue.pools[0].pool.description.name = "b\xffnch";
    EXPECT_TRUE(read_poolstore(to_json(store, {}, now)));
}

TEST(Poolstore, refuses_what_is_no_export_and_says_where) {
    struct Case {
        const char* name;
        json value;
        const char* expected;
    };
    const auto pools = [](const char* text) { return reference_export(text); };
    const auto bookings = [](const char* text) { return reference_export("{}", text); };
    const Case cases[] = {
        {"nothing", nullptr, "Empty poolstore in request"},
        {"a list", json::array(), "Empty poolstore in request"},
        {"no pool", {{"booking", "e30="}}, "Empty poolstore in request"},
        {"an empty booking", {{"booking", ""}, {"pool", "e30="}}, "Empty poolstore in request"},
        {"no base64", {{"booking", "e30="}, {"pool", "{}"}}, "pool:is not base64"},
        {"no JSON",
         {{"booking", base64_of("{")}, {"pool", "e30="}},
         "booking:is not a JSON object"},
        {"pools a list", pools(R"({"pools":[]})"), "pool:pools has to be an object"},
        {"a pool a text", pools(R"({"pools":{"p":"x"}})"), "pool:pools.p has to be an object"},
        {"a name a number", pools(R"({"pools":{"p":{"description":{"name":7}}}})"),
         "pool:pools.p.description.name has to be a string"},
        {"a limit a text", pools(R"({"pools":{"p":{"minSession":"1"}}})"),
         "pool:pools.p.minSession has to be a number"},
        {"no topic",
         pools(
             R"({"pools":{"p":{"activities":{"a":{"streams":{"d":{"permission":{"aud":["u"]}}}}}}}})"),
         "pool:pools.p.activities.a.streams.d.permission has to name a topic"},
        {"two of one id",
         pools(
             R"({"pools":{"p":{"activities":{"a":{"exp":1}}},"q":{"activities":{"a":{"exp":2}}}}})"),
         "pool:pools.q.activities.a differs from the activity with the same id in another pool"},
        {"a group's pools a text", pools(R"({"groups":{"g":{"pools":"p"}}})"),
         "pool:groups.g.pools has to be an array"},
        {"an end a text", bookings(R"({"activities":{"u":{"s":{"description":{"id":"a"}}}},
                                       "sessions":{"u":{"s":"soon"}}})"),
         "booking:sessions.u.s has to be a number"},
        {"a session of nothing",
         bookings(R"({"activities":{"u":{"s":{}}},"sessions":{"u":{"s":1}}})"),
         "booking:activities.u.s has to be of a user, with a name and an id"},
        {"two sessions of one name",
         bookings(R"({"activities":{"u":{"s":{"description":{"id":"a"}}},
                                    "v":{"s":{"description":{"id":"a"}}}},
                      "sessions":{"u":{"s":1},"v":{"s":1}}})"),
         "booking:activities.v.s has the name of another user's session"},
        {"two streams of one role",
         bookings(R"({"activities":{"u":{"s":{"description":{"id":"a"},"streams":[
             {"for":"d","permission":{"aud":"u","topic":"t"}},
             {"for":"d","permission":{"aud":"u","topic":"t2"}}]}}},"sessions":{"u":{"s":1}}})"),
         "booking:activities.u.s.streams has two streams for the same"},
    };
    for (const Case& c : cases) {
        const auto store = read_poolstore(c.value);
        ASSERT_FALSE(store) << c.name;
        EXPECT_EQ(store.error().code, Errc::internal) << c.name;
        EXPECT_EQ(store.error().detail, c.expected) << c.name;
    }
}

TEST(Poolstore, takes_impossible_times_for_the_nearest_possible) {
    for (const char* time : {"1e300", "-1e300", "9223372036854775807", "-5", "1.75"}) {
        const std::string pools =
            std::string(R"({"pools":{"p":{"activities":{"a":{"exp":)") + time + R"(}}}}})";
        const auto store = read_poolstore(reference_export(pools, "{}"));
        ASSERT_TRUE(store) << time << store.error().detail;
        const BookingTime read = store->catalogue.offers[0].activity.expires;
        EXPECT_GE(read, BookingTime(0s)) << time;
        EXPECT_LE(read, BookingTime(std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1)))
            << time;
    }
}

}  // namespace
}  // namespace relay::book
