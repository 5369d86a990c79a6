// SPDX-License-Identifier: Apache-2.0
#include "base/temporary_folder_for_test.hpp"
#include "server/server_for_test.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace relay::server {
namespace {

using nlohmann::json;
using test::ask;
using test::TestSocket;
using test::token_for;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;
using wire::MessageType;
using namespace std::chrono_literals;

const std::string resume = "Sec-WebSocket-Protocol: x, relay.resume.v1\r\n";

// Byte streams through a whole server: access call, upgrade, alert, stream.
struct ServerShellTest : testing::Test {
    ServerShellTest() {
        settings.shell = true;
        settings.session = false;
    }
    void start() {
        server.emplace(settings);
        ports = server->start().value();
    }

    std::string call(const std::string& role, const std::string& path = "/shell/spin30",
                     const std::string& booking_id = "") {
        const std::string prefix = path.starts_with("/shell") ? "shell" : "connect";
        const std::string topic = role == "stats" ? "stats" : "spin30";
        return ask(ports.access, "POST " + path, token_for(topic, prefix, {role}, booking_id));
    }
    // The path and code that a call gives.
    static std::string path_in(const std::string& answer) {
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
        const std::string uri = json::parse(answer.substr(answer.find("\r\n\r\n")))["uri"];
        return uri.substr(std::string("wss://lab.example/relay").size());
    }
    TestSocket upgrade(const std::string& path, const std::string& fields = "") {
        TestSocket socket(ports.relay);
        socket.send(test::upgrade_request(path, fields));
        return socket;
    }
    struct Welcomed {
        TestSocket socket;
        bool resumes;
    };
    Welcomed connect(const std::string& path, const std::string& fields = "") {
        TestSocket socket = upgrade(path, fields);
        const std::string answer = socket.read_until("\r\n\r\n");
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 101"));
        return {std::move(socket), answer.contains("Sec-WebSocket-Protocol: relay.resume.v1\r\n")};
    }
    Welcomed host(const std::string& fields = "") { return connect(path_in(call("host")), fields); }
    Welcomed client(const std::string& fields = "") {
        return connect(path_in(call("client")), fields);
    }
    static std::string path_of(TestSocket& manager) {
        const std::string uri = json::parse(manager.read_frame().payload)["uri"];
        EXPECT_THAT(uri, StartsWith("wss://lab.example/relay/"));
        return uri.substr(std::string("wss://lab.example/relay").size());
    }

    Config settings = test::config();
    std::optional<Server> server;
    Server::Ports ports;
};

TEST_F(ServerShellTest, CarriesAStreamBetweenClientAndHost) {
    start();
    TestSocket manager = host().socket;
    TestSocket near = client().socket;
    near.send_frame(MessageType::binary, "SSH-2.0-client");
    TestSocket far = connect(path_of(manager)).socket;
    EXPECT_EQ(far.read_frame().payload, "SSH-2.0-client");
    far.send_frame(MessageType::binary, "SSH-2.0-server");
    EXPECT_EQ(near.read_frame().payload, "SSH-2.0-server");
}

TEST_F(ServerShellTest, ServesTheAddressesOfLaterVersions) {
    start();
    TestSocket manager = connect(path_in(call("host", "/api/v1/connect/spin30"))).socket;
    const std::string path = path_in(call("client", "/api/v1/connect/spin30"));
    EXPECT_THAT(path, StartsWith("/connect/spin30/"));
    TestSocket near = connect(path).socket;
    const std::string end = path_of(manager);
    EXPECT_THAT(end, StartsWith("/connect/spin30/"));
    TestSocket far = connect("/relay" + end).socket;
    far.send_frame(MessageType::binary, "hello");
    EXPECT_EQ(near.read_frame().payload, "hello");
}

// docs/shell-protocol.md#negotiation
TEST_F(ServerShellTest, SelectsResumptionOnlyWhenAllThreeSpeakIt) {
    start();
    const std::vector<std::string> choices{"", resume};
    for (const std::string& of_host : choices) {
        for (const std::string& of_client : choices) {
            SCOPED_TRACE(of_host + "/" + of_client);
            auto [manager, host_resumes] = host(of_host);
            EXPECT_EQ(host_resumes, !of_host.empty());
            auto [near, client_resumes] = client(of_client);
            const bool both = !of_host.empty() && !of_client.empty();
            EXPECT_EQ(client_resumes, both);
            const auto alert = json::parse(manager.read_frame().payload);
            EXPECT_EQ(alert.contains("subprotocol"), both);
            const std::string uri = alert["uri"];
            auto [far, end_resumes] =
                connect(uri.substr(std::string("wss://lab.example/relay").size()), resume);
            EXPECT_EQ(end_resumes, both);
        }
    }
}

TEST_F(ServerShellTest, RefusesAHostThatWouldSpeakAnotherFormThanItsClient) {
    start();
    TestSocket manager = host(resume).socket;
    TestSocket near = client(resume).socket;
    EXPECT_THAT(upgrade(path_of(manager)).read_answer(),
                AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("relay.resume.v1")));
    EXPECT_EQ(near.read_frame().close_code(), 4410);
}

// spec/shell.md §6, row 9
TEST_F(ServerShellTest, Row9TellsAClientAtOnceThatItsHostIsAbsent) {
    start();
    EXPECT_THAT(call("client"),
                AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("no host is connected to this topic")));
    TestSocket manager = host().socket;
    const std::string path = path_in(call("client"));
    manager.send_frame(MessageType::close, "\x03\xE8");
    manager.read_frame();
    manager.wait_for_end();
    EXPECT_EQ(connect(path).socket.read_frame().close_code(), 4404);
    EXPECT_THAT(call("client"), StartsWith("HTTP/1.1 503"));
}

TEST_F(ServerShellTest, ACodeLeadsToItsOwnAddressOnlyAndOnce) {
    start();
    TestSocket manager = host().socket;
    const auto code = [](const std::string& path) { return path.substr(path.find('?')); };
    const auto refused = [&](const std::string& path, int status) {
        EXPECT_THAT(upgrade(path).read_answer(), StartsWith("HTTP/1.1 " + std::to_string(status)))
            << path;
    };
    refused("/shell/spin30" + code(path_in(call("client"))), 401);
    refused("/shell/other" + code(path_in(call("host"))), 401);
    const std::string path = path_in(call("client"));
    refused("/connect" + path.substr(6), 403);
    refused(path, 401);  // used up
    refused("/shell/spin30", 401);
    refused("/session/spin30" + code(path_in(call("host"))), 404);
    refused("/shell", 404);
}

TEST_F(ServerShellTest, ShowsAllInTheStatsTopicWhichHasNoSecrets) {
    start();
    TestSocket manager = host().socket;
    TestSocket near = client().socket;
    TestSocket far = connect(path_of(manager)).socket;
    TestSocket stats = connect(path_in(call("stats", "/shell/stats"))).socket;
    stats.send_frame(MessageType::text, R"({"cmd":"update"})");
    const json report = json::parse(stats.read_frame().payload);
    std::vector<std::string> topics;
    for (const auto& entry : report)
        topics.push_back(entry["topic"].get<std::string>().substr(0, 7));
    EXPECT_THAT(topics, IsSupersetOf({"stats", "stats", "spin30", "spin30/", "spin30/"}));
    const std::string status =
        ask(ports.access, "GET /status", token_for("", "", {"relay:stats"}, ""));
    EXPECT_THAT(status, AllOf(HasSubstr(R"("topic":"spin30")"), Not(HasSubstr("salt"))));
}

TEST_F(ServerShellTest, ADeniedBookingIsClosedAndRefused) {
    start();
    TestSocket manager = host().socket;
    TestSocket near = connect(path_in(call("client", "/shell/spin30", "b1"))).socket;
    TestSocket far = connect(path_of(manager)).socket;
    EXPECT_THAT(ask(ports.access, "POST /bids/deny?bid=b1&exp=4000000000",
                    token_for("", "", {"relay:admin"}, "")),
                StartsWith("HTTP/1.1 204"));
    EXPECT_EQ(near.read_frame().close_code(), 4403);
    EXPECT_EQ(far.read_frame().close_code(), 4403);
    EXPECT_THAT(call("client", "/shell/spin30", "b1"), StartsWith("HTTP/1.1 400"));
}

TEST_F(ServerShellTest, ServesSessionsOnTheSamePortsWhenAsked) {
    const auto session = [&] {
        return ask(ports.access, "POST /session/lamp", token_for("lamp", "session", {"read"}));
    };
    start();
    EXPECT_THAT(session(), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(upgrade("/session/lamp?code=x").read_answer(), StartsWith("HTTP/1.1 404"));
    settings.session = true;
    settings.one_listener = true;
    start();
    EXPECT_EQ(ports.access, ports.relay);
    {
        TestSocket member = connect(path_in(session())).socket;
        TestSocket manager = host().socket;
        TestSocket near = client().socket;
        TestSocket far = connect(path_of(manager)).socket;
        far.send_frame(MessageType::binary, "both");
        EXPECT_EQ(near.read_frame().payload, "both");
    }
    settings.shell = false;
    start();
    EXPECT_THAT(call("host"), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(upgrade("/shell/spin30?code=x").read_answer(), StartsWith("HTTP/1.1 404"));
}

TEST_F(ServerShellTest, HostsAreSentWhereTheyCameFromWhenNoAddressIsSet) {
    settings.relay_fqdn = "";
    start();
    const auto path_of_uri = [](const std::string& answer) {
        const std::string uri = json::parse(answer.substr(answer.find("\r\n\r\n")))["uri"];
        return uri.substr(uri.find("/shell"));
    };
    TestSocket manager = connect(path_of_uri(call("host"))).socket;
    TestSocket near = connect(path_of_uri(call("client"))).socket;
    const std::string uri = json::parse(manager.read_frame().payload)["uri"];
    EXPECT_THAT(uri, StartsWith("ws://x/shell/spin30/"));
}

TEST_F(ServerShellTest, StopsWithGoingAwayAndWritesTheAuditDown) {
    const TemporaryFolder folder;
    settings.audit_file = folder / "audit";
    start();
    TestSocket manager = host().socket;
    TestSocket near = client().socket;
    TestSocket far = connect(path_of(manager)).socket;
    server->stop();
    for (TestSocket* socket : {&manager, &near, &far})
        EXPECT_EQ(socket->read_frame().close_code(), 1001);
    server.reset();
    std::ifstream file(settings.audit_file);
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    EXPECT_EQ(json::parse(line)["code"], 1001);
    EXPECT_FALSE(std::getline(file, line));
}

TEST_F(ServerShellTest, DoesNotStartWithAnAuditFileThatItCannotWrite) {
    const TemporaryFolder folder;
    settings.audit_file = folder / "missing/audit";
    server.emplace(settings);
    const auto started = server->start();
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().detail, AllOf(StartsWith("audit-file: "), HasSubstr("missing")));
}

}  // namespace
}  // namespace relay::server
