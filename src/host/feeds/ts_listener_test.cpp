// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/ts_listener.hpp"

#include "host/equipment/equipment_for_test.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/write.hpp>

namespace relay::host {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using asio::ip::udp;
using test::Bytes;
using test::text_of;
using test::operator+;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(TsAddress, IsReadAndWritten) {
    for (const char* text : {"tcp://127.0.0.1:5000/video", "udp://0.0.0.0:0/front/video_0",
                             "tcp://[::1]:65535/a", "udp://239.1.2.3:1234/a"}) {
        const auto address = parse_ts_address(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->text(), text);
    }
    EXPECT_EQ(parse_ts_address("tcp://localhost:1/a")->address, "127.0.0.1");
}

TEST(TsAddress, MistakesAreToldWithTheSettingAndTheText) {
    for (const auto& [text, reason] :
         {std::pair{"http://127.0.0.1:1/a", "neither tcp:// nor udp://"},
          std::pair{"tcp://127.0.0.1:1", "no /FEED"}, std::pair{"tcp://127.0.0.1:1/", "feed"},
          std::pair{"tcp://127.0.0.1:1/a b", "feed"}, std::pair{"tcp://127.0.0.1/a", "no :PORT"},
          std::pair{"tcp://127.0.0.1:/a", "port"}, std::pair{"tcp://127.0.0.1:65536/a", "port"},
          std::pair{"tcp://127.0.0.1:1x/a", "port"}, std::pair{"tcp://::1:80/a", "brackets"},
          std::pair{"udp://camera.lan:80/a", "no IPv4 address"}}) {
        const auto address = parse_ts_address(text);
        ASSERT_FALSE(address) << text;
        EXPECT_EQ(address.error().code, Errc::invalid);
        EXPECT_THAT(address.error().detail, HasSubstr(reason));
        EXPECT_THAT(address.error().detail, HasSubstr("ts-listen: " + std::string(text)));
    }
}

struct TsListenerTest : test::EquipmentTest {
    TsListeners listeners{context, feeds, {.flush_after = 5ms, .patience = 60ms}};
    test::Viewer viewer;

    void SetUp() override { feed->join_local(viewer); }

    std::uint16_t listen(const std::string& text) {
        const auto listening = listeners.listen({text});
        EXPECT_TRUE(listening) << listening.error().detail;
        return parse_ts_address(listeners.addresses().back())->port;
    }
};

struct TcpListenerTest : TsListenerTest {
    std::uint16_t port = listen("tcp://127.0.0.1:0/feed");

    tcp::socket connect() {
        tcp::socket socket(context);
        socket.connect({asio::ip::address_v4::loopback(), port});
        return socket;
    }
    static void send(tcp::socket& socket, const Bytes& bytes) {
        asio::write(socket, asio::buffer(bytes));
    }
    bool is_closed(tcp::socket& socket) {
        boost::system::error_code error;
        socket.non_blocking(true);
        std::array<char, 1> byte;
        return run_until([&] {
            socket.receive(asio::buffer(byte), 0, error);
            return error != asio::error::would_block;
        });
    }
};

TEST_F(TcpListenerTest, PicturesBecomeMessages) {
    auto camera = connect();
    const Bytes first = build.tables() + build.picture(true, 3000);
    const Bytes second = build.picture(false, 800);
    send(camera, first + second);
    EXPECT_TRUE(run_until([&] { return viewer.messages.size() == 2; }));
    EXPECT_THAT(viewer.messages, ElementsAre(text_of(first), text_of(second)));
    EXPECT_EQ(feed->contents().pictures, 2U);
    EXPECT_EQ(feed->contents().random_access_points, 1U);
    EXPECT_EQ(feed->contents().association_tables, 1U);
    EXPECT_EQ(feed->contents().map_tables, 1U);
    EXPECT_EQ(feed->contents().packets, (first.size() + second.size()) / 188);
}

TEST_F(TcpListenerTest, EndOfTheConnectionFreesTheFeed) {
    {
        auto camera = connect();
        send(camera, build.audio(3000));
        EXPECT_TRUE(run_until([&] { return feed->has_publisher(); }));
    }
    EXPECT_TRUE(run_until([&] { return !feed->has_publisher(); }));
    EXPECT_GT(viewer.messages.size(), 0U) << "what was whole is published";
    auto next = connect();
    send(next, build.picture(true, 100));
    EXPECT_TRUE(run_until([&] { return feed->has_publisher(); }));
}

TEST_F(TcpListenerTest, SecondPublisherIsClosedAndTheFirstGoesOn) {
    auto first = connect();
    send(first, build.picture(true, 100));
    EXPECT_TRUE(run_until([&] { return viewer.messages.size() == 1; }));
    auto second = connect();
    EXPECT_TRUE(is_closed(second));
    send(first, build.picture(false, 100));
    EXPECT_TRUE(run_until([&] { return viewer.messages.size() == 2; }));
}

TEST_F(TcpListenerTest, OneWhoLostItsSeatIsClosed) {
    auto first = connect();
    send(first, build.picture(true, 100));
    EXPECT_TRUE(run_until([&] { return feed->has_publisher(); }));
    const auto other = PublisherSeat::take(feed, std::chrono::steady_clock::now(), true);
    send(first, build.picture(false, 100));
    EXPECT_TRUE(is_closed(first));
    EXPECT_TRUE(other->is_mine());
}

TEST_F(TcpListenerTest, StopClosesWhatIsOpen) {
    auto camera = connect();
    send(camera, build.picture(true, 100));
    EXPECT_TRUE(run_until([&] { return feed->has_publisher(); }));
    listeners.stop();
    EXPECT_TRUE(is_closed(camera));
    EXPECT_TRUE(run_until([&] { return !feed->has_publisher(); }));
    boost::system::error_code error;
    tcp::socket late(context);
    late.connect({asio::ip::address_v4::loopback(), port}, error);
    EXPECT_EQ(error, asio::error::connection_refused);
}

TEST_F(TcpListenerTest, APortThatIsTakenIsAnErrorWithItsReason) {
    const std::string text = "tcp://127.0.0.1:" + std::to_string(port) + "/other";
    const auto second = listeners.listen({text});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::unavailable);
    EXPECT_THAT(second.error().detail, HasSubstr("ts-listen: " + text));
    EXPECT_THAT(second.error().detail, HasSubstr("in use"));
}

struct UdpListenerTest : TsListenerTest {
    udp::endpoint target{asio::ip::address_v4::loopback(), listen("udp://127.0.0.1:0/feed")};
    udp::socket camera{context, udp::v4()};
    udp::socket other{context, udp::v4()};

    void send(udp::socket& from, const Bytes& bytes) {
        for (std::size_t at = 0; at < bytes.size(); at += 1316) {
            const std::size_t size = std::min<std::size_t>(1316, bytes.size() - at);
            from.send_to(asio::buffer(bytes.data() + at, size), target);
        }
    }
};

TEST_F(UdpListenerTest, PicturesBecomeMessages) {
    const Bytes first = build.tables() + build.picture(true, 30'000);
    const Bytes second = build.picture(false, 800);
    send(camera, first);
    send(camera, second);
    EXPECT_TRUE(run_until([&] { return viewer.messages.size() == 2; }));
    EXPECT_THAT(viewer.messages, ElementsAre(text_of(first), text_of(second)));
    EXPECT_EQ(feed->flaws().continuity_errors, 0U);
}

TEST_F(UdpListenerTest, ALostDatagramIsAContinuityError) {
    const Bytes picture = build.picture(true, 6000);
    const auto part = [&](std::size_t from, std::size_t to) {
        return Bytes(picture.begin() + static_cast<std::ptrdiff_t>(from),
                     picture.begin() + static_cast<std::ptrdiff_t>(to));
    };
    send(camera, part(0, 1316));
    send(camera, part(2 * 1316, picture.size()));
    EXPECT_TRUE(run_until([&] { return !viewer.messages.empty(); }));
    EXPECT_EQ(feed->flaws().continuity_errors, 1U);
    EXPECT_EQ(feed->flaws().discarded_bytes, 0U);
}

TEST_F(UdpListenerTest, ASecondSenderIsNotHeardUntilTheFirstWasSilent) {
    const Bytes first = build.picture(true, 100);
    send(camera, first);
    EXPECT_TRUE(run_until([&] { return viewer.messages.size() == 1; }));
    test::TsBuilder elsewhere;
    const Bytes second = elsewhere.picture(true, 5000);
    send(other, second);
    settle();
    EXPECT_EQ(viewer.messages.size(), 1U);
    EXPECT_TRUE(run_until([&] { return !feed->has_publisher(); })) << "silence is an end";
    send(other, second);
    EXPECT_TRUE(run_until([&] { return viewer.messages.size() == 2; }));
    EXPECT_EQ(viewer.messages.back(), text_of(second));
    EXPECT_EQ(feed->flaws().continuity_errors, 0U);
}

TEST_F(UdpListenerTest, NothingIsHeardWhileTheFeedHasAnotherPublisher) {
    {
        const auto seat = PublisherSeat::take(feed, std::chrono::steady_clock::now(), false);
        send(camera, build.picture(true, 100));
        settle();
        EXPECT_TRUE(viewer.messages.empty());
    }
    send(camera, build.picture(true, 100));
    EXPECT_TRUE(run_until([&] { return viewer.messages.size() == 1; }));
}

TEST_F(UdpListenerTest, StopEndsThePublisher) {
    send(camera, build.picture(true, 100));
    EXPECT_TRUE(run_until([&] { return feed->has_publisher(); }));
    listeners.stop();
    EXPECT_FALSE(feed->has_publisher());
    settle();
}

TEST_F(UdpListenerTest, ABurstOfAPictureIsTakenWhole) {
    const Bytes picture = build.picture(true, 200'000);
    send(camera, picture);
    EXPECT_TRUE(run_until([&] { return !viewer.messages.empty(); }));
    EXPECT_EQ(viewer.joined(), text_of(picture));
}

}  // namespace
}  // namespace relay::host
