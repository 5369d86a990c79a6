// SPDX-License-Identifier: Apache-2.0
#include "host/host.hpp"

#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "media/ts_packet_builder.hpp"
#include "net/http_client.hpp"
#include "uplink/uplink.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <deque>
#include <fstream>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

// Hosts over real sockets; the far side of a destination is the feed of a second host.
namespace relay::host {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using media::test::Bytes;
using media::test::TsBuilder;
using media::test::operator+;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const Bytes& bytes) {
    return {bytes.begin(), bytes.end()};
}

// A program on a WebSocket.
class Client final : public uplink::Endpoint {
public:
    Client(asio::io_context& context, const std::string& url)
        : link_(context, *uplink::make_target(url, Secret(), ""), {}, *this) {}

    std::vector<std::string> received;
    std::vector<wire::MessageType> types;
    bool connected = false;

    void send(const std::string& text, wire::MessageType type = wire::MessageType::text) {
        waiting_.push_back(wire::Message::copy_of(
            {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, type));
        link_.notify();
    }
    std::string last_error() const { return link_.status().last_error; }

    void on_connected() override { connected = true; }
    void on_disconnected() override { connected = false; }
    void on_message(wire::MessagePtr message) override {
        received.emplace_back(message->payload().begin(), message->payload().end());
        types.push_back(message->type());
    }
    void gather(std::vector<wire::MessagePtr>& into, std::size_t) override {
        for (auto& message : waiting_) into.push_back(std::move(message));
        waiting_.clear();
    }

private:
    std::deque<wire::MessagePtr> waiting_;
    uplink::Uplink link_;
};

Config quick() {
    Config config;
    config.port = 0;
    config.relays.retry_min = 10ms;
    config.relays.retry_max = 50ms;
    return config;
}

struct HostTest : testing::Test {
    asio::io_context context;
    Host host{quick()};
    Host far{quick()};
    std::uint16_t port = 0;
    std::uint16_t far_port = 0;
    TsBuilder build;

    void SetUp() override {
        ASSERT_TRUE(log::configure({.level = log::Level::off}));
        port = host.start().value();
        far_port = far.start().value();
    }
    // Lets the clients answer close frames, for which the hosts would wait.
    void TearDown() override {
        context.restart();
        context.run_for(5s);
    }

    std::string address(const std::string& path) {
        return "://127.0.0.1:" + std::to_string(port) + path;
    }
    std::string far_address(const std::string& path) {
        return "://127.0.0.1:" + std::to_string(far_port) + path;
    }

    template <class Condition>
    testing::AssertionResult wait_until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline)
                return testing::AssertionFailure() << "not within 10 s; status " << host.status();
            context.restart();
            context.run_one_for(5ms);
        }
        return testing::AssertionSuccess();
    }

    net::HttpResponse ask(std::string method, const std::string& path, std::string body = "",
                          net::HttpFields fields = {}) {
        std::optional<Result<net::HttpResponse>> answer;
        asio::co_spawn(context,
                       net::http_request(*net::parse_url("http" + address(path)), std::move(method),
                                         std::move(fields), std::move(body), {}),
                       [&](std::exception_ptr, Result<net::HttpResponse> response) {
                           answer = std::move(response);
                       });
        EXPECT_TRUE(wait_until([&] { return answer.has_value(); }));
        if (!answer || !*answer) return {.status = 0, .body = answer ? answer->error().detail : ""};
        return std::move(**answer);
    }

    Destination to_far(std::string stream, const std::string& feed) {
        return {"0", std::move(stream), "ws" + far_address("/ws/" + feed), {}, {}};
    }
    bool is_connected() { return host.status().contains(R"("state":"connected")"); }
};

TEST_F(HostTest, ApiIsServed) {
    EXPECT_EQ(ask("GET", "/healthcheck").body, "\"ok\"\n");
    EXPECT_EQ(ask("UPDATE", "/api/streams", R"({"stream":"/a","feeds":["b"]})").body,
              R"({"stream":"a","feeds":["b"]})");
    EXPECT_EQ(ask("POST", "/api/streams", "{").status, 400);
    EXPECT_EQ(ask("POST", "/api/streams", std::string(100'000, ' ')).status, 413);
}

TEST_F(HostTest, ForeignPagesAreRefusedEverywhere) {
    net::HttpFields fields;
    fields.add("Origin", "https://example.org");
    for (const char* path : {"/api/destinations", "/ts/video0", "/ws/data", "/status"})
        EXPECT_EQ(ask("POST", path, "{}", fields).status, 403) << path;
}

TEST_F(HostTest, BadFeedNamesAndPlainRequestsToAWebSocketAreRefused) {
    EXPECT_EQ(ask("POST", "/ts/a%20b", "x").status, 400);
    EXPECT_EQ(ask("GET", "/ws/data").status, 400);
}

TEST_F(HostTest, LocalClientsOfAFeedHearEachOtherWithTypesKept) {
    Client first(context, "ws" + address("/ws/data"));
    Client second(context, "ws" + address("/ws/data"));
    Client other(context, "ws" + address("/ws/other"));
    ASSERT_TRUE(wait_until([&] { return first.connected && second.connected && other.connected; }));
    first.send("hello");
    first.send(std::string(100'000, 'x'), wire::MessageType::binary);
    ASSERT_TRUE(wait_until([&] { return second.received.size() == 2; }));
    EXPECT_THAT(second.received, ElementsAre("hello", std::string(100'000, 'x')));
    EXPECT_THAT(second.types, ElementsAre(wire::MessageType::text, wire::MessageType::binary));
    EXPECT_TRUE(first.received.empty());
    EXPECT_TRUE(other.received.empty());
}

TEST_F(HostTest, PostedVideoReachesLocalClientsByPicture) {
    Client viewer(context, "ws" + address("/ws/video0"));
    ASSERT_TRUE(wait_until([&] { return viewer.connected; }));
    const Bytes first = build.tables() + build.picture(true, 20'000);
    const Bytes second = build.picture(false, 3'000);
    EXPECT_EQ(ask("POST", "/ts/video0", text_of(first + second)).status, 200);
    ASSERT_TRUE(wait_until([&] { return viewer.received.size() == 2; }));
    EXPECT_THAT(viewer.received, ElementsAre(text_of(first), text_of(second)));
    EXPECT_THAT(host.status(), HasSubstr(R"("video0":{"video":true)"));
}

TEST_F(HostTest, FeedDestinationIsTwoWay) {
    Client firmware(context, "ws" + address("/ws/data"));
    Client user(context, "ws" + far_address("/ws/session"));
    ASSERT_TRUE(host.set_destination(to_far("data", "session")));
    ASSERT_TRUE(wait_until([&] { return firmware.connected && user.connected && is_connected(); }));
    user.send("set drive");
    ASSERT_TRUE(wait_until([&] { return !firmware.received.empty(); }));
    firmware.send("sample");
    ASSERT_TRUE(wait_until([&] { return !user.received.empty(); }));
    EXPECT_THAT(firmware.received, ElementsAre("set drive"));
    EXPECT_THAT(user.received, ElementsAre("sample"));
}

TEST_F(HostTest, StreamIsRecomposedWhileConnected) {
    Client video(context, "ws" + address("/ws/video0"));
    Client audio(context, "ws" + address("/ws/audio0"));
    Client user(context, "ws" + far_address("/ws/session"));
    ASSERT_TRUE(host.set_stream({"stream/a", {"video0", "audio0"}}));
    ASSERT_TRUE(host.set_destination(to_far("stream/a", "session")));
    ASSERT_TRUE(wait_until(
        [&] { return video.connected && audio.connected && user.connected && is_connected(); }));
    audio.send("a1");
    ASSERT_TRUE(wait_until([&] { return user.received.size() == 1; }));
    ASSERT_TRUE(host.set_stream({"stream/a", {"video0"}}));  // mutes the audio
    audio.send("a2");
    // a2 has been handled when it shows in the feed's counter; only then may v1 follow.
    ASSERT_TRUE(wait_until([&] {
        const auto status = nlohmann::json::parse(host.status());
        return status["feeds"]["audio0"]["sent"]["messages"] == 2;
    }));
    video.send("v1");
    ASSERT_TRUE(wait_until([&] { return user.received.size() == 2; }));
    EXPECT_THAT(user.received, ElementsAre("a1", "v1"));
}

TEST_F(HostTest, WhatComesBackToAStreamIsHeardByNobodyButCounted) {
    Client video(context, "ws" + address("/ws/video0"));
    Client user(context, "ws" + far_address("/ws/session"));
    ASSERT_TRUE(host.set_stream({"stream/a", {"video0"}}));
    ASSERT_TRUE(host.set_destination(to_far("stream/a", "session")));
    ASSERT_TRUE(wait_until([&] { return video.connected && user.connected && is_connected(); }));
    user.send("hello?");
    ASSERT_TRUE(wait_until([&] { return host.status().contains(R"("unheard_messages":1)"); }));
    EXPECT_TRUE(video.received.empty());
}

TEST_F(HostTest, DestinationIsDialledAgainUntilItIsThere) {
    const std::uint16_t same_port = far_port;
    far.stop();
    ASSERT_TRUE(host.set_destination(to_far("data", "session")));
    ASSERT_TRUE(wait_until([&] {
        return host.status().contains(R"("last_error":")") &&
               host.status().contains(R"("tries":3)");
    }));
    Config config = quick();
    config.port = same_port;
    Host back(config);
    ASSERT_TRUE(back.start());
    EXPECT_TRUE(wait_until([&] { return is_connected(); }));
}

TEST_F(HostTest, WhatWasSentWithoutAConnectionIsCountedAndNeverSentLate) {
    Config config = quick();
    config.port = far_port;
    config.shutdown_grace = 100ms;  // nobody here answers its close frame
    far.stop();
    Client firmware(context, "ws" + address("/ws/data"));
    ASSERT_TRUE(host.set_destination(to_far("data", "session")));
    ASSERT_TRUE(wait_until([&] { return firmware.connected; }));
    firmware.send("old");
    ASSERT_TRUE(wait_until([&] { return host.status().contains(R"("unconnected_messages":1)"); }));

    Host back(config);
    ASSERT_TRUE(back.start());
    Client user(context, "ws" + far_address("/ws/session"));
    ASSERT_TRUE(wait_until([&] { return user.connected && is_connected(); }));
    firmware.send("new");
    ASSERT_TRUE(wait_until([&] { return !user.received.empty(); }));
    EXPECT_THAT(user.received, ElementsAre("new"));
}

TEST_F(HostTest, RemovedDestinationIsClosed) {
    ASSERT_TRUE(host.set_destination(to_far("data", "session")));
    ASSERT_TRUE(wait_until([&] { return far.status().contains(R"("clients":1)"); }));
    EXPECT_EQ(ask("DELETE", "/api/destinations/all").body, R"("deleteAll")");
    EXPECT_TRUE(wait_until([&] { return far.status().contains(R"("clients":0)"); }));
    EXPECT_THAT(host.status(), HasSubstr(R"("destinations":{})"));
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

TEST_F(HostTest, CommandsAreHeardByTheHostAloneAndRepliesByAll) {
    Client first(context, "ws" + address("/ws/api"));
    Client second(context, "ws" + address("/ws/api"));
    ASSERT_TRUE(wait_until([&] { return first.connected && second.connected; }));
    first.send(R"({"verb":"healthcheck"})");
    first.send(R"({"verb":"add","what":"stream","rule":{"stream":"a","feeds":["b"]}})",
               wire::MessageType::binary);
    first.send(std::string(65 * 1024, ' '));
    ASSERT_TRUE(wait_until([&] { return first.received.size() == 3; }));
    ASSERT_TRUE(wait_until([&] { return second.received.size() == 3; }));
    EXPECT_THAT(first.received, testing::Contains(R"({"healthcheck":"ok"})"));
    EXPECT_THAT(first.received, testing::Contains(R"({"stream":"a","feeds":["b"]})"));
    EXPECT_THAT(first.received, testing::Contains(R"({"error":"Unrecognised Command"})"));
    EXPECT_EQ(first.received, second.received);
    EXPECT_THAT(first.types, testing::Each(wire::MessageType::text));
    EXPECT_EQ(ask("GET", "/api/streams/all").body, R"({"a":["b"]})");
}

TEST_F(HostTest, CommandsComeFromADestinationToo) {
    Client local(context, "ws" + address("/ws/api"));
    Client user(context, "ws" + far_address("/ws/session"));
    ASSERT_TRUE(host.set_destination(to_far("api", "session")));
    ASSERT_TRUE(wait_until([&] { return local.connected && user.connected && is_connected(); }));
    user.send(R"({"verb":"healthcheck"})");
    ASSERT_TRUE(wait_until([&] { return !user.received.empty() && !local.received.empty(); }));
    EXPECT_THAT(user.received, ElementsAre(R"({"healthcheck":"ok"})"));
    EXPECT_THAT(local.received, ElementsAre(R"({"healthcheck":"ok"})"));
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

TEST_F(HostTest, AnUnchangedDestinationKeepsItsConnectionWhenTheRulesFileIsEdited) {
    TemporaryFolder folder;
    const auto rules = [&](const std::string& feed) {
        return "streams:\n  - {stream: stream/x, feeds: [" + feed +
               "]}\n"
               "destinations:\n  - {id: '0', stream: data, destination: 'ws" +
               far_address("/ws/session") + "'}\n";
    };
    std::ofstream(folder / "rules.yaml") << rules("a");
    Config config = quick();
    config.rules_file = folder / "rules.yaml";
    Host edited(config);
    ASSERT_TRUE(edited.start());
    const auto connected_once = [&] {
        return edited.status().contains(R"("state":"connected")") &&
               edited.status().contains(R"("connections":1)");
    };
    ASSERT_TRUE(wait_until(connected_once));
    std::ofstream(folder / "rules.yaml") << rules("b") + "oops\n";
    ASSERT_TRUE(wait_until([&] { return edited.status().contains("rules.yaml:5: "); }));
    std::ofstream(folder / "rules.yaml") << rules("b");
    ASSERT_TRUE(wait_until([&] { return edited.status().contains(R"("rules_file_error":"")"); }));
    EXPECT_TRUE(connected_once()) << edited.status();
}

TEST_F(HostTest, StopClosesClientsWithGoingAwayAndFreesThePort) {
    Client client(context, "ws" + address("/ws/data"));
    ASSERT_TRUE(host.set_destination(to_far("data", "session")));
    ASSERT_TRUE(wait_until([&] { return client.connected && is_connected(); }));
    std::thread stopping([&] { host.stop(); });
    const auto closed = [&] { return client.last_error().contains("1001"); };
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!closed() && std::chrono::steady_clock::now() < deadline) {
        context.restart();
        context.run_one_for(5ms);
    }
    stopping.join();
    EXPECT_TRUE(closed()) << client.last_error();
    Config config = quick();
    config.port = port;
    Host next(config);
    EXPECT_TRUE(next.start());
}

TEST_F(HostTest, TakenPortIsAnError) {
    Config config = quick();
    config.port = port;
    Host second(config);
    const auto started = second.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace relay::host
