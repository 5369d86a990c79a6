// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/bridge.hpp"

#include "host/equipment/equipment_for_test.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <csignal>
#include <filesystem>
#include <optional>
#include <sys/ioctl.h>

namespace relay::host {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using wire::MessageType;

struct BridgeTest : test::EquipmentTest {
    TemporaryFolder folder;
    test::Viewer viewer;
    BridgeSettings settings{.queue_bytes = 1024 * 1024,
                            .open_limit = 10s,
                            .grace = 1s,
                            .restart = {.shortest = 1ms, .longest = 2ms, .lasting = 10s}};
    std::optional<Bridge> bridge;

    BridgeTest() { feed->join_local(viewer); }
    ~BridgeTest() override {
        if (bridge) EXPECT_TRUE(stop());
        feed->leave_local(viewer);
    }

    void start(BridgeRule rule) {
        rule.feed = "feed";
        bridge.emplace(context, rule, feed, settings);
    }
    bool stop() {
        bool ended = false;
        bridge->stop([&] { ended = true; });
        return run_until([&] { return ended; });
    }
    bool opens() {
        return run_until([&] { return bridge->status().state == EquipmentState::running; });
    }
    bool hears(std::size_t count) {
        return run_until([&] { return viewer.messages.size() >= count; });
    }
};

// ---- a serial device

struct SerialBridgeTest : BridgeTest {
    std::optional<test::SerialLine> line;

    void SetUp() override {
        if (!test::has_pseudo_terminals()) GTEST_SKIP() << "there are no pseudo-terminals here";
        line.emplace();
    }
    void start_line(BridgeRule::Framing framing = BridgeRule::Framing::line) {
        start({.serial = line->path, .framing = framing});
        EXPECT_TRUE(opens());
    }
    bool device_gets(const std::string& text) {
        return run_until([&] { return line->received() == text; });
    }
};

TEST_F(SerialBridgeTest, EachLineIsATextMessage) {
    start_line();
    line->write("one\r\ntw");
    line->write("o\n\nthree\r");
    EXPECT_TRUE(hears(4));
    EXPECT_THAT(viewer.messages, ElementsAre("one", "two", "", "three"));
    EXPECT_THAT(viewer.types, testing::Each(MessageType::text));
    EXPECT_EQ(bridge->status().received_messages, 4U);
    EXPECT_EQ(bridge->status().received_bytes, 16U);
}

TEST_F(SerialBridgeTest, ALineThatIsNoTextIsABinaryMessage) {
    start_line();
    line->write("\xFF\xFE\ngr\xC3\xBC\xC3\x9F\n");
    EXPECT_TRUE(hears(2));
    EXPECT_THAT(viewer.messages, ElementsAre("\xFF\xFE", "gr\xC3\xBC\xC3\x9F"));
    EXPECT_THAT(viewer.types, ElementsAre(MessageType::binary, MessageType::text));
}

TEST_F(SerialBridgeTest, EachMessageIsWrittenAsALine) {
    start_line();
    publish("on");
    publish("ends already\n");
    publish("");
    EXPECT_TRUE(device_gets("on\nends already\n\n"));
    EXPECT_TRUE(run_until([&] { return bridge->status().sent_messages == 3; }));
    EXPECT_EQ(bridge->status().sent_bytes, 17U);
    EXPECT_THAT(viewer.messages, ElementsAre("on", "ends already\n", ""))
        << "what it is sent does not come back";
}

TEST_F(SerialBridgeTest, EmptyMessagesThatWaitAreBoundedAsWell) {
    settings.queue_bytes = 64'000;
    start_line();
    for (int i = 0; i < 2000; ++i) publish("");
    EXPECT_EQ(bridge->status().dropped_messages, 1000U);
}

TEST_F(SerialBridgeTest, ADeviceThatIsClosedCanBeOpenedByOthers) {
    const FileDescriptor other(::open(line->path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    start_line();
    EXPECT_TRUE(stop());
    int exclusive = -1;
    EXPECT_EQ(::ioctl(other.number(), TIOCGEXCL, &exclusive), 0);
    EXPECT_EQ(exclusive, 0);
}

TEST_F(SerialBridgeTest, HearsWhatComesBackFromDestinations) {
    start_line();
    feed->publish_from_destination(test::text_message("go"), std::chrono::steady_clock::now());
    EXPECT_TRUE(device_gets("go\n"));
}

TEST_F(SerialBridgeTest, RawBytesGoBothWaysAsTheyAre) {
    start_line(BridgeRule::Framing::raw);
    line->write(std::string_view("\0\r\n\xFF", 4));
    EXPECT_TRUE(run_until([&] { return viewer.joined().size() >= 4; }));
    EXPECT_EQ(viewer.joined(), std::string("\0\r\n\xFF", 4));
    EXPECT_THAT(viewer.types, testing::Each(MessageType::binary));
    publish("\x01\x02");
    EXPECT_TRUE(device_gets("\x01\x02"));
}

TEST_F(SerialBridgeTest, ADeviceThatIsUnpluggedAndComesBackWorksAgain) {
    const auto path = folder.path() / "ttyUSB0";
    std::filesystem::create_symlink(line->path, path);
    start({.serial = path.string()});
    EXPECT_TRUE(opens());
    line.reset();
    std::filesystem::remove(path);
    EXPECT_TRUE(run_until([&] { return bridge->status().state == EquipmentState::waiting; }));
    EXPECT_NE(bridge->status().last_error, "");
    publish("lost");
    EXPECT_EQ(bridge->status().dropped_messages, 1U) << "a late command is worse than none";
    EXPECT_TRUE(run_until([&] { return bridge->status().last_error.contains("No such file"); }))
        << bridge->status().last_error;

    line.emplace();
    std::filesystem::create_symlink(line->path, path);
    EXPECT_TRUE(opens());
    EXPECT_EQ(bridge->status().starts, 2U);
    line->write("back\n");
    EXPECT_TRUE(hears(2));
    EXPECT_EQ(viewer.messages.back(), "back");
    publish("again");
    EXPECT_TRUE(device_gets("again\n"));
}

TEST_F(SerialBridgeTest, ADeviceThatIsFullHoldsUpNobodyAndTheOldestIsDropped) {
    settings.queue_bytes = 10'000;
    start_line();
    const std::string filler(1000, 'x');
    for (int i = 0; i < 100; ++i) {
        publish(std::to_string(i) + filler);
        settle();
    }
    const auto dropped = bridge->status().dropped_messages;
    EXPECT_GT(dropped, 50U);
    publish("last");
    EXPECT_TRUE(run_until([&] { return line->received().ends_with("last\n"); }));
    const std::string& got = line->received();
    EXPECT_EQ(static_cast<std::uint64_t>(std::ranges::count(got, '\n')),
              101 - bridge->status().dropped_messages)
        << "each line is whole";
    EXPECT_THAT(got, testing::StartsWith("0x"));
    EXPECT_THAT(got, HasSubstr("\n99x"));
}

// ---- a TCP server

struct TcpBridgeTest : BridgeTest {
    std::optional<tcp::acceptor> acceptor;
    std::uint16_t port = 0;
    std::optional<tcp::socket> server;

    TcpBridgeTest() { listen(); }

    void listen() {
        acceptor.emplace(context, tcp::endpoint(asio::ip::address_v4::loopback(), port));
        port = acceptor->local_endpoint().port();
        acceptor->non_blocking(true);
    }
    bool accepts() {
        server.emplace(context);
        return run_until([&] {
            boost::system::error_code error;
            acceptor->accept(*server, error);
            return !error;
        });
    }
    void start_client() {
        start({.tcp = "127.0.0.1:" + std::to_string(port)});
        EXPECT_TRUE(accepts());
        EXPECT_TRUE(opens());
    }
    void send(std::string_view text) { server->send(asio::buffer(text)); }
    std::string receive(std::size_t size) {
        std::string text;
        server->non_blocking(true);
        EXPECT_TRUE(run_until([&] {
            std::array<char, 256> bytes;
            boost::system::error_code error;
            text.append(bytes.data(), server->receive(asio::buffer(bytes), 0, error));
            return text.size() >= size;
        }));
        return text;
    }
};

TEST_F(TcpBridgeTest, LinesGoBothWays) {
    start_client();
    send("TEMP 21.5\n");
    EXPECT_TRUE(hears(1));
    publish("*IDN?");
    EXPECT_EQ(receive(6), "*IDN?\n");
    EXPECT_EQ(bridge->status().device, "127.0.0.1:" + std::to_string(port));
}

TEST_F(TcpBridgeTest, ConnectsAgainWhenTheServerReturns) {
    start_client();
    send("unfinished");
    server->close();
    acceptor->close();
    EXPECT_TRUE(hears(1)) << "the last line may lack its end";
    EXPECT_TRUE(run_until([&] {
        return bridge->status().last_error.contains("Connection refused");
    })) << bridge->status().last_error;
    listen();
    EXPECT_TRUE(accepts());
    send("new\n");
    EXPECT_TRUE(hears(2));
    EXPECT_THAT(viewer.messages, ElementsAre("unfinished", "new"));
    EXPECT_EQ(bridge->status().starts, 2U);
}

TEST_F(TcpBridgeTest, ALineThatIsTooLongComesInPiecesAndIsCounted) {
    start_client();
    const std::string line = std::string(Bridge::longest_line + 5, 'x') + "\n";
    std::size_t sent = 0;
    server->non_blocking(true);
    EXPECT_TRUE(run_until([&] {
        boost::system::error_code error;
        sent += server->send(asio::buffer(std::string_view(line).substr(sent)), 0, error);
        return sent == line.size();
    }));
    EXPECT_TRUE(hears(2));
    EXPECT_EQ(viewer.messages.at(0).size(), Bridge::longest_line);
    EXPECT_EQ(viewer.messages.at(1), "xxxxx");
    EXPECT_EQ(bridge->status().cut_lines, 1U);
}

TEST_F(TcpBridgeTest, CanBeStoppedWhileItConnects) {
    start({.tcp = "192.0.2.1:9"});  // an address that never answers, RFC 5737
    settle();
    EXPECT_TRUE(stop());
    EXPECT_EQ(bridge->status().starts, 0U);
}

TEST_F(TcpBridgeTest, LeavesTheFeedAndTheServerWhenStopped) {
    start_client();
    EXPECT_EQ(feed->devices(), 1U);
    EXPECT_EQ(feed->clients(), 1U) << "the viewer alone";
    EXPECT_TRUE(stop());
    EXPECT_EQ(feed->devices(), 0U);
    boost::system::error_code error;
    std::array<char, 1> byte;
    server->non_blocking(false);
    server->receive(asio::buffer(byte), 0, error);
    EXPECT_EQ(error, asio::error::eof);
}

// ---- a program

struct ProgramBridgeTest : BridgeTest {
    void start_program(const std::string& script,
                       BridgeRule::Framing framing = BridgeRule::Framing::line) {
        start({.command = {{}, script}, .framing = framing});
        EXPECT_TRUE(opens());
    }
};

TEST_F(ProgramBridgeTest, ItsInputAndOutputAreTheFeed) {
    start_program("echo $RELAY_FEED; while read line; do echo \"got $line\"; done");
    publish("a");
    publish("b");
    EXPECT_TRUE(hears(5));
    EXPECT_THAT(viewer.messages, testing::UnorderedElementsAre("feed", "a", "b", "got a", "got b"));
}

TEST_F(ProgramBridgeTest, IsStartedAgainWhenItEnds) {
    start_program("read line; echo \"$line\"; exit 4");
    publish("first");
    EXPECT_TRUE(run_until([&] { return bridge->status().starts == 2; }));
    EXPECT_EQ(bridge->status().last_error, "it ended with exit status 4");
    EXPECT_TRUE(opens());
    publish("second");
    EXPECT_TRUE(run_until([&] { return bridge->status().starts == 3; }));
    EXPECT_THAT(viewer.messages, ElementsAre("first", "first", "second", "second"));
}

TEST_F(ProgramBridgeTest, OneThatDoesNotListenMaySpeak) {
    start_program("exec 0<&-; echo up; sleep 0.05; echo still; exec sleep 60");
    EXPECT_TRUE(hears(1));
    publish("nobody hears this");
    EXPECT_TRUE(run_until([&] { return bridge->status().dropped_messages == 1; }));
    EXPECT_TRUE(hears(3));
    EXPECT_EQ(viewer.messages.back(), "still");
    EXPECT_EQ(bridge->status().starts, 1U);
}

TEST_F(ProgramBridgeTest, OneThatStopsSpeakingIsEndedAndStartedAgain) {
    settings.grace = 20ms;
    start_program("exec >&-; exec sleep 60");
    EXPECT_TRUE(run_until([&] { return bridge->status().starts == 2; }));
    EXPECT_EQ(bridge->status().last_error, "it ended with signal 15");
}

TEST_F(ProgramBridgeTest, ManyLinesComeCompleteAndInOrder) {
    start_program("seq 1 20000; exec sleep 60");
    EXPECT_TRUE(hears(20'000));
    for (std::size_t i = 0; i < 20'000; ++i) ASSERT_EQ(viewer.messages[i], std::to_string(i + 1));
}

TEST_F(ProgramBridgeTest, AnUnknownProgramIsAnErrorAndTriedAgain) {
    start({.command = {{"no-such-program-anywhere"}, ""}});
    EXPECT_TRUE(run_until([&] { return bridge->status().state == EquipmentState::waiting; }));
    EXPECT_THAT(bridge->status().last_error, HasSubstr("no-such-program-anywhere"));
    EXPECT_EQ(bridge->status().device, "no-such-program-anywhere");
}

TEST_F(ProgramBridgeTest, DestructionEndsItAtOnce) {
    start_program("echo $$; exec sleep 60");
    EXPECT_TRUE(hears(1));
    const pid_t process = std::stoi(viewer.messages.front());
    bridge.reset();
    EXPECT_NE(::kill(process, 0), 0);
    settle();
}

}  // namespace
}  // namespace relay::host
