// SPDX-License-Identifier: Apache-2.0
#include "book_client/stats_text.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace relay::book_client {
namespace {

const nlohmann::json sample = nlohmann::json::parse(R"({
    "from": 1800000000, "to": 1800036000,
    "resources": [
        {"resource": 1, "activity": "Laser 7", "booked_s": 9000, "sessions": 5,
         "hours": [{"start": 1800000000, "booked_s": 3600}, {"start": 1800003600, "booked_s": 5400}]},
        {"resource": 12, "activity": "Pendel, groß", "booked_s": 0, "sessions": 0, "hours": []}],
    "refusals": [{"reason": "none available", "pool": "p1", "group": "optics", "count": 3}],
    "groups": [{"group": "optics \"A\"", "sessions": 5, "users": 2, "booked_s": 9000}]})");

TEST(StatsTable, ShowsUtilisationRefusalsAndGroupsInColumns) {
    EXPECT_EQ(stats_table(sample),
              "From 2027-01-15T08:00:00Z to 2027-01-15T18:00:00Z\n"
              "\n"
              "Resource  Activity      Sessions  Booked  Use\n"
              "1         Laser 7       5         2h30m   25.0%\n"
              "12        Pendel, groß  0         0s      0.0%\n"
              "\n"
              "Refused because  Pool  Group   Times\n"
              "none available   p1    optics  3\n"
              "\n"
              "Group       Sessions  Users  Booked\n"
              "optics \"A\"  5         2      2h30m\n");
}

TEST(StatsCsv, HasOneRowForEachFigureAndQuotesWhereNeeded) {
    EXPECT_EQ(stats_csv(sample),
              "kind,resource,activity,hour,pool,group,reason,sessions,users,booked_s,count\r\n"
              "resource,1,Laser 7,,,,,5,,9000,\r\n"
              "hour,1,Laser 7,2027-01-15T08:00:00Z,,,,,,3600,\r\n"
              "hour,1,Laser 7,2027-01-15T09:00:00Z,,,,,,5400,\r\n"
              "resource,12,\"Pendel, groß\",,,,,0,,0,\r\n"
              "refusal,,,,p1,optics,none available,,,,3\r\n"
              "group,,,,,\"optics \"\"A\"\"\",,5,2,9000,\r\n");
}

TEST(StatsText, TakesTimesAsTextToo) {
    auto stats = sample;
    stats["from"] = "2027-01-15T08:00:00Z";
    stats["to"] = "2027-01-15T18:00:00Z";
    EXPECT_EQ(stats_table(stats), stats_table(sample));
}

TEST(StatsText, AnswersOfAnotherShapeAreShownAsFarAsTheyGo) {
    for (const char* text : {"{}", "[]", "null", R"({"resources":{},"groups":[1,null]})",
                             R"({"resources":[{"hours":7,"booked_s":"x"}]})"}) {
        const auto stats = nlohmann::json::parse(text);
        EXPECT_THAT(stats_table(stats), testing::StartsWith("From ")) << text;
        EXPECT_THAT(stats_csv(stats), testing::StartsWith("kind,")) << text;
    }
}

TEST(StatsText, NamesCannotControlTheTerminal) {
    const auto stats = nlohmann::json{{"groups", {{{"group", "a\x1b[31m\nb"}}}}};
    EXPECT_THAT(stats_table(stats), testing::HasSubstr("a [31m b"));
}

}  // namespace
}  // namespace relay::book_client
