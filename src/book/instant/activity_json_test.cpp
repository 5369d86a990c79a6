// SPDX-License-Identifier: Apache-2.0
#include "book/instant/activity_json.hpp"

#include "auth/keyring.hpp"
#include "book/instant/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::book {
namespace {

using nlohmann::json;

constexpr WallTime now{std::chrono::seconds(1'795'342'750)};

json full_activity() {
    return json::parse(R"({
        "config": {"url": "https://files.example/c.json"},
        "description": {"id": "a1", "name": "Laser 7", "type": "laser", "short": "s", "long": "l",
                        "further": "f", "thumb": "t", "image": "i"},
        "exp": 4000000000.5,
        "streams": [{"for": "data", "url": "https://relay.example/session/laser", "verb": "POST",
                     "permission": {"audience": "https://relay.example", "topic": "laser",
                                    "connection_type": "session", "scopes": ["read", "write"]}}],
        "uis": [{"url": "https://ui.example/?streams={{streams}}", "streamsRequired": ["data"],
                 "description": {"name": "Basic", "type": "ui"}}]})");
}

TEST(ActivityJson, is_read_with_all_its_members) {
    const auto sent = read_activity(full_activity());
    ASSERT_TRUE(sent) << sent.error().body;
    EXPECT_EQ(sent->id, "a1");
    const booking::Activity expected{
        .description = {.name = "Laser 7",
                        .type = "laser",
                        .short_text = "s",
                        .long_text = "l",
                        .further = "f",
                        .thumb = "t",
                        .image = "i"},
        .expires = booking::BookingTime(std::chrono::milliseconds(4'000'000'000'500)),
        .config_url = "https://files.example/c.json",
        .streams = {{.role = "data",
                     .url = "https://relay.example/session/laser",
                     .verb = "POST",
                     .connection_type = "session",
                     .topic = {"https://relay.example", "laser"},
                     .scopes = {"read", "write"}}},
        .interfaces = {{.url = "https://ui.example/?streams={{streams}}",
                        .description = {.name = "Basic", .type = "ui"},
                        .streams_required = {"data"}}}};
    EXPECT_EQ(sent->activity, expected);
    EXPECT_FALSE(flaw_of(sent->activity, now));
}

TEST(ActivityJson, text_is_told_as_it_was_sent) {
    json sent = full_activity();
    sent["description"]["name"] = "Спектр \"∆λ\" \\ \n\t\u0001";
    booking::Session session;
    session.offer = {.id = "a1", .activity = read_activity(sent).value().activity, .pools = {"p"}};
    session.booking.time = {booking::booking_time(now), booking::booking_time(now)};
    const Secret secret("0123456789abcdef0123456789abcdef");
    const Tokens tokens({.audience = "x", .secret = secret, .relay_secret = secret},
                        auth::KeyRing::make(secret).value());
    const auto told = session_json(session, tokens, now);
    ASSERT_TRUE(told) << told.error().detail;
    EXPECT_EQ((*told)["description"], sent["description"]);
    EXPECT_EQ((*told)["uis"], sent["uis"]);
}

// Whatever stands wherever: it is taken or refused, in one of the shapes of the API.
TEST(ActivityJson, any_value_in_any_place_is_taken_or_refused) {
    const json values[] = {nullptr,
                           true,
                           -1,
                           0,
                           1e300,
                           -1e300,
                           "",
                           "\u0000",
                           "text",
                           json::array(),
                           {nullptr},
                           json::object(),
                           json::array({1, "a", {}}),
                           {{"name", 1}},
                           std::string(100'000, 'x')};
    const json body = full_activity();
    std::vector<std::string> places{""};
    for (const auto& [place, value] : body.flatten().items()) {
        for (std::string path = place; !path.empty(); path.resize(path.rfind('/')))
            places.push_back(path);
    }
    std::size_t taken = 0;
    for (const std::string& place : places) {
        for (const json& value : values) {
            json changed = body;
            changed[json::json_pointer(place)] = value;
            const auto sent = read_activity(changed);
            if (sent) {
                ++taken;
                const auto flaw = flaw_of(sent->activity, now);
                EXPECT_NE(flaw, "") << place;
            } else {
                EXPECT_THAT(sent.error().status, testing::AnyOf(400, 422)) << place << value;
                EXPECT_TRUE(json::accept(sent.error().body)) << place;
            }
        }
    }
    EXPECT_GT(taken, places.size());
}

}  // namespace
}  // namespace relay::book
