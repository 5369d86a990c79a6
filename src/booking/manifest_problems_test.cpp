// SPDX-License-Identifier: Apache-2.0
#include "booking/manifest.hpp"
#include "booking/manifest_for_test.hpp"

#include <gmock/gmock.h>

#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace relay::booking {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

constexpr std::string_view good = R"(groups:
  course:
    pools: [bench]
    max_sessions: 3
pools:
  bench:
    description: {name: Bench, type: pool-v1}
    minsession: 60
    maxsession: 3600
    activities: [laser]
activities:
  laser:
    config: {url: https://files.example/laser.json}
    description: text
    UISet: pages
    exp: 1988150400
    streams:
      data:
        for: data
        url: https://r.example/session/laser
        audience: https://r.example
        ct: session
        topic: laser
        scopes: [read]
      video: {for: video, url: 'http://r.example/v', audience: 'http://r.example', ct: session, topic: v, scopes: [read]}
uis:
  page:
    description: {name: Page, type: ui-v1}
    url: https://ui.example
    streamsrequired: [data]
UISets:
  pages: [page]
descriptions:
  text: {name: Laser, type: activity-v1}
)";

// The good manifest with the first occurrence of a text replaced.
std::string edited(std::string_view from, std::string_view to) {
    std::string text(good);
    const std::size_t place = text.find(from);
    EXPECT_NE(place, text.npos) << from;
    return text.replace(place, from.size(), to);
}

std::vector<ManifestProblem> problems_of(std::string_view yaml) {
    auto manifest = parse_manifest(yaml, manifest_test_time);
    return manifest ? std::vector<ManifestProblem>{} : std::move(manifest.error());
}

struct Mistake {
    std::string_view from, to;
    unsigned line;
    std::string_view text;
};

// Each mistake is the only one that is told.
void expect_told(std::span<const Mistake> mistakes) {
    for (const Mistake& mistake : mistakes) {
        const auto problems = problems_of(edited(mistake.from, mistake.to));
        ASSERT_EQ(problems.size(), 1U) << mistake.to;
        EXPECT_EQ(problems[0].line, mistake.line) << mistake.to;
        EXPECT_THAT(problems[0].text, HasSubstr(mistake.text)) << mistake.to;
    }
}

TEST(ManifestProblems, TheGoodOneHasNone) {
    EXPECT_THAT(problems_of(good), testing::IsEmpty());
}

TEST(ManifestProblems, UnknownNamesAreToldWithTheNearestKnownOne) {
    const Mistake mistakes[] = {
        {"UISets:", "uisets:", 31, "manifest: unknown name uisets; did you mean UISets?"},
        {"max_sessions:", "maxsessions:", 4,
         "group course: unknown name maxsessions; did you mean max_sessions?"},
        {"minsession:", "min_session:", 8,
         "pool bench: unknown name min_session; did you mean minsession?"},
        {"name: Bench", "name: Bench, id: 1", 7, "pool bench: description: unknown name id"},
        {"config: {url: ", "config: {url: x, uri: ", 13,
         "activity laser: config: unknown name uri; did you mean url?"},
        {"UISet: pages", "UISet: pages\n    colour: red", 16,
         "activity laser: unknown name colour"},
        {"ct: session", "ct: session\n        token: abc", 23,
         "activity laser: stream data: unknown name token"},
        {"streamsrequired:", "streamsRequired: []\n    streamsrequired:", 30,
         "ui page: unknown name streamsRequired; did you mean streamsrequired?"},
        {"name: Laser", "name: Laser, shot: x", 34,
         "description text: unknown name shot; did you mean short?"},
    };
    for (const Mistake& mistake : mistakes) {
        const auto problems = problems_of(edited(mistake.from, mistake.to));
        EXPECT_THAT(problems,
                    testing::Contains(ManifestProblem{mistake.line, std::string(mistake.text)}))
            << mistake.to;
    }
}

TEST(ManifestProblems, MissingNamesAreTold) {
    expect_told(std::vector<Mistake>{
        {"    pools: [bench]\n", "", 2, "group course: pools is missing"},
        {"    description: {name: Bench, type: pool-v1}\n", "", 6,
         "pool bench: description is missing"},
        {"    activities: [laser]\n", "", 6, "pool bench: activities is missing"},
        {"name: Bench, ", "", 7, "pool bench: description: name is missing"},
        {", type: pool-v1", "", 7, "pool bench: description: type is missing"},
        {"{url: https://files.example/laser.json}", "{}", 13,
         "activity laser: config: url is missing"},
        {"    description: text\n", "", 12, "activity laser: description is missing"},
        {"    exp: 1988150400\n", "", 12, "activity laser: exp is missing"},
        {"for: video, ", "", 25, "activity laser: stream video: for is missing"},
        {"        url: https://r.example/session/laser\n", "", 18,
         "activity laser: stream data: url is missing"},
        {"        audience: https://r.example\n", "", 18,
         "activity laser: stream data: audience is missing"},
        {"        ct: session\n", "", 18, "activity laser: stream data: ct is missing"},
        {"        topic: laser\n", "", 18, "activity laser: stream data: topic is missing"},
        {"        scopes: [read]\n", "", 18, "activity laser: stream data: scopes is missing"},
        {"    description: {name: Page, type: ui-v1}\n", "", 27, "ui page: description is missing"},
        {"    url: https://ui.example\n", "", 27, "ui page: url is missing"},
        {"{name: Laser, ", "{", 34, "description text: name is missing"},
    });
}

TEST(ManifestProblems, ReferencesToWhatIsNotThereAreTold) {
    expect_told(std::vector<Mistake>{
        {"pools: [bench]", "pools: [bench, bank]", 3, "group course: pools: there is no pool bank"},
        {"pools: [bench]", "pools: [bench, bensh]", 3,
         "there is no pool bensh; did you mean bench?"},
        {"activities: [laser]", "activities:\n    - laser\n    - lazer", 12,
         "pool bench: activities: there is no activity lazer; did you mean laser?"},
        {"description: text", "description: texts", 14,
         "activity laser: description: there is no description texts; did you mean text?"},
        {"UISet: pages", "UISet: page", 15,
         "activity laser: UISet: there is no UISet page; did you mean pages?"},
        {"pages: [page]", "pages: [page, pgae]", 32,
         "UISet pages: there is no ui pgae; did you mean page?"},
        {"streamsrequired: [data]", "streamsrequired: [data, audio]", 15,
         "activity laser: UISet: ui page requires a stream for audio, which the activity must"},
    });
}

TEST(ManifestProblems, WhatIsGivenTwiceIsTold) {
    expect_told(std::vector<Mistake>{
        {"uis:", "pools: {}\nuis:", 26, "pools is given twice, in line 5 as well"},
        {"pools: [bench]", "pools: [bench, bench]", 3, "group course: pools: bench is given twice"},
        {"activities: [laser]", "activities: [laser, laser]", 10,
         "pool bench: activities: laser is given twice"},
        {"pages: [page]", "pages: [page, page]", 32, "UISet pages: page is given twice"},
        {"scopes: [read]", "scopes: [read, read]", 24, "scopes: read is given twice"},
        {"streamsrequired: [data]", "streamsrequired: [data, data]", 30,
         "ui page: streamsrequired: data is given twice"},
        {"for: video", "for: data", 25,
         "activity laser: stream video: for: must differ between streams; there is one for data"},
    });
}

TEST(ManifestProblems, TimesAndLengthsThatMakeNoSenseAreTold) {
    const std::string_view length = "must be in whole seconds, from 1 up to a year, or as in 1h30m";
    const std::string_view time = "must be a time in unix seconds, or as in 2035-10-01T00:00:00Z";
    for (const std::string_view value :
         {"0", "-1", "1.5", "1h0.5s", "10 s", "x", "''", "[]", "100000h", "99999999999999999999"}) {
        expect_told(std::vector<Mistake>{
            {"minsession: 60", fmt::format("minsession: {}", value), 8, length},
            {"maxsession: 3600", fmt::format("maxsession: {}", value), 9, length}});
    }
    for (const std::string_view value : {"-1", "1.5", "soon", "2033-01-01", "253402300800", "{}"})
        expect_told(
            std::vector<Mistake>{{"exp: 1988150400", fmt::format("exp: {}", value), 16, time}});
    expect_told(std::vector<Mistake>{
        {"maxsession: 3600", "maxsession: 59s", 6,
         "pool bench: minsession: must not be more than maxsession; 1m is more than 59s"},
        {"minsession: 60", "minsession: 3601", 6, "1h1s is more than 1h"},
        {"exp: 1988150400", "exp: 1893456000", 16,  // the time of the test
         "activity laser: exp: must be in the future; 2030-01-01T00:00:00Z is past"},
        {"exp: 1988150400", "exp: 2001-02-03T04:05:06Z", 16, "2001-02-03T04:05:06Z is past"},
    });
    EXPECT_THAT(problems_of(edited("exp: 1988150400", "exp: 1893456001")), testing::IsEmpty());
    EXPECT_THAT(problems_of(edited("minsession: 60", "minsession: 3600")), testing::IsEmpty());
}

TEST(ManifestProblems, ValuesOfAnotherKindAreTold) {
    const std::string_view address =
        "must be an absolute URL such as https://relay.example/session/topic";
    expect_told(std::vector<Mistake>{
        {"max_sessions: 3", "max_sessions: many", 4,
         "group course: max_sessions: must be a number from 0 to 1000000"},
        {"pools: [bench]", "pools: bench", 3, "group course: pools: must be a list of names"},
        {"pools: [bench]", "pools: [[bench]]", 3, "group course: pools: must be a list of names"},
        {"name: Bench", "name: ''", 7, "description: name: must be a text that is not empty"},
        {"{name: Bench, type: pool-v1}", "bench-text", 7,
         "pool bench: description: must be a map, as in `name: value`"},
        {"description: text", "description: {name: x}", 14,
         "activity laser: description: must be the name of an entry"},
        {"UISet: pages", "UISet: [pages]", 15, "UISet: must be the name of an entry"},
        {"ct: session", "ct: telnet", 22,
         "activity laser: stream data: ct: must be session or shell"},
        {"url: https://r.example/session/laser", "url: /session/laser", 20, address},
        {"audience: https://r.example", "audience: r.example", 21, address},
        {"topic: laser", "topic: ''", 23, "topic: must be a text that is not empty"},
        {"scopes: [read]", "scopes: []", 24, "scopes: must name one or more, such as read"},
        {"scopes: [read]", "scopes: read", 24, "scopes: must be a list of names"},
        {"pages: [page]", "pages: page", 32, "UISet pages: must be a list of names"},
        {"url: https://ui.example", "url: ''", 29, "ui page: url: must be a text that is not"},
        {"text: {name: Laser, ", "text: {name: Laser, long: [x], ", 34, "long: must be a text"},
        {"{url: https://files.example/laser.json}", "x.json", 13,
         "activity laser: config: must be a map"},
    });
    EXPECT_THAT(problems_of("pools: []\nuis: x\n"),
                ElementsAre(ManifestProblem{1,
                                            "manifest: pools: must be a map of entries, each "
                                            "with its name"},
                            ManifestProblem{2,
                                            "manifest: uis: must be a map of entries, each with "
                                            "its name"}));
    EXPECT_THAT(problems_of("activities: {a: {description: d, exp: 1988150400, streams: [x]}}\n"
                            "descriptions: {d: {name: x, type: y}, e: }\n"),
                ElementsAre(ManifestProblem{1,
                                            "activity a: streams: must be a map of streams, "
                                            "each with its name"},
                            ManifestProblem{2,
                                            "description e: must be a map, as in `name: "
                                            "value`"}));
    EXPECT_THAT(problems_of("UISets: {'': []}\n"),
                ElementsAre(ManifestProblem{1, "UISet : must have a name"}));
}

TEST(ManifestProblems, WhatIsNoManifestIsTold) {
    const struct {
        std::string text;
        unsigned line;
        const char* problem;
    } cases[] = {
        {"", 1, "is empty"},
        {"# nothing yet\n", 1, "is empty"},
        {"- a\n", 1, "manifest: must be a map"},
        {"manifest\n", 1, "manifest: must be a map"},
        {"pools: {}\n---\npools: {}\n", 2, "one document only"},
        {"pools: &p {}\nuis: *p\n", 2, "aliases are not supported"},
        {"pools: {}\nuis: 'x\xFF'\n# \xC3\n", 2, "must be UTF-8"},
        {"pools: {}\nuis: \xC3", 2, "must be UTF-8"},
    };
    for (const auto& item : cases) {
        const auto problems = problems_of(item.text);
        ASSERT_EQ(problems.size(), 1U) << item.text;
        EXPECT_EQ(problems[0].line, item.line) << item.text;
        EXPECT_THAT(problems[0].text, HasSubstr(item.problem));
    }
}

TEST(ManifestProblems, AllAreToldInTheOrderOfLines) {
    std::string text = edited("pools: [bench]", "pools: [bank]");
    for (const auto& [from, to] : std::initializer_list<std::pair<const char*, const char*>>{
             {"minsession: 60", "minsession: 5000"},
             {"ct: session", "ct: x"},
             {"exp: 1988150400", "exp: 7"},
             {"topic: laser", "topics: laser"},
             {"pages: [page]", "pages: [pag]"}})
        text.replace(text.find(from), std::string_view(from).size(), to);
    const auto at = [](unsigned line, const char* reason) {
        return testing::AllOf(Field(&ManifestProblem::line, line),
                              Field(&ManifestProblem::text, HasSubstr(reason)));
    };
    EXPECT_THAT(problems_of(text),
                ElementsAre(at(3, "no pool bank"), at(6, "minsession"), at(16, "is past"),
                            at(18, "topic is missing"), at(22, "ct"), at(23, "did you mean topic?"),
                            at(32, "no ui pag")));
}

TEST(ManifestProblems, ThousandsAreToldInReasonableTime) {
    std::string text = "pools:\n";
    for (int pool = 0; pool < 2000; ++pool)
        text += fmt::format(
            "  pool-{0}: {{description: {{name: x, type: y}}, activities: [activity-{0}]}}\n",
            pool);
    text += "activities:\n";
    for (int activity = 0; activity < 2000; ++activity)
        text += fmt::format("  other-{}: {{description: x}}\n", activity);
    EXPECT_EQ(problems_of(text).size(), 6000U);
}

}  // namespace
}  // namespace relay::booking
