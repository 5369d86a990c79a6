// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/camera.hpp"

#include "host/equipment/equipment_for_test.hpp"

#include <csignal>
#include <optional>

namespace relay::host {
namespace {

using namespace std::chrono_literals;
using test::Bytes;
using test::text_of;
using test::operator+;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

struct CameraTest : test::EquipmentTest {
    TemporaryFolder folder;
    test::Viewer viewer;
    CameraSettings settings{.ts_url = "http://127.0.0.1:8888/ts/feed",
                            .flush_after = 5ms,
                            .linger = 20ms,
                            .grace = 1s,
                            .restart = {.shortest = 1ms, .longest = 2ms, .lasting = 10s}};
    std::optional<Camera> camera;
    Bytes video = build.tables() + build.picture(true, 3000);

    CameraTest() { std::ofstream(folder.path() / "video.ts") << text_of(video); }
    ~CameraTest() override {
        if (camera) EXPECT_TRUE(stop());
    }

    // The script runs in the folder, which holds video.ts.
    void start(const std::string& script, bool on_demand = false) {
        const CommandRule command{{"sh", "-c", "cd " + folder.path().string() + "; " + script}, ""};
        camera.emplace(context, CameraRule{"feed", command, on_demand}, feed, settings);
    }
    bool stop() {
        bool ended = false;
        camera->stop([&] { ended = true; });
        return run_until([&] { return ended; });
    }
    bool reaches(EquipmentState state) {
        return run_until([&] { return camera->status().state == state; });
    }
    std::string content(const std::string& file) {
        std::ifstream stream(folder.path() / file);
        return {std::istreambuf_iterator(stream), {}};
    }
};

TEST_F(CameraTest, ItsOutputIsTheFeedsVideo) {
    feed->join_local(viewer);
    start("cat video.ts; exec sleep 60");
    EXPECT_TRUE(run_until([&] { return !viewer.messages.empty(); }));
    EXPECT_THAT(viewer.messages, ElementsAre(text_of(video)));
    EXPECT_TRUE(feed->has_publisher());
    EXPECT_EQ(camera->status().state, EquipmentState::running);
    EXPECT_EQ(camera->status().starts, 1U);
    EXPECT_TRUE(stop());
    EXPECT_FALSE(feed->has_publisher());
    EXPECT_EQ(camera->status().state, EquipmentState::stopped);
    feed->leave_local(viewer);
}

TEST_F(CameraTest, IsToldItsFeedAndWhereToPost) {
    start("echo $RELAY_FEED $RELAY_TS_URL >told.new; mv told.new told; exec sleep 60");
    EXPECT_TRUE(run_until([&] { return content("told").size() > 0; }));
    EXPECT_EQ(content("told"), "feed http://127.0.0.1:8888/ts/feed\n");
}

TEST_F(CameraTest, OneThatClosesItsOutputToPostByItselfGoesOn) {
    start("exec >&-; echo up >up; exec sleep 60");
    EXPECT_TRUE(run_until([&] { return content("up").size() > 0; }));
    settle();
    EXPECT_EQ(camera->status().state, EquipmentState::running);
    EXPECT_FALSE(feed->has_publisher());
}

TEST_F(CameraTest, IsStartedAgainWhenItEnds) {
    start("echo 'no such device' >&2; exit 3");
    EXPECT_TRUE(run_until([&] { return camera->status().starts >= 3; }));
    EXPECT_EQ(camera->status().last_error, "it ended with exit status 3");
    EXPECT_THAT(camera->status().last_lines, Contains("no such device"));
    EXPECT_LE(camera->status().last_lines.size(), 5U);
}

TEST_F(CameraTest, AProgramThatDoesNotExistIsTriedAgain) {
    camera.emplace(context, CameraRule{"feed", {{"no-such-program-anywhere"}, ""}, false}, feed,
                   settings);
    EXPECT_TRUE(reaches(EquipmentState::waiting));
    EXPECT_THAT(camera->status().last_error, HasSubstr("no-such-program-anywhere"));
    EXPECT_TRUE(camera->status().retry_at);
    EXPECT_EQ(camera->status().starts, 0U);
}

TEST_F(CameraTest, OutputThatIsNoVideoIsAnError) {
    start("echo this is no video");
    EXPECT_TRUE(run_until([&] { return !camera->status().last_error.empty(); }));
    EXPECT_EQ(camera->status().last_error, "its output is no MPEG-TS");
    EXPECT_GT(feed->flaws().discarded_bytes, 0U);
}

TEST_F(CameraTest, WaitsWhileTheFeedHasAnotherPublisher) {
    auto seat =
        std::make_optional(*PublisherSeat::take(feed, std::chrono::steady_clock::now(), false));
    start("cat video.ts; exec sleep 60");
    EXPECT_TRUE(run_until([&] { return !camera->status().last_error.empty(); }));
    EXPECT_EQ(camera->status().last_error, "the feed has another publisher");
    EXPECT_TRUE(seat->is_mine());
    seat.reset();
    EXPECT_TRUE(run_until([&] { return feed->has_publisher(); }));
    EXPECT_TRUE(reaches(EquipmentState::running));
}

TEST_F(CameraTest, GivesWayToATakeover) {
    settings.restart = {.shortest = 1h, .longest = 1h, .lasting = 10s};
    start("while cat video.ts; do sleep 0.01; done");
    EXPECT_TRUE(run_until([&] { return feed->has_publisher(); }));
    const auto seat = PublisherSeat::take(feed, std::chrono::steady_clock::now(), true);
    EXPECT_TRUE(reaches(EquipmentState::waiting));
    EXPECT_EQ(camera->status().last_error, "another publisher took over");
    EXPECT_TRUE(seat->is_mine());
}

TEST_F(CameraTest, OnDemandRunsWhileSomebodyWatches) {
    start("echo $$ >process; cat video.ts; exec sleep 60", true);
    settle();
    EXPECT_EQ(camera->status().state, EquipmentState::idle);
    EXPECT_EQ(camera->status().starts, 0U);
    feed->join_local(viewer);
    EXPECT_TRUE(run_until([&] { return !viewer.messages.empty(); }));
    const pid_t process = std::stoi(content("process"));
    EXPECT_EQ(::kill(process, 0), 0);
    feed->leave_local(viewer);
    EXPECT_TRUE(reaches(EquipmentState::idle));
    EXPECT_NE(::kill(process, 0), 0);
    EXPECT_EQ(camera->status().last_error, "") << "its end was wanted";
    feed->join_local(viewer);
    EXPECT_TRUE(run_until([&] { return camera->status().starts == 2; }));
    feed->leave_local(viewer);
}

TEST_F(CameraTest, OnDemandIsADestinationsAudienceToo) {
    start("exec sleep 60", true);
    test::Viewer destination;
    feed->join_destination(destination);
    settle();
    EXPECT_EQ(camera->status().state, EquipmentState::idle) << "a destination alone is no viewer";
    feed->set_audience(destination, 2);
    EXPECT_TRUE(reaches(EquipmentState::running));
    feed->set_audience(destination, 1);
    settle();
    EXPECT_EQ(camera->status().state, EquipmentState::running);
    feed->leave_destination(destination);
    EXPECT_TRUE(reaches(EquipmentState::idle));
}

TEST_F(CameraTest, AViewerWhoComesBackInTimeFindsItRunning) {
    settings.linger = 1h;
    start("exec sleep 60", true);
    feed->join_local(viewer);
    EXPECT_TRUE(reaches(EquipmentState::running));
    feed->leave_local(viewer);
    settle();
    EXPECT_EQ(camera->status().state, EquipmentState::running);
    feed->join_local(viewer);
    settle();
    EXPECT_EQ(camera->status().starts, 1U);
    feed->leave_local(viewer);
}

TEST_F(CameraTest, OneThatIgnoresSigtermIsKilled) {
    settings.grace = 20ms;
    start(
        "trap '' TERM; echo $$ >process.new; mv process.new process; while :; do sleep 0.1; done");
    EXPECT_TRUE(run_until([&] { return content("process").size() > 0; }));
    const pid_t process = std::stoi(content("process"));
    EXPECT_TRUE(stop());
    EXPECT_NE(::kill(process, 0), 0);
}

TEST_F(CameraTest, OutputHeldOpenByADaemonDoesNotHoldUpTheNextStart) {
    start("setsid sleep 5 & exit 0");
    EXPECT_TRUE(run_until([&] { return camera->status().starts == 2; }));
}

TEST_F(CameraTest, DestructionKillsTheProgramAtOnce) {
    start("echo $$ >process.new; mv process.new process; exec sleep 60");
    EXPECT_TRUE(run_until([&] { return content("process").size() > 0; }));
    const pid_t process = std::stoi(content("process"));
    camera.reset();
    EXPECT_NE(::kill(process, 0), 0);
    settle();
}

TEST_F(CameraTest, CanBeStoppedBeforeItBegan) {
    start("exec sleep 60");
    EXPECT_TRUE(stop());
    EXPECT_EQ(camera->status().starts, 0U);
    bool ended = false;
    camera->stop([&] { ended = true; });
    EXPECT_TRUE(ended) << "it has ended already";
}

}  // namespace
}  // namespace relay::host
