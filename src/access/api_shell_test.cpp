// SPDX-License-Identifier: Apache-2.0
#include "access/api_for_test.hpp"

#include <gmock/gmock.h>

// The access calls for byte streams. The messages are the reference's (spec/shell.md §2); faults of
// tokens are 401 and in the shape of all errors.
namespace relay::access {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr auto uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

struct ShellApi : ApiFixture {
    ShellApi() {
        settings.has_host = [this](const std::string& topic) {
            asked.push_back(topic);
            return host_is_there;
        };
        api = make(admission);
    }

    auth::Claims shell_claims(std::vector<std::string> scopes) const {
        auth::Claims claims = claims_of(std::move(scopes));
        claims.topic = "spin30";
        claims.prefix = "shell";
        return claims;
    }
    net::HttpResponse join(const auth::Claims& claims,
                           const std::string& target = "/shell/spin30") const {
        return send("POST", target, sign(claims));
    }
    // What the code in the answer is good for.
    auth::Grant grant_in(const net::HttpResponse& response) {
        const std::size_t code = response.body.find("?code=") + 6;
        auto grant = admission.redeem(response.body.substr(code, 36));
        EXPECT_TRUE(grant) << response.body;
        return grant.value_or(auth::Grant{});
    }

    bool host_is_there = true;
    mutable std::vector<std::string> asked;
};

TEST_F(ShellApi, a_host_gets_a_uri_of_its_topic) {
    const net::HttpResponse response = join(shell_claims({"host"}));
    ASSERT_EQ(response.status, 200);
    EXPECT_THAT(response.body,
                MatchesRegex(std::string(R"(\{"uri":"wss://relay.example/ed0/relay/)") +
                             R"(shell/spin30\?code=)" + uuid + R"("\})"));
    EXPECT_EQ(response.fields["Cache-Control"], "no-store");
    const auth::Grant grant = grant_in(response);
    EXPECT_EQ(grant.role, auth::Role::host);
    EXPECT_EQ(grant.path(), "spin30");
    EXPECT_EQ(grant.connection_id, "");
    EXPECT_TRUE(grant.salt.empty());
    EXPECT_EQ(grant.expires, now + 1h);
}

TEST_F(ShellApi, a_client_gets_a_connection_of_its_own_whose_salt_stays_hidden) {
    auth::Claims claims = shell_claims({"client"});
    claims.subject = "alice";
    const net::HttpResponse response = join(claims);
    ASSERT_EQ(response.status, 200);
    EXPECT_THAT(
        response.body,
        MatchesRegex(std::string(R"(\{"uri":"wss://relay.example/ed0/relay/shell/spin30/)") + uuid +
                     R"(\?code=)" + uuid + R"("\})"));
    const auth::Grant grant = grant_in(response);
    EXPECT_EQ(grant.role, auth::Role::client);
    EXPECT_EQ(grant.topic, "spin30");
    EXPECT_THAT(response.body, testing::HasSubstr("/spin30/" + grant.connection_id + "?"));
    EXPECT_THAT(grant.salt.reveal(), MatchesRegex(uuid));
    EXPECT_THAT(response.body, testing::Not(testing::HasSubstr(grant.salt.reveal())));
    EXPECT_TRUE(grant.can_read && grant.can_write);
    EXPECT_EQ(grant.target, "");
    EXPECT_EQ(grant.subject, "alice");
    EXPECT_THAT(asked, ElementsAre("spin30"));

    const auth::Grant next = grant_in(join(claims));
    EXPECT_NE(next.connection_id, grant.connection_id);
    EXPECT_NE(next.salt.reveal(), grant.salt.reveal());
}

TEST_F(ShellApi, later_versions_path_and_prefix_work_as_well) {
    auth::Claims claims = shell_claims({"client"});
    claims.prefix = "connect";
    for (const char* target : {"/api/v1/connect/spin30", "/ed0/access/api/v1/connect/spin30",
                               "/shell/spin30", "/shell/spin30/"}) {
        const net::HttpResponse response = join(claims, target);
        EXPECT_EQ(response.status, 200) << target;
        EXPECT_THAT(response.body,
                    StartsWith(R"({"uri":"wss://relay.example/ed0/relay/connect/spin30/)"));
    }
}

TEST_F(ShellApi, a_client_names_its_target) {
    const auto target = [&](const std::string& name) {
        return join(shell_claims({"client"}), "/shell/spin30?target=" + name);
    };
    const std::string longest(64, 'a');
    for (const std::string& name : {std::string("pi"), std::string("A-z_0.9"), longest})
        EXPECT_EQ(grant_in(target(name)).target, name);
    for (const std::string& name :
         {std::string(""), longest + "a", std::string("a%20b"), std::string("a:22"),
          std::string("a/b"), std::string("%c3%a9"), std::string("a%00")})
        expect_error(target(name), 422,
                     "target in query must be 1 to 64 letters, digits, dots, '_' and '-'");
}

TEST_F(ShellApi, a_client_whose_host_is_absent_is_told_at_once) {
    host_is_there = false;
    expect_error(join(shell_claims({"client"})), 503, "no host is connected to this topic");
    EXPECT_EQ(join(shell_claims({"host"})).status, 200);
}

TEST_F(ShellApi, the_stats_topic_needs_the_stats_scope_and_no_host) {
    host_is_there = false;
    auth::Claims claims = shell_claims({"stats"});
    claims.topic = "stats";
    const net::HttpResponse response = join(claims, "/shell/stats");
    EXPECT_THAT(response.body,
                StartsWith(R"({"uri":"wss://relay.example/ed0/relay/shell/stats?code=)"));
    const auth::Grant grant = grant_in(response);
    EXPECT_EQ(grant.role, auth::Role::member);
    EXPECT_TRUE(grant.can_read && grant.can_write);
}

TEST_F(ShellApi, tokens_that_do_not_fit_are_401_with_the_references_messages) {
    using Change = void (*)(auth::Claims&);
    const struct {
        const char* name;
        const char* path;
        Change change;
        const char* message;
    } rows[] = {
        {"no topic", "spin30", [](auth::Claims& claims) { claims.topic.clear(); },
         "Token Missing Required Claims"},
        {"no prefix", "spin30", [](auth::Claims& claims) { claims.prefix.clear(); },
         "Token Missing Required Claims"},
        {"no scopes", "spin30", [](auth::Claims& claims) { claims.scopes.clear(); },
         "Token Missing Required Claims"},
        {"no audience", "spin30", [](auth::Claims& claims) { claims.audience.clear(); },
         "Token Missing Required Claims"},
        {"another topic", "spin31", [](auth::Claims&) {}, "ShellID Does Not Match Token"},
        {"part of the topic", "spin3", [](auth::Claims&) {}, "ShellID Does Not Match Token"},
        {"other scopes", "spin30",
         [](auth::Claims& claims) { claims.scopes = {"read", "write", "Client"}; },
         "Missing client, host or stats Scope"},
        {"both roles", "spin30", [](auth::Claims& claims) { claims.scopes = {"client", "host"}; },
         "Can only have Client Or Host Scope, Not Both"},
        {"stats elsewhere", "spin30", [](auth::Claims& claims) { claims.scopes = {"stats"}; },
         "Path Not Valid for Stats Scope"},
        {"a client on stats", "stats", [](auth::Claims& claims) { claims.topic = "stats"; },
         "Path Not Valid Without Stats Scope"},
        {"a session", "spin30", [](auth::Claims& claims) { claims.prefix = "session"; },
         "token is not for a shell: its prefix is neither 'shell' nor 'connect'"},
        {"another audience", "spin30", [](auth::Claims& claims) { claims.audience = {"x"}; },
         "aud [x] does not match this host https://relay.example/ed0/access"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        auth::Claims claims = shell_claims({"client"});
        row.change(claims);
        for (const std::string route : {"/shell/", "/api/v1/connect/"})
            expect_error(join(claims, route + row.path), 401, row.message);
    }
    expect_error(send("POST", "/shell/spin30"), 401, "unauthenticated for invalid credentials");
    EXPECT_THAT(asked, IsEmpty());
}

TEST_F(ShellApi, bookings_are_optional_but_a_denied_one_is_refused) {
    auth::Claims claims = shell_claims({"client"});
    EXPECT_EQ(join(claims).status, 200);
    claims.booking_id = "b1";
    const auto code_before = grant_in(join(claims));
    EXPECT_THAT(admission.allowed(), ElementsAre("b1"));
    ASSERT_TRUE(admission.deny("b1", now + 1h));
    host_is_there = false;  // denied comes first: trying again would not help
    for (const auto& scope : {"client", "host"}) {
        claims.scopes = {scope};
        expect_error(join(claims), 400,
                     "bookingID has been deny-listed, probably because the session was cancelled");
    }
}

TEST_F(ShellApi, paths_without_a_topic_are_unknown) {
    for (const char* target : {"/shell", "/shell/", "/shell/a/b", "/api/v1/connect/"})
        EXPECT_EQ(join(shell_claims({"client"}), target).status, 404) << target;
    EXPECT_EQ(send("GET", "/shell/spin30").status, 405);
}

TEST_F(ShellApi, preflight_needs_no_token) {
    for (const char* target : {"/shell/spin30", "/api/v1/connect/spin30"}) {
        const net::HttpResponse response = send("OPTIONS", target, "", "https://page");
        EXPECT_EQ(response.status, 204) << target;
        EXPECT_EQ(response.fields["Access-Control-Allow-Methods"], "POST");
    }
}

TEST_F(ShellApi, a_relay_serves_what_it_was_asked_to_serve) {
    settings.session = false;
    api = make(admission);
    EXPECT_EQ(send("POST", "/session/spin30-data", sign(session_claims())).status, 404);
    EXPECT_EQ(send("OPTIONS", "/session/spin30-data").status, 404);
    EXPECT_EQ(join(shell_claims({"host"})).status, 200);
    EXPECT_EQ(send("GET", "/healthz").status, 200);
    settings.session = true;
    settings.has_host = {};
    api = make(admission);
    EXPECT_EQ(send("POST", "/session/spin30-data", sign(session_claims())).status, 200);
    EXPECT_EQ(join(shell_claims({"host"})).status, 404);
    EXPECT_EQ(send("OPTIONS", "/shell/spin30").status, 404);
}

}  // namespace
}  // namespace relay::access
