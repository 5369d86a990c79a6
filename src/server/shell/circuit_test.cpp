// SPDX-License-Identifier: Apache-2.0
#include "server/shell/circuit.hpp"

#include "server/shell/shell_for_test.hpp"

#include <thread>

namespace relay::server {
namespace {

using namespace std::chrono_literals;
using wire::MessageType;

using CircuitTest = ShellFixture;

TEST_F(CircuitTest, passes_messages_both_ways_as_they_are) {
    start();
    TestSocket host = manager();
    auto [near, far] = joined(host);
    near.send_frame(MessageType::binary, "one");
    near.send_frame(MessageType::text, "two");
    near.send_frame(MessageType::binary, "");
    EXPECT_EQ(far.read_frame().payload, "one");
    const Frame text = far.read_frame();
    EXPECT_EQ(text.opcode, 1);
    EXPECT_EQ(text.payload, "two");
    EXPECT_EQ(far.read_frame().payload, "");
    far.send_frame(MessageType::binary, "three");
    const Frame back = near.read_frame();
    EXPECT_EQ(back.opcode, 2);
    EXPECT_EQ(back.payload, "three");
}

TEST_F(CircuitTest, streams_do_not_hear_each_other) {
    start();
    TestSocket host = manager();
    std::vector<Pair> pairs;
    for (int i = 0; i < 20; ++i) pairs.push_back(joined(host));
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i].client.send_frame(MessageType::binary, std::to_string(i));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        EXPECT_EQ(pairs[i].host.read_frame().payload, std::to_string(i));
        pairs[i].host.send_frame(MessageType::binary, "re " + std::to_string(i));
    }
    for (std::size_t i = 0; i < pairs.size(); ++i)
        EXPECT_EQ(pairs[i].client.read_frame().payload, "re " + std::to_string(i));
}

// spec/shell.md §3 "Server speaks first": there such a client hangs for ever.
TEST_F(CircuitTest, a_client_may_speak_first) {
    start();
    TestSocket host = manager();
    TestSocket near = client();
    near.send_frame(MessageType::binary, "GET / ");
    near.send_frame(MessageType::binary, "HTTP/1.1");
    TestSocket far = host_end(host);
    EXPECT_EQ(receive(far, 14), "GET / HTTP/1.1");
}

TEST_F(CircuitTest, what_a_client_says_before_its_host_has_come_is_bounded_and_not_lost) {
    start();
    TestSocket host = manager();
    TestSocket near = client();
    const std::string text = contents(8 << 20);
    std::jthread sender([&] { send_all(near, text, 10'000); });
    const auth::Grant end = next_end(host);
    // It stands still when neither the relay nor the sockets between take any more.
    std::uint64_t taken = 0, before = 1;
    while (taken != before || taken == 0) {
        before = taken;
        reports();  // a turn of each thread
        std::this_thread::yield();
        for (const auto& report : reports())
            if (report.topic != "spin30") taken = report.sent.bytes;
    }
    EXPECT_LT(taken, 1u << 20);
    TestSocket far = welcomed(arrive(end));
    EXPECT_EQ(receive(far, text.size()), text);
}

TEST_F(CircuitTest, a_reader_that_stops_makes_the_sender_wait_and_loses_nothing) {
    for (const bool to_host : {true, false}) {
        SCOPED_TRACE(to_host);
        ShellFixture::start();
        TestSocket host = manager();
        auto [near, far] = joined(host);
        TestSocket& source = to_host ? near : far;
        TestSocket& sink = to_host ? far : near;
        const std::string text = contents(16 << 20);
        std::jthread sender([&] { send_all(source, text, 40'000); });
        wait_until_a_sender_waits();
        for (int i = 0; i < 100; ++i) ASSERT_LT(most_queued(), settings.shell_queue + 256 * 1024);
        auto [other_near, other_far] = joined(host);  // nobody else waits for it
        other_near.send_frame(MessageType::binary, "quick");
        EXPECT_EQ(other_far.read_frame().payload, "quick");
        ASSERT_EQ(receive(sink, text.size()), text);
        sender.join();
        stop();
        threads.emplace(2);
    }
}

TEST_F(CircuitTest, a_reader_that_stops_but_pings_is_kept) {
    settings.ping_every = 50ms;
    settings.peer_timeout = 300ms;
    start();
    TestSocket host = manager();
    auto [near, far] = joined(host);
    const std::string text = contents(4 << 20);
    std::jthread sender([&] { send_all(near, text, 40'000); });
    const auto stalled_until = std::chrono::steady_clock::now() + 900ms;
    while (std::chrono::steady_clock::now() < stalled_until) {
        far.send_frame(MessageType::ping, "");
        reports();
        std::this_thread::sleep_for(20ms);  // the time that it stops is what is tested
    }
    std::string received;
    while (received.size() < text.size()) {
        const Frame frame = far.read_frame();
        if (frame.opcode == 2) received += frame.payload;
    }
    EXPECT_EQ(received, text);
}

}  // namespace
}  // namespace relay::server
