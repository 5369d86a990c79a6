// SPDX-License-Identifier: Apache-2.0
#include "base/temporary_folder_for_test.hpp"
#include "host/host_for_test.hpp"
#include "net/test_socket.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <thread>

namespace relay::host {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(HostTest, ApiIsServed) {
    EXPECT_EQ(ask("GET", "/healthcheck").body, "\"ok\"\n");
    EXPECT_EQ(ask("UPDATE", "/api/streams", R"({"stream":"/a","feeds":["b"]})").body,
              R"({"stream":"a","feeds":["b"]})");
    EXPECT_EQ(ask("POST", "/api/streams", "{").status, 400);
    EXPECT_EQ(ask("POST", "/api/streams", std::string(100'000, ' ')).status, 413);
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

// The host's thread is kept busy, so that what is posted to it waits while sockets bring more.
TEST_F(HostTest, AStreamIsInForceWhenSetStreamReturns) {
    Client audio(context, "ws" + address("/ws/audio0"));
    Client user(context, "ws" + far_address("/ws/session"));
    const Stream muted{"stream/a", {"video0"}};
    const Stream heard{"stream/a", {"video0", "audio0"}};
    Stream many{"stream/many", {}};  // makes the status long
    for (int i = 0; i < 300; ++i) many.feeds.push_back("feed" + std::to_string(i));
    Destination nowhere{"1", "stream/many", "ws://127.0.0.1:1/", {}, {}};
    ASSERT_TRUE(host.set_stream(many) && host.set_destination(nowhere) && host.set_stream(heard));
    ASSERT_TRUE(host.set_destination(to_far("stream/a", "session")));
    ASSERT_TRUE(wait_until([&] { return audio.connected && user.connected && is_connected(); }));
    const std::jthread asking([this](const std::stop_token& ended) {
        while (!ended.stop_requested()) (void)host.status();
    });
    const std::jthread bringing([this](const std::stop_token& ended) {
        asio::io_context own;
        {
            Client other(own, "ws" + address("/ws/other"));
            while (!ended.stop_requested()) {
                other.send("noise");
                own.run_one_for(1ms);
            }
        }
        own.run_for(5s);
    });
    for (std::size_t round = 1; round <= 5; ++round) {
        ASSERT_TRUE(host.set_stream(muted));
        audio.send("muted");
        ASSERT_TRUE(wait_until([&] {
            const auto status = nlohmann::json::parse(host.status());
            return status["feeds"]["audio0"]["sent"]["messages"] == 2 * round - 1;
        }));
        ASSERT_TRUE(host.set_stream(heard));
        audio.send("heard");
        ASSERT_TRUE(wait_until([&] { return user.received.size() >= round; }));
        ASSERT_THAT(user.received, testing::Each("heard")) << "round " << round;
    }
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
