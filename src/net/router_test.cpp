// SPDX-License-Identifier: Apache-2.0
#include "net/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

HttpRequest request(std::string method, std::string target) {
    return {.method = std::move(method), .target = std::move(target)};
}

Router router(std::string base_path = "") {
    const auto say = [](std::string what) {
        return [what](const HttpRequest&, const PathParameters& parameters) {
            std::string body = what;
            for (const auto& parameter : parameters) body += " " + parameter;
            return HttpResponse{.body = body};
        };
    };
    return Router({{"POST", "/session/{id}", say("session")},
                   {"GET", "/bids/deny", say("list")},
                   {"POST", "/bids/deny", say("deny")},
                   {"*", "/ts/{feed*}", say("feed")}},
                  std::move(base_path));
}

TEST(Router, FindsTheRouteByMethodAndPath) {
    EXPECT_EQ(router().respond(request("POST", "/session/abc")).body, "session abc");
    EXPECT_EQ(router().respond(request("GET", "/bids/deny")).body, "list");
    EXPECT_EQ(router().respond(request("POST", "/bids/deny?bid=1")).body, "deny");
    EXPECT_EQ(router().respond(request("BREW", "/ts/front/large")).body, "feed front/large");
}

TEST(Router, MergesSlashes) {
    EXPECT_EQ(merge_slashes("//a///b/c//"), "/a/b/c/");
    EXPECT_EQ(merge_slashes("///"), "/");
    EXPECT_EQ(merge_slashes("/a%2F/.//..//b"), "/a%2F/./../b");
    EXPECT_EQ(merge_slashes(""), "");
}

TEST(Router, UnescapesWhatAPlaceholderMatched) {
    EXPECT_EQ(router().respond(request("POST", "/session/a%2Fb%20c")).body, "session a/b c");
    EXPECT_EQ(router().respond(request("POST", "/session/a%2")).status, 404);
}

TEST(Router, AnswersUnknownPathsWith404AndOtherMethodsWith405) {
    const auto missing = router().respond(request("GET", "/nothing"));
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.body, R"({"code":"404","message":"path /nothing was not found"})");
    const auto wrong = router().respond(request("PUT", "/bids/deny"));
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.fields["Allow"], "GET, POST");
    EXPECT_THAT(wrong.body, HasSubstr("method PUT is not allowed, but [GET, POST] are"));
}

TEST(Router, FinishesEveryAnswer) {
    const auto say = [](const HttpRequest&, const PathParameters&) { return HttpResponse{}; };
    const Router marked({{"GET", "/a", say}}, "", [](const HttpRequest&, HttpResponse& response) {
        response.fields.set("X-Mark", "1");
    });
    for (const char* path : {"/a", "/missing"})
        EXPECT_EQ(marked.respond(request("GET", path)).fields["X-Mark"], "1") << path;
    EXPECT_EQ(marked.respond(request("PUT", "/a")).fields["X-Mark"], "1");
}

TEST(Router, AcceptsPathsWithAndWithoutTheBasePath) {
    const Router based = router("/ed0/access");
    for (const char* path : {"/ed0/access/session/x", "/session/x", "/session/x/"})
        EXPECT_EQ(based.respond(request("POST", path)).body, "session x") << path;
    EXPECT_EQ(based.respond(request("POST", "/ed0/accessory/session/x")).status, 404);
    EXPECT_TRUE(based.knows("/ed0/access/bids/deny"));
    EXPECT_FALSE(based.knows("/ed0/access"));
}

TEST(Router, BasePathIsThePathOfAnAddress) {
    const struct {
        const char *address, *path;
    } rows[] = {{"https://app.example.org/ed0/access", "/ed0/access"},
                {"https://app.example.org/ed0/access/", "/ed0/access"},
                {"https://app.example.org", ""},
                {"https://app.example.org/", ""},
                {"ws://127.0.0.1:8083/a", "/a"},
                {"/ed0", "/ed0"},
                {"plain-name", ""},
                {"", ""}};
    for (const auto& row : rows) EXPECT_EQ(base_path_of(row.address), row.path) << row.address;
}

TEST(Router, MatchesWholeSegmentsOnly) {
    EXPECT_THAT(match_path("/a/{x}/b", "/a/1/b"), Optional(ElementsAre("1")));
    EXPECT_EQ(match_path("/a/{x}", "/a/1/2"), std::nullopt);
    EXPECT_EQ(match_path("/a/{x}", "/a"), std::nullopt);
    EXPECT_EQ(match_path("/a/{x}", "/a/"), std::nullopt);
    EXPECT_EQ(match_path("/a", "/ab"), std::nullopt);
    EXPECT_THAT(match_path("/{rest*}", "/x/y"), Optional(ElementsAre("x/y")));
}

}  // namespace
}  // namespace relay::net
