// SPDX-License-Identifier: Apache-2.0
#include "host/destinations/destination_link.hpp"

#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "host/host.hpp"
#include "media/ts_packet_builder.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <optional>

// Links over real sockets; the far side is the feed `far` of a host, and a reader of that feed.
namespace relay::host {
namespace {

using namespace std::chrono_literals;
using media::test::Bytes;
using media::test::text_of;
using media::test::TsBuilder;
using testing::ElementsAre;

wire::MessagePtr message(const Bytes& bytes) {
    return wire::Message::copy_of(bytes, wire::MessageType::binary);
}

// Hears what arrives at the far side.
class Reader final : public uplink::Endpoint {
public:
    Reader(boost::asio::io_context& context, const uplink::Target& target)
        : link_(context, target, {}, *this) {}

    bool connected = false;
    std::vector<std::string> received;

    void on_connected() override { connected = true; }
    void on_disconnected() override { connected = false; }
    void on_message(wire::MessagePtr arrived) override {
        received.emplace_back(arrived->payload().begin(), arrived->payload().end());
    }
    void gather(std::vector<wire::MessagePtr>&, std::size_t) override {}

private:
    uplink::Uplink link_;
};

struct DestinationLinkTest : testing::Test {
    TemporaryFolder folder;
    boost::asio::io_context context;
    TsBuilder build;
    hub::OutboxLimits limits{.overflow = hub::Overflow::drop_oldest};
    std::unique_ptr<record::Recorder> recorder;
    std::optional<Host> far;
    std::uint16_t far_port = 0;
    std::shared_ptr<Feed> video = std::make_shared<Feed>("video", std::chrono::steady_clock::now());
    std::optional<DestinationLink> link;
    std::optional<Reader> reader;

    void SetUp() override {
        ASSERT_TRUE(log::configure({.level = log::Level::off}));
        auto opened = record::Recorder::open({.folder = folder.path()});
        ASSERT_TRUE(opened);
        recorder = std::move(*opened);
        start_far();
    }
    // Lets close frames be answered, for which the far side would wait.
    void TearDown() override {
        link.reset();
        reader.reset();
        context.restart();
        context.run_for(5s);
    }

    void start_far() {
        Config config;
        config.port = far_port;
        config.shutdown_grace = 100ms;  // what ends here does not answer its close frame
        far.emplace(config);
        const auto port = far->start();
        ASSERT_TRUE(port) << port.error().detail;
        far_port = *port;
    }
    uplink::Target target() const {
        const std::string url = "ws://127.0.0.1:" + std::to_string(far_port) + "/ws/far";
        return *uplink::make_target(url, Secret(), "");
    }
    void start_link(std::unique_ptr<record::Recording> recording = nullptr) {
        uplink::Settings settings;
        settings.retry.shortest = 10ms;
        link.emplace(context, target(), settings, limits, std::move(recording));
        link->set_feeds({video}, nullptr);
        reader.emplace(context, target());
        ASSERT_TRUE(run_until([&] { return reader->connected && is_connected(); }));
    }
    bool is_connected() const { return status().connection.state == uplink::State::connected; }
    DestinationLink::Status status() const {
        return link->status(std::chrono::steady_clock::now());
    }

    template <class Condition>
    testing::AssertionResult run_until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline)
                return testing::AssertionFailure() << "not within 10 s";
            context.restart();
            context.run_one_for(5ms);
        }
        return testing::AssertionSuccess();
    }
    void publish(const Bytes& bytes) {
        video->publish(message(bytes), nullptr, std::chrono::steady_clock::now());
    }
};

TEST_F(DestinationLinkTest, RecordsExactlyWhatItSends) {
    start_link(recorder->begin("a.ts", "0"));
    std::string sent;
    for (int i = 0; i < 20; ++i) {
        const Bytes picture = build.picture(i % 5 == 0, 5000);
        publish(picture);
        sent += text_of(picture);
    }
    ASSERT_TRUE(run_until([&] { return reader->received.size() == 20; }));
    link.reset();
    recorder.reset();
    std::ifstream file(folder / "a.ts", std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), sent);
}

TEST_F(DestinationLinkTest, ARecordingThatFailsDoesNotStopTheSending) {
    auto busy = recorder->begin("a.ts", "other");
    start_link(recorder->begin("a.ts", "0"));
    ASSERT_TRUE(run_until([&] { return !status().recording->error.empty(); }));
    publish(build.picture(true, 1000));
    EXPECT_TRUE(run_until([&] { return reader->received.size() == 1; }));
    EXPECT_EQ(status().recording->messages, 0u);
}

TEST_F(DestinationLinkTest, AfterAnInterruptionVideoGoesOnWithAPictureThatStandsAlone) {
    start_link();
    publish(build.picture(true, 100));
    ASSERT_TRUE(run_until([&] { return reader->received.size() == 1; }));
    far->stop();
    ASSERT_TRUE(run_until([&] { return !is_connected() && !reader->connected; }));
    publish(build.picture(true, 101));
    start_far();
    ASSERT_TRUE(run_until([&] { return is_connected() && reader->connected; }));
    reader->received.clear();
    publish(build.picture(false, 102));
    const Bytes key = build.picture(true, 103);
    const Bytes next = build.picture(false, 104);
    publish(key);
    publish(next);
    ASSERT_TRUE(run_until([&] { return reader->received.size() >= 2; }));
    EXPECT_THAT(reader->received, ElementsAre(text_of(key), text_of(next)));
    EXPECT_EQ(status().unconnected_messages, 1u);
    EXPECT_EQ(status().dropped.pictures, 1u);
}

TEST_F(DestinationLinkTest, DataGoOnWithTheFirstMessageAfterAnInterruption) {
    start_link();
    publish({'a'});
    ASSERT_TRUE(run_until([&] { return reader->received.size() == 1; }));
    far->stop();
    ASSERT_TRUE(run_until([&] { return !is_connected() && !reader->connected; }));
    publish({'b'});
    start_far();
    ASSERT_TRUE(run_until([&] { return is_connected() && reader->connected; }));
    publish({'c'});
    ASSERT_TRUE(run_until([&] { return reader->received.size() == 2; }));
    EXPECT_THAT(reader->received, ElementsAre("a", "c"));
}

// A picture in two messages, as large ones are; the first is being sent when the feed is muted.
TEST_F(DestinationLinkTest, AFeedThatIsTakenOutFinishesItsPicture) {
    start_link();
    const Bytes picture = build.picture(true, 600'000);
    const std::size_t half = picture.size() / 2 / 188 * 188;
    const Bytes first(picture.begin(), picture.begin() + static_cast<std::ptrdiff_t>(half));
    const Bytes second(picture.begin() + static_cast<std::ptrdiff_t>(half), picture.end());
    publish(first);
    publish(second);
    publish(build.picture(false, 100));
    ASSERT_TRUE(run_until([&] { return status().sent.messages == 1; }));
    link->set_feeds({}, nullptr);
    ASSERT_TRUE(run_until([&] { return reader->received.size() >= 2; }));
    EXPECT_THAT(reader->received, ElementsAre(text_of(first), text_of(second)));

    link->set_feeds({video}, nullptr);
    publish(build.picture(false, 100));
    const Bytes key = build.picture(true, 100);
    publish(key);
    ASSERT_TRUE(run_until([&] { return reader->received.size() >= 3; }));
    EXPECT_EQ(reader->received.at(2), text_of(key));
}

// It was muted while the encoder was still sending it.
TEST_F(DestinationLinkTest, AFeedThatIsTakenOutFinishesThePictureThatIsStillComing) {
    start_link();
    const Bytes picture = build.picture(true, 600'000);
    const auto half = static_cast<std::ptrdiff_t>(picture.size() / 2 / 188 * 188);
    const Bytes first(picture.begin(), picture.begin() + half);
    const Bytes second(picture.begin() + half, picture.end());
    const Bytes next = build.picture(false, 100);
    publish(first);
    ASSERT_TRUE(run_until([&] { return reader->received.size() == 1; }));
    link->set_feeds({}, nullptr);
    publish(second);
    publish(next);  // muted, and so is what follows
    publish(second);
    const auto other = std::make_shared<Feed>("other", std::chrono::steady_clock::now());
    link->set_feeds({other}, nullptr);
    other->publish(message({'z'}), nullptr, std::chrono::steady_clock::now());
    ASSERT_TRUE(run_until([&] { return reader->received.size() >= 3; }));
    EXPECT_EQ(reader->received.at(1), text_of(second));
    EXPECT_EQ(reader->received.at(2), "z");
    EXPECT_TRUE(run_until([&] { return video->destinations() == 0; }));
}

// As when a rule is replaced while the camera runs.
TEST_F(DestinationLinkTest, ALinkThatJoinsRunningVideoBeginsWithAPictureThatStandsAlone) {
    publish(build.picture(true, 100));
    start_link();
    publish(build.picture(false, 101));
    const Bytes key = build.picture(true, 102);
    publish(key);
    ASSERT_TRUE(run_until([&] { return !reader->received.empty(); }));
    EXPECT_EQ(reader->received.front(), text_of(key));
}

TEST_F(DestinationLinkTest, AFeedThatComesToARunningOneDoesNotTakeItsPids) {
    const SteadyTime now = std::chrono::steady_clock::now();
    const auto second = std::make_shared<Feed>("second", now);
    start_link();
    const auto pid = [&](std::size_t i) {
        return (reader->received.at(i)[1] & 0x1F) << 8 | reader->received.at(i)[2];
    };
    publish(build.picture(true, 1000));
    ASSERT_TRUE(run_until([&] { return reader->received.size() == 1; }));
    link->set_feeds({video, second}, nullptr);
    TsBuilder other;  // with the same PIDs
    second->publish(message(other.picture(true, 1000)), nullptr, now);
    ASSERT_TRUE(run_until([&] { return reader->received.size() == 2; }));
    publish(build.picture(true, 1000));
    ASSERT_TRUE(run_until([&] { return reader->received.size() == 3; }));
    EXPECT_EQ(pid(0), 0x100);
    EXPECT_EQ(pid(1), 0x101);
    EXPECT_EQ(pid(2), 0x100);
}

TEST_F(DestinationLinkTest, TransportStreamsOfTwoFeedsBecomeOne) {
    const SteadyTime now = std::chrono::steady_clock::now();
    const auto second = std::make_shared<Feed>("second", now);
    start_link();
    link->set_feeds({video, second}, nullptr);
    TsBuilder other;  // with the same PIDs
    publish(build.picture(true, 1000));
    second->publish(message(other.picture(true, 1000)), nullptr, now);
    ASSERT_TRUE(run_until([&] { return reader->received.size() == 2; }));
    const auto pid = [&](std::size_t i) {
        return (reader->received[i][1] & 0x1F) << 8 | reader->received[i][2];
    };
    EXPECT_EQ(pid(0), 0x100);
    EXPECT_EQ(pid(1), 0x101);
}

}  // namespace
}  // namespace relay::host
