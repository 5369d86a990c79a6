// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_connection_for_test.hpp"

#include <gmock/gmock.h>

#include <sys/socket.h>
#include <thread>

// What carriers of byte streams need: nothing is dropped, reading can pause, and the end goes
// behind the data.
namespace relay::net::test {
namespace {

using testing::HasSubstr;

constexpr std::size_t piece = 64 * 1024;
constexpr std::size_t pieces = 64;

struct LosslessConnectionTest : WebSocketConnectionTest {
    LosslessConnectionTest() {
        limits.outbox.overflow = hub::Overflow::wait;
        limits.outbox.bytes = 4 * piece;
        limits.outbox.data_age = 0ms;  // nothing is ever too old
    }
    // More than the sockets' buffers and the bound hold.
    void deliver_all() {
        run([&] {
            for (std::size_t i = 0; i < pieces; ++i)
                connection->deliver(message_of(std::string(piece, static_cast<char>('a' + i % 26)),
                                               MessageType::binary),
                                    {});
        });
    }
    void expect_all() {
        for (std::size_t i = 0; i < pieces; ++i) {
            const auto frame = peer->read_frame();
            ASSERT_EQ(frame.payload.size(), piece) << i;
            ASSERT_EQ(frame.payload.front(), static_cast<char>('a' + i % 26));
        }
    }
    void pause() {
        run([&] { connection->pause_reading(); });
    }
    // The peer closes and resets the connection before the turn in which that could be read.
    void expect_last_bytes_though_it_sends(hub::Delivery delivery) {
        TestSocket& client = start();
        run([&] {
            client.send_frame(MessageType::binary, "the last bytes");
            client.send_frame(MessageType::close, "\x03\xE8");
            reset(client);
            connection->deliver(message_of("too late", MessageType::binary), delivery);
        });
        EXPECT_EQ(owner.next().payload, "the last bytes");
        EXPECT_EQ(owner.closed().code, CloseCode::normal);
    }
    static void reset(TestSocket& socket) {
        constexpr linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        socket.close();
    }
};

TEST_F(LosslessConnectionTest, DropsNothingAndTellsWhenThereIsRoomAgain) {
    start();
    deliver_all();
    run([&] {
        EXPECT_TRUE(connection->is_open());
        EXPECT_TRUE(connection->is_full());
    });
    EXPECT_EQ(owner.rooms(), 0u);
    expect_all();
    owner.wait_for_room();
    run([&] {
        EXPECT_FALSE(connection->is_full());
        EXPECT_EQ(connection->outbox().drops().messages, 0u);
    });
}

TEST_F(LosslessConnectionTest, ReadsNothingWhilePaused) {
    TestSocket& client = start();
    pause();
    client.send_frame(MessageType::text, "later");
    run([] {});  // a turn in which it could have read
    EXPECT_EQ(owner.waiting(), 0u);
    run([&] { connection->resume_reading(); });
    EXPECT_EQ(owner.next().payload, "later");
}

TEST_F(LosslessConnectionTest, DeliversWhatCameWithTheHandshakeThoughPaused) {
    auto [server, client] = tcp_pair();
    peer.emplace(std::move(client));
    run([&] {
        connection.emplace(threads[0], std::move(server), limits, owner);
        connection->pause_reading();
        connection->start("", {0x82, 0x81, 0, 0, 0, 0, 'x'});
    });
    EXPECT_EQ(owner.next().payload, "x");
    peer->send_frame(MessageType::text, "later");
    run([] {});
    EXPECT_EQ(owner.waiting(), 0u);
}

TEST_F(LosslessConnectionTest, DoesNotTakeAPausedPeersSilenceForDeath) {
    limits.ping_every = 50ms;
    limits.peer_timeout = 100ms;
    TestSocket& client = start();
    pause();
    for (int i = 0; i < 3; ++i)  // each a tick of 250 ms: far beyond the time-out
        EXPECT_EQ(client.read_frame().opcode, static_cast<int>(MessageType::ping));
    run([&] { EXPECT_TRUE(connection->is_open()); });
}

TEST_F(LosslessConnectionTest, PingsAPeerThatNeverStopsTalking) {
    limits.ping_every = 1s;
    TestSocket& client = start();
    std::jthread talker([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            client.send_frame(MessageType::binary, "x");
            std::this_thread::sleep_for(50ms);
        }
    });
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(client.read_frame().opcode, static_cast<int>(MessageType::ping));
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

TEST_F(LosslessConnectionTest, NoticesAResetWhilePaused) {
    TestSocket& client = start();
    pause();
    reset(client);
    EXPECT_EQ(owner.closed().code, CloseCode::abnormal);
    EXPECT_THAT(owner.closed().reason, HasSubstr("lost"));
}

// A peer that is done may close its socket with a ping unread, which resets the connection.
TEST_F(LosslessConnectionTest, TakesWhatCameBeforeAResetThoughPaused) {
    TestSocket& client = start();
    pause();
    client.send_frame(MessageType::binary, "the last bytes");
    client.send_frame(MessageType::close, "\x03\xE8");
    reset(client);
    EXPECT_EQ(owner.next().payload, "the last bytes");
    EXPECT_EQ(owner.closed().code, CloseCode::normal);
}

TEST_F(LosslessConnectionTest, TakesWhatCameBeforeAResetThoughItSendsAtOnce) {
    expect_last_bytes_though_it_sends({});
}

TEST_F(LosslessConnectionTest, TakesWhatCameBeforeAResetThoughItSendsAtTheTurnsEnd) {
    expect_last_bytes_though_it_sends({.more_coming = true});
}

TEST_F(LosslessConnectionTest, ReadsTheAnswerToItsCloseThoughPaused) {
    limits.close_timeout = 60s;
    TestSocket& client = start();
    pause();
    client.send_frame(MessageType::binary, "unread");
    run([&] { connection->expire_at(std::chrono::steady_clock::now()); });
    EXPECT_EQ(client.read_frame().close_code(), 4401);
    client.send_frame(MessageType::close, "\x11\x31");
    EXPECT_EQ(owner.closed().code, CloseCode::expired);
}

// Each of them takes many times its own bytes.
TEST_F(LosslessConnectionTest, CountsWhatTinyMessagesCost) {
    TestSocket& client = start();
    constexpr std::size_t count = 10'000;
    run([&] {
        for (std::size_t i = 0; i < count; ++i)
            connection->deliver(message_of("x", MessageType::binary), {.more_coming = true});
        EXPECT_LT(connection->outbox().bytes(), limits.outbox.bytes / 2);
        EXPECT_TRUE(connection->is_full());
    });
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(client.read_frame().payload, "x");
    owner.wait_for_room();
}

TEST_F(LosslessConnectionTest, FinishesBehindWhatWaits) {
    limits.close_timeout = 20s;
    TestSocket& client = start();
    deliver_all();
    run([&] { connection->finish(CloseCode::normal, "done"); });
    expect_all();
    EXPECT_EQ(client.read_frame().close_code(), 1000);
    client.send_frame(MessageType::close, "\x03\xE8");
    EXPECT_EQ(owner.closed().code, CloseCode::normal);
}

TEST_F(LosslessConnectionTest, FinishingLastsAsLongAsThePeerShowsLife) {
    limits.close_timeout = 20ms;
    limits.peer_timeout = 600ms;
    limits.ping_every = 500ms;
    TestSocket& client = start();
    deliver_all();
    run([&] { connection->finish(CloseCode::normal, "done"); });
    for (int i = 0; i < 8; ++i) {  // far beyond the close time-out, and beyond the peer's
        client.send_frame(MessageType::ping, "alive");
        std::this_thread::sleep_for(150ms);  // the time itself is what is tested
        run([&] { ASSERT_GT(connection->outbox().bytes(), 0u); });
    }
    expect_all();
    EXPECT_EQ(client.read_frame().close_code(), 1000);
}

// What the kernel holds is lost when a peer sends anything to a socket that is closed by then.
TEST_F(LosslessConnectionTest, FinishingWaitsForAPeerThatHasYetToReadWhatLeft) {
    limits.close_timeout = 20ms;
    TestSocket& client = start();
    std::size_t left = 0;
    run([&] {
        for (; connection->outbox().empty(); ++left)
            connection->deliver(message_of(std::string(1000, 'x')), {});
        connection->finish(CloseCode::normal, "done");
    });
    for (bool waits = true; waits; --left) {
        EXPECT_EQ(client.read_frame().payload.size(), 1000u);
        run([&] { waits = !connection->outbox().empty(); });
    }
    ASSERT_GT(left, 0u);
    for (int i = 0; i < 4; ++i) {
        client.send_frame(MessageType::ping, "alive");
        std::this_thread::sleep_for(100ms);  // the time itself is what is tested
    }
    for (; left > 0; --left) EXPECT_EQ(client.read_frame().payload.size(), 1000u);
    EXPECT_EQ(client.read_frame().close_code(), 1000);
    client.send_frame(MessageType::close, "\x03\xE8");
    EXPECT_EQ(owner.closed().code, CloseCode::normal);
}

TEST_F(LosslessConnectionTest, FinishingGivesUpOnASilentPeer) {
    limits.ping_every = 50ms;
    limits.peer_timeout = 300ms;
    start();
    deliver_all();
    run([&] { connection->finish(CloseCode::normal, "done"); });
    EXPECT_EQ(owner.closed().code, CloseCode::abnormal);
}

TEST_F(LosslessConnectionTest, AFinishIsCutShortByAClose) {
    limits.close_timeout = 50ms;
    start();
    deliver_all();
    run([&] {
        connection->finish(CloseCode::normal, "done");
        connection->close(CloseCode::denied, "the booking was denied");
        EXPECT_LT(connection->outbox().bytes(), 2 * piece);
    });
    owner.closed();
}

// The owner would be told twice, or no longer be there.
TEST_F(LosslessConnectionTest, AFinishThatHasFailedIsNotCutShort) {
    limits.peer_timeout = 200ms;
    start();
    deliver_all();
    run([&] { connection->finish(CloseCode::normal, "done"); });
    EXPECT_EQ(owner.closed().code, CloseCode::abnormal);
    run([&] { connection->close(CloseCode::denied, "the booking was denied"); });
    run([] {});  // what a turn's end has to tell comes before
}

TEST_F(LosslessConnectionTest, FinishingEndsWhenThePeerClosesFirst) {
    TestSocket& client = start();
    deliver_all();
    run([&] { connection->finish(CloseCode::normal, "done"); });
    client.send_frame(MessageType::close, "\x03\xE8");
    while (client.read_frame().opcode != static_cast<int>(MessageType::close)) {
    }
    EXPECT_EQ(owner.closed().code, CloseCode::normal);
}

TEST_F(LosslessConnectionTest, FinishingEndsSoonWhenThePeerHasClosedButReadsNothing) {
    limits.close_timeout = 50ms;
    TestSocket& client = start();
    deliver_all();
    run([&] { connection->finish(CloseCode::normal, "done"); });
    const auto began = std::chrono::steady_clock::now();
    client.send_frame(MessageType::close, "\x03\xE8");
    EXPECT_EQ(owner.closed().code, CloseCode::normal);
    EXPECT_LT(std::chrono::steady_clock::now() - began, limits.ping_every / 2);
}

TEST_F(LosslessConnectionTest, FinishingWithNothingWaitingIsAClose) {
    TestSocket& client = start();
    run([&] { connection->finish(CloseCode::normal, ""); });
    EXPECT_EQ(client.read_frame().close_code(), 1000);
    client.close();
    EXPECT_EQ(owner.closed().code, CloseCode::normal);
}

}  // namespace
}  // namespace relay::net::test
