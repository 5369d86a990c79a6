// SPDX-License-Identifier: Apache-2.0
#include "host/host_for_test.hpp"
#include "net/test_socket.hpp"

#include <utility>

// Who may ask a host for what, and what it tells.
namespace relay::host {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

TEST_F(HostTest, ForeignPagesAreRefusedEverywhere) {
    net::HttpFields fields;
    fields.add("Origin", "https://example.org");
    for (const char* path : {"/api/destinations", "/ts/video0", "/ws/data", "/status"})
        EXPECT_EQ(ask("POST", path, "{}", fields).status, 403) << path;
}

TEST_F(HostTest, APageThatReadsUnderANameThatWasPointedHereIsRefused) {
    const auto ask_as = [&](const std::string& name) {
        net::test::TestSocket page(port);
        page.send("GET /api/destinations/all HTTP/1.1\r\nHost: " + name + "\r\n\r\n");
        return page.read_answer();
    };
    EXPECT_THAT(ask_as("rebound.example:8888"), HasSubstr("403 Forbidden"));
    EXPECT_THAT(ask_as("localhost:8888"), HasSubstr("200 OK"));
}

TEST_F(HostTest, LookingAtACamerasAddressDoesNotTakeItsPlace) {
    const auto looked = ask("GET", "/ts/video0?takeover");
    EXPECT_EQ(looked.status, 405);
    EXPECT_EQ(looked.fields["Allow"], "POST, PUT");
}

TEST_F(HostTest, BadFeedNamesAndPlainRequestsToAWebSocketAreRefused) {
    EXPECT_EQ(ask("POST", "/ts/a%20b", "x").status, 400);
    EXPECT_EQ(ask("GET", "/ws/data").status, 400);
}

TEST_F(HostTest, StatusShowsNoTokenAndNoCode) {
    Destination access{
        "0", "a", "http" + far_address("/access/session/x"), Secret("a.secret.b"), {}};
    ASSERT_TRUE(host.set_destination(access));
    Destination direct = to_far("a", "session?code=12345678");
    direct.id = "1";
    ASSERT_TRUE(host.set_destination(direct));
    ASSERT_TRUE(wait_until([&] { return host.status().contains("refused"); }));
    EXPECT_THAT(host.status(), Not(HasSubstr("secret")));
    EXPECT_THAT(host.status(), Not(HasSubstr("12345678")));
}

TEST_F(HostTest, TheFeedOfCommandsTakesNoVideo) {
    EXPECT_EQ(ask("POST", "/ts/api", "x").status, 400);
}

TEST_F(HostTest, ControlTokenIsAskedForWhereTheHostIsCommanded) {
    Config config = quick();
    config.control_token = Secret("let-me-in");
    Host guarded(config);
    const std::uint16_t open_port = std::exchange(port, guarded.start().value());
    net::HttpFields good;
    good.add("Authorization", "Bearer let-me-in");
    for (const char* path : {"/api/streams/all", "/status", "/metrics"}) {
        const auto refused = ask("GET", path);
        EXPECT_EQ(refused.status, 401) << path;
        EXPECT_EQ(refused.fields["WWW-Authenticate"], "Bearer realm=\"relay session host\"");
        EXPECT_EQ(ask("GET", path, "", good).status, 200) << path;
    }
    EXPECT_EQ(ask("GET", "/ws/api").status, 401);
    EXPECT_EQ(ask("GET", "/ws/data").status, 400) << "no WebSocket, but let in";
    EXPECT_EQ(ask("GET", "/healthz").status, 200);
    EXPECT_EQ(ask("GET", "/healthcheck").status, 200);
    guarded.stop();
    port = open_port;
}

}  // namespace
}  // namespace relay::host
