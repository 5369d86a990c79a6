// SPDX-License-Identifier: Apache-2.0
#include "host/api.hpp"

#include "net/router.hpp"

#include <gmock/gmock.h>

namespace relay::host {
namespace {

using net::HttpResponse;
using testing::HasSubstr;
using testing::Not;

struct ApiTest : testing::Test {
    Rules rules;
    net::Router router{api_routes(rules, [] { return std::string(R"({"feeds":{}})"); })};

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

TEST_F(ApiTest, TokenFileIsTakenAndShown) {
    const auto response = post_destination(
        R"({"id":"0","stream":"a","destination":"https://h/x","token_file":"/run/token"})");
    EXPECT_THAT(response.body, HasSubstr(R"("token":"","token_file":"/run/token")"));
    EXPECT_EQ(rules.find_destination("0")->token_file, "/run/token");
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

TEST_F(ApiTest, RecordingIsRefusedClearly) {
    expect_refused(post_destination(
                       R"({"id":"0","stream":"a","destination":"ws://h/x","file":"/etc/passwd"})"),
                   501, "does not record");
    EXPECT_TRUE(rules.destinations().empty());
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
