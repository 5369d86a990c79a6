// SPDX-License-Identifier: Apache-2.0
#include "server/server.hpp"

#include "base/temporary_folder_for_test.hpp"
#include "server/server_for_test.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace relay::server {
namespace {

using net::test::TestSocket;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using wire::MessageType;
using namespace std::chrono_literals;

using test::ask;
using test::audience;
using test::config;
using test::secret;

std::string token(std::vector<std::string> scopes) {
    return test::token_for("lamp", "session", std::move(scopes));
}

// A member of the topic, through the access API and the handshake.
TestSocket join(const Server::Ports& ports, std::vector<std::string> scopes = {"read", "write"},
                const std::string& fields = "") {
    const std::string answer = ask(ports.access, "POST /session/lamp", token(std::move(scopes)));
    const std::size_t code = answer.find("?code=");
    EXPECT_NE(code, std::string::npos) << answer;
    TestSocket client(ports.relay);
    client.send(test::upgrade_request("/session/lamp" + answer.substr(code, 42), fields));
    EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 101"));
    return client;
}

TEST(ServerTest, PassesMessagesAmongTheMembersOfATopic) {
    Server server(config());
    const auto ports = server.start().value();
    TestSocket one = join(ports);
    TestSocket other = join(ports);
    one.send_frame(MessageType::text, "hello");
    EXPECT_EQ(other.read_frame().payload, "hello");
    other.send_frame(MessageType::binary, "back");
    EXPECT_EQ(one.read_frame().payload, "back");
}

// How many readers the next ping tells of.
std::string next_ping(TestSocket& socket) {
    const TestSocket::Frame frame = socket.read_frame();
    EXPECT_EQ(frame.opcode, static_cast<int>(MessageType::ping));
    return frame.payload;
}

const std::string asks_audience = "Relay-Audience: 1\r\n";

TEST(ServerTest, TellsAPublisherWhoAsksWhetherAnybodyReads) {
    for (const std::size_t split : {2048u, 1u}) {  // on one thread, and over both
        Config settings = config();
        settings.topic_split = split;
        Server server(std::move(settings));
        const auto ports = server.start().value();
        TestSocket publisher = join(ports, {"write"}, asks_audience);
        EXPECT_EQ(next_ping(publisher), "readers=0");
        for (int round = 0; round < 10; ++round) {
            TestSocket reader = join(ports, {"read"});
            EXPECT_EQ(next_ping(publisher), "readers=1");
            reader.close();
            EXPECT_EQ(next_ping(publisher), "readers=0");
        }
    }
}

TEST(ServerTest, DoesNotCountAPublisherAsItsOwnAudience) {
    Server server(config());
    const auto ports = server.start().value();
    TestSocket camera = join(ports, {"read", "write"}, asks_audience);
    EXPECT_EQ(next_ping(camera), "readers=0");
    TestSocket other = join(ports, {"read", "write"}, asks_audience);
    EXPECT_EQ(next_ping(other), "readers=1");
    EXPECT_EQ(next_ping(camera), "readers=1");
    other.send_frame(MessageType::text, "next");
    EXPECT_EQ(camera.read_frame().payload, "next") << "and no ping in between";
}

TEST(ServerTest, PingsTheAudienceRegularlyAndOnlyThoseWhoMayWriteAndAsk) {
    Config settings = config();
    settings.ping_every = 50ms;
    Server server(std::move(settings));
    const auto ports = server.start().value();
    TestSocket silent = join(ports, {"read"}, asks_audience);
    TestSocket camera = join(ports, {"write"});
    TestSocket asking = join(ports, {"write"}, asks_audience);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(next_ping(asking), "readers=1");
    EXPECT_EQ(next_ping(silent), "");
    EXPECT_EQ(next_ping(camera), "");
}

TEST(ServerTest, ClosesEveryConnectionWithGoingAwayWhenItStops) {
    Server server(config());
    const auto ports = server.start().value();
    TestSocket member = join(ports);
    TestSocket busy(ports.access);  // in the middle of a request
    busy.send("GET /hea");
    std::thread client([&] {
        EXPECT_EQ(member.read_frame().close_code(), 1001);
        member.send_frame(MessageType::close, "\x03\xE9");
    });
    server.stop();
    client.join();
    EXPECT_EQ(member.read_to_end(), "");
    busy.wait_for_end();
    EXPECT_THROW(TestSocket{ports.relay}, std::runtime_error);
    server.stop();  // again: no effect
}

TEST(ServerTest, StopsThoughAMemberDoesNotAnswer) {
    Server server(config());
    TestSocket mute = join(server.start().value());
    server.stop();
    EXPECT_EQ(mute.read_frame().close_code(), 1001);
}

TEST(ServerTest, ServesBothOnOnePort) {
    Config settings = config();
    settings.one_listener = true;
    Server server(std::move(settings));
    const auto ports = server.start().value();
    EXPECT_EQ(ports.access, ports.relay);
    TestSocket one = join(ports);
    TestSocket other = join(ports);
    one.send_frame(MessageType::text, "hello");
    EXPECT_EQ(other.read_frame().payload, "hello");
}

TEST(ServerTest, GivesThePagesWhatItDoesNotServeItself) {
    const auto pages = [](net::HttpExchange& exchange) -> boost::asio::awaitable<void> {
        co_await exchange.respond({.body = "page " + exchange.request().target});
    };
    Server server(config(), pages);
    const auto ports = server.start().value();
    EXPECT_THAT(ask(ports.access, "GET /index.html", "x"), EndsWith("page /index.html"));
    EXPECT_THAT(ask(ports.access, "GET /healthz", "x"), EndsWith(R"({"status":"ok"})"));
}

TEST(ServerTest, RefusesABodyThatNoClientSends) {
    Server server(config());
    TestSocket client(server.start().value().access);
    client.send("POST /session/lamp HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    client.send_some(std::string(200'000, 'x'));
    client.stop_sending();
    EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 413"));
}

TEST(ServerTest, TellsWhichPortIsTaken) {
    Server first(config());
    const auto ports = first.start().value();
    Config settings = config();
    settings.relay_port = ports.access;
    Server second(std::move(settings));
    const auto started = second.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Errc::unavailable);
    EXPECT_THAT(started.error().detail, HasSubstr("port " + std::to_string(ports.access)));
}

TEST(ServerTest, DoesNotStartWithoutASecret) {
    Config settings = config();
    settings.secret = {};
    Server server(std::move(settings));
    const auto started = server.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Errc::invalid);
}

TEST(ServerTest, DoesNotStartWithAStateDirectoryThatItCannotMake) {
    const TemporaryFolder folder;
    std::ofstream(folder / "file").put('x');
    Config settings = config();
    settings.state_dir = folder / "file";
    Server server(std::move(settings));
    const auto started = server.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Errc::internal);
    EXPECT_THAT(started.error().detail, StartsWith("state-dir: "));
}

TEST(ServerTest, RemembersADenialOverARestart) {
    const TemporaryFolder folder;
    Config settings = config();
    settings.state_dir = folder / "made by it";
    {
        Server server(settings);
        const auto ports = server.start().value();
        TestSocket member = join(ports);
        EXPECT_THAT(
            ask(ports.access, "POST /bids/deny?bid=b1&exp=4000000000", token({"relay:admin"})),
            StartsWith("HTTP/1.1 204"));
        EXPECT_EQ(member.read_frame().close_code(), 4403);
    }
    Server server(settings);
    const auto ports = server.start().value();
    EXPECT_THAT(ask(ports.access, "POST /session/lamp", token({"read"})),
                AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("deny-listed")));
}

}  // namespace
}  // namespace relay::server
