// SPDX-License-Identifier: Apache-2.0
#include "demo/static_files.hpp"

#include <gmock/gmock.h>

namespace relay::demo {
namespace {

using testing::HasSubstr;

constexpr std::uint8_t page_bytes[] = {'<', 'p', '>'};
constexpr std::uint8_t script_bytes[] = {'l', 'e', 't', 0, 0xff};
constexpr EmbeddedFile files[] = {
    {"/index.html", "aaaabbbbccccddddaaaabbbbccccddddffff", page_bytes},
    {"/view/index.html", "bbbbccccddddaaaabbbbccccddddaaaaffff", page_bytes},
    {"/assets/index-1a.js", "0123456789abcdef0123456789abcdefeeee", script_bytes},
};

net::HttpRequest get(std::string target) {
    net::HttpRequest request;
    request.method = "GET";
    request.target = std::move(target);
    return request;
}

struct StaticFilesTest : testing::Test {
    StaticFiles pages{files};

    int status_of(const net::HttpRequest& request) const {
        const auto response = pages.respond(request);
        return response ? response->status : 0;
    }
};

TEST_F(StaticFilesTest, TheRootIsTheIndexPage) {
    const auto response = pages.respond(get("/"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "<p>");
    EXPECT_EQ(response->content_type, "text/html; charset=utf-8");
    EXPECT_EQ(response->fields["Cache-Control"], "no-cache");
}

TEST_F(StaticFilesTest, AFolderIsItsIndexPage) {
    EXPECT_EQ(status_of(get("/view/")), 200);
    EXPECT_EQ(status_of(get("/view/?x=1")), 200);
    EXPECT_EQ(status_of(get("/view")), 0);
    EXPECT_EQ(status_of(get("/other/")), 0);
}

TEST_F(StaticFilesTest, AQueryDoesNotMatter) {
    EXPECT_EQ(status_of(get("/?x=1")), 200);
    EXPECT_EQ(status_of(get("/assets/index-1a.js?x=1")), 200);
}

TEST_F(StaticFilesTest, FilesAreServedByteForByteAndKeptForEverWhenTheirNameHoldsAHash) {
    const auto response = pages.respond(get("/assets/index-1a.js"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, std::string("let\0\xff", 5));
    EXPECT_EQ(response->content_type, "text/javascript; charset=utf-8");
    EXPECT_THAT(response->fields["Cache-Control"], HasSubstr("immutable"));
}

TEST_F(StaticFilesTest, OnlyPathsInTheTableExist) {
    const char* paths[] = {"/assets",
                           "/assets/",
                           "/assets/../index.html",
                           "/../index.html",
                           "//index.html",
                           "/./index.html",
                           "/%69ndex.html",
                           "/..%2f..%2fetc/passwd",
                           "/../../../../etc/passwd",
                           "/index.html/",
                           "/INDEX.HTML",
                           "/session.json",
                           ""};
    for (const auto* path : paths) {
        if (get(path).path() == "/") continue;
        EXPECT_EQ(status_of(get(path)), 0) << path;
    }
}

TEST_F(StaticFilesTest, ABrowserThatHasTheFileIsToldSo) {
    auto request = get("/");
    const auto first = pages.respond(request);
    ASSERT_TRUE(first);
    const std::string tag(first->fields["ETag"]);
    EXPECT_EQ(tag, "\"aaaabbbbccccddddaaaabbbbccccdddd\"");
    for (const auto& field :
         {tag, "W/" + tag, "\"x\", " + tag, tag + ", \"x\"", std::string("*")}) {
        request.fields.set("If-None-Match", field);
        const auto second = pages.respond(request);
        ASSERT_TRUE(second);
        EXPECT_EQ(second->status, 304) << field;
        EXPECT_EQ(second->body, "");
        EXPECT_EQ(second->fields["ETag"], tag);
    }
    request.fields.set("If-None-Match", "\"something else\"");
    EXPECT_EQ(status_of(request), 200);
}

TEST_F(StaticFilesTest, OtherMethodsAreRefused) {
    auto request = get("/");
    request.method = "POST";
    const auto response = pages.respond(request);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 405);
    EXPECT_EQ(response->fields["Allow"], "GET, HEAD");
    request.method = "HEAD";
    EXPECT_EQ(status_of(request), 200);
}

TEST_F(StaticFilesTest, ThePageMayConnectToTheRelayAndLoadNothingForeign) {
    auto request = get("/");
    request.fields.add("Host", "127.0.0.1:8080");
    const auto response = pages.respond(request);
    ASSERT_TRUE(response);
    const auto policy = response->fields["Content-Security-Policy"];
    EXPECT_THAT(std::string(policy), HasSubstr("default-src 'none'; script-src 'self'"));
    EXPECT_THAT(std::string(policy),
                HasSubstr("connect-src 'self' ws://127.0.0.1:8080 wss://127.0.0.1:8080;"));
    EXPECT_THAT(std::string(policy), testing::Not(HasSubstr("unsafe")));
    EXPECT_EQ(response->fields["X-Content-Type-Options"], "nosniff");
}

TEST_F(StaticFilesTest, AHostFieldCannotWidenThePolicy) {
    auto request = get("/");
    request.fields.add("Host", "x; script-src *");
    const auto response = pages.respond(request);
    ASSERT_TRUE(response);
    EXPECT_THAT(std::string(response->fields["Content-Security-Policy"]),
                HasSubstr("connect-src 'self'; base-uri"));
}

TEST(StaticFiles, WithoutPagesTheRootSaysHowToBuildThem) {
    const StaticFiles empty{{}};
    const auto response = empty.respond(get("/"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_THAT(response->body, HasSubstr("npm run build"));
    EXPECT_FALSE(response->fields.find("ETag"));
    EXPECT_FALSE(empty.respond(get("/main.js")));
}

TEST(StaticFiles, KnowsTheContentTypesOfAWebPage) {
    EXPECT_EQ(content_type_of("/a/style.css"), "text/css; charset=utf-8");
    EXPECT_EQ(content_type_of("/icon.svg"), "image/svg+xml");
    EXPECT_EQ(content_type_of("/js"), "application/octet-stream");
}

TEST(StaticFiles, EveryEmbeddedFileHasAPathAndAHash) {
    for (const auto& file : embedded_files()) {
        EXPECT_TRUE(file.path.starts_with("/")) << file.path;
        EXPECT_EQ(file.sha256.size(), 64U) << file.path;
        EXPECT_NE(content_type_of(file.path), "application/octet-stream") << file.path;
    }
}

}  // namespace
}  // namespace relay::demo
