// SPDX-License-Identifier: Apache-2.0
#include "host/control/api.hpp"

#include "base/temporary_folder_for_test.hpp"
#include "net/router.hpp"

#include <gmock/gmock.h>

#include <optional>

namespace relay::host {
namespace {

using net::HttpResponse;
using testing::HasSubstr;
using testing::Not;

struct ApiTest : testing::Test {
    Config config;
    Rules rules;
    RulesEditor editor{rules, config};
    net::Router router{api_routes(
        editor, [] { return std::string(R"({"feeds":{}})"); },
        [] { return std::string("relay_up 1\n"); })};

    void SetUp() override { ASSERT_TRUE(editor.open({})); }

    HttpResponse ask(std::string method, std::string target, std::string body = "") {
        net::HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.body = std::move(body);
        return router.respond(request);
    }

    HttpResponse post_stream(std::string body) {
        return ask("POST", "/api/streams", std::move(body));
    }
    HttpResponse post_destination(std::string body) {
        return ask("POST", "/api/destinations", std::move(body));
    }
    void expect_refused(const HttpResponse& response, int status, std::string_view reason) {
        EXPECT_EQ(response.status, status);
        EXPECT_THAT(response.body, HasSubstr("\"code\":\"" + std::to_string(status) + "\""));
        EXPECT_THAT(response.body, HasSubstr(std::string(reason)));
    }
};

constexpr auto stream_body = R"({"stream":"/stream/front/large","feeds":["video0","audio0"]})";
constexpr auto destination_body =
    R"({"id":"0","stream":"/stream/front/large","destination":"https://h/access/session/x",)"
    R"("token":"very.secret.token","file":""})";

TEST_F(ApiTest, HealthIsAnsweredAsDocumented) {
    EXPECT_EQ(ask("GET", "/healthcheck").body, "\"ok\"\n");
    EXPECT_THAT(ask("GET", "/healthcheck").content_type, HasSubstr("text/plain"));
    EXPECT_EQ(ask("GET", "/healthz").status, 200);
    EXPECT_EQ(ask("GET", "/status").body, R"({"feeds":{}})");
    EXPECT_EQ(ask("GET", "/api").status, 200);
    EXPECT_EQ(ask("PUT", "/api").body, "");
}

TEST_F(ApiTest, StreamIsGivenBackByEveryMethodThatSetsIt) {
    for (const char* method : {"POST", "PUT", "UPDATE"}) {
        const auto response = ask(method, "/api/streams", stream_body);
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.content_type, "application/json");
        EXPECT_EQ(response.body, R"({"stream":"stream/front/large","feeds":["video0","audio0"]})");
    }
    EXPECT_EQ(ask("GET", "/api/streams/all").body, R"({"stream/front/large":["video0","audio0"]})");
    EXPECT_EQ(ask("GET", "/api/streams/stream/front/large").body, R"(["video0","audio0"])");
}

TEST_F(ApiTest, UnknownStreamIsNotFound) {
    expect_refused(ask("GET", "/api/streams/none"), 404, "stream not found");
    EXPECT_EQ(ask("GET", "/api/streams/all").body, "{}");
}

TEST_F(ApiTest, StreamIsDeleted) {
    post_stream(stream_body);
    EXPECT_EQ(ask("DELETE", "/api/streams/stream/front/large").body, R"("stream/front/large")");
    EXPECT_EQ(ask("GET", "/api/streams/stream/front/large").status, 404);
    EXPECT_EQ(ask("DELETE", "/api/streams/none").body, R"("none")");
}

// spec: session-host §8 defect 2
TEST_F(ApiTest, DeletingAllDeletesAll) {
    for (const char* name : {"all", "deleteAll"}) {
        post_stream(stream_body);
        post_destination(destination_body);
        EXPECT_EQ(ask("DELETE", std::string("/api/streams/") + name).body, R"("deleteAll")");
        EXPECT_EQ(ask("DELETE", std::string("/api/destinations/") + name).body, R"("deleteAll")");
        EXPECT_TRUE(rules.streams().empty());
        EXPECT_TRUE(rules.destinations().empty());
    }
}

// spec: session-host §8 defect 8
TEST_F(ApiTest, TokenIsStoredButNeverGivenBack) {
    const std::string shown =
        R"({"id":"0","stream":"stream/front/large","destination":"https://h/access/session/x",)"
        R"("token":"***","file":""})";
    EXPECT_EQ(post_destination(destination_body).body, shown);
    EXPECT_EQ(ask("GET", "/api/destinations/0").body, shown);
    EXPECT_EQ(ask("GET", "/api/destinations/all").body, R"({"0":)" + shown + "}");
    EXPECT_EQ(rules.find_destination("0")->token.reveal(), "very.secret.token");
}

TEST_F(ApiTest, TheMaskIsNotTakenForAToken) {
    expect_refused(
        post_destination(R"({"id":"0","stream":"a","destination":"https://h/x","token":"***"})"),
        400, "token: is what stands for a token");
}

struct ApiWithFoldersTest : ApiTest {
    TemporaryFolder folder;

    ApiWithFoldersTest() {
        config.token_folder = folder.path();
        config.state_folder = folder / "state";
        config.record_folder = folder / "recordings";
    }
    void SetUp() override {
        rules = Rules(config.record_folder);
        editor_with_folders.emplace(rules, config);
        router = net::Router(api_routes(
            *editor_with_folders, [] { return std::string(); }, [] { return std::string(); }));
        ASSERT_TRUE(editor_with_folders->open({}));
    }

    std::optional<RulesEditor> editor_with_folders;
};

TEST_F(ApiWithFoldersTest, TokenFileIsTakenAndShown) {
    const auto response = post_destination(
        R"({"id":"0","stream":"a","destination":"https://h/x","token_file":"a.token"})");
    EXPECT_THAT(response.body, HasSubstr(R"("token":"","token_file":"/)"));
    EXPECT_THAT(response.body, HasSubstr(R"(/a.token")"));
    expect_refused(post_destination(R"({"id":"0","stream":"a","destination":"https://h/x",)"
                                    R"("token_file":"/etc/shadow"})"),
                   400, "token_file: must be inside");
}

TEST_F(ApiWithFoldersTest, RecordingIsTakenBelowItsFolder) {
    EXPECT_THAT(
        post_destination(R"({"id":"0","stream":"a","destination":"ws://h/x","file":"a/b.ts"})")
            .body,
        HasSubstr(R"("file":"a/b.ts")"));
    expect_refused(
        post_destination(R"({"id":"0","stream":"a","destination":"ws://h/x","file":"../b.ts"})"),
        400, "file: ");
}

TEST_F(ApiWithFoldersTest, WhatCannotBeSavedIs507AndNotDone) {
    post_stream(stream_body);
    std::filesystem::remove_all(config.state_folder);
    expect_refused(post_destination(R"({"id":"0","stream":"a","destination":"ws://h/x"})"), 507,
                   "cannot save the rules");
    expect_refused(ask("DELETE", "/api/streams/all"), 507, "cannot save the rules");
    EXPECT_TRUE(rules.destinations().empty());
    EXPECT_EQ(rules.streams().size(), 1U);
}

TEST_F(ApiTest, RulesOfOthersAre409) {
    RuleSet file;
    file.streams["a"] = {"a", {"b"}};
    editor.set_file_rules(file);
    expect_refused(post_stream(R"({"stream":"a","feeds":[]})"), 409, "belongs to the file");
    expect_refused(ask("DELETE", "/api/streams/a"), 409, "belongs to the file");
    expect_refused(ask("DELETE", "/api/destinations/apiRule"), 409, "Cannot delete apiRule");
    expect_refused(post_destination(R"({"id":"apiRule","stream":"api","destination":"ws://h/x"})"),
                   409, "belongs to the settings");
}

TEST_F(ApiTest, DestinationIsDeleted) {
    post_destination(destination_body);
    EXPECT_EQ(ask("DELETE", "/api/destinations/0").body, R"("0")");
    expect_refused(ask("GET", "/api/destinations/0"), 404, "destination not found");
    EXPECT_EQ(ask("DELETE", "/api/destinations/0").body, R"("0")");
}

TEST_F(ApiTest, BadBodiesAreRefusedWithTheReason) {
    const struct {
        const char* body;
        const char* reason;
    } cases[] = {
        {"", "not JSON"},
        {"{", "not JSON"},
        {"[]", "JSON object"},
        {"7", "JSON object"},
        {R"({"id":1e999})", "not JSON"},
        {"{}", "id: must not be empty"},
        {R"({"id":7})", "id: must be a string"},
        {R"({"id":"0","stream":["a"]})", "stream: must be a string"},
        {R"({"id":"0","buffer":1})", "unknown member"},
        {R"({"id":"0","stream":"a"})", "destination: must not be empty"},
        {R"({"id":"0","stream":"a","destination":"nowhere"})", "destination: "},
    };
    for (const auto& item : cases) expect_refused(post_destination(item.body), 400, item.reason);
    expect_refused(post_stream(R"({"stream":"a","feeds":"b"})"), 400, "feeds: must be an array");
    expect_refused(post_stream(R"({"stream":"a","feeds":[1]})"), 400, "feeds: must be an array");
    expect_refused(post_stream("{}"), 400, "stream: must not be empty");
    EXPECT_TRUE(rules.destinations().empty());
    EXPECT_TRUE(rules.streams().empty());
}

TEST_F(ApiTest, MistakeInTheTokenIsNotEchoed) {
    const auto response =
        post_destination(R"({"id":"0","token":"very.secret.token)");  // string not closed
    expect_refused(response, 400, "not JSON");
    EXPECT_THAT(response.body, Not(HasSubstr("secret")));
}

TEST_F(ApiTest, MemberNamesAreReadWithoutRegardToCase) {
    EXPECT_EQ(post_stream(R"({"Stream":"a","FEEDS":["b"]})").body,
              R"({"stream":"a","feeds":["b"]})");
}

TEST_F(ApiTest, RecordingNeedsItsFolder) {
    expect_refused(post_destination(
                       R"({"id":"0","stream":"a","destination":"ws://h/x","file":"/etc/passwd"})"),
                   400, "--record-dir");
    EXPECT_TRUE(rules.destinations().empty());
}

TEST_F(ApiTest, NamesMayHoldUnderscoresAndDots) {
    EXPECT_EQ(post_stream(R"({"stream":"stream/a_b.c","feeds":["v_0.x"]})").status, 200);
    EXPECT_EQ(ask("GET", "/api/streams/stream/a_b.c").body, R"(["v_0.x"])");
    EXPECT_EQ(ask("DELETE", "/api/streams/stream/a_b.c").body, R"("stream/a_b.c")");
    EXPECT_EQ(ask("GET", "/api/streams/stream/a_b.c").status, 404);
}

TEST_F(ApiTest, DeeplyNestedJsonIsHarmless) {
    expect_refused(post_stream(std::string(60'000, '[')), 400, "not JSON");
}

TEST_F(ApiTest, OtherPathsAndMethodsAreRefused) {
    EXPECT_EQ(ask("GET", "/debug/pprof/").status, 404);
    EXPECT_EQ(ask("PATCH", "/api/streams").status, 405);
}

}  // namespace
}  // namespace relay::host
