// SPDX-License-Identifier: Apache-2.0
#include "hub/topic.hpp"
#include "net/test_socket.hpp"
#include "net/websocket_connection.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <thread>

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RELAY_COUNTS_ALLOCATIONS 0  // the sanitizers bring their own malloc
#else
#define RELAY_COUNTS_ALLOCATIONS 1
#endif

namespace {
thread_local std::size_t allocations = 0;  // of this thread
}

#if RELAY_COUNTS_ALLOCATIONS
// The whole test program's malloc, which operator new calls too, counted. glibc lets a program
// replace it and keeps its own under this name.
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* malloc(std::size_t size) {
    ++allocations;
    return __libc_malloc(size);
}
#endif

namespace relay::net {
namespace {

using wire::MessagePtr;
using wire::MessageType;

constexpr int readers = 20;
constexpr int warm_up = 200;
constexpr int measured = 1000;

std::pair<FileDescriptor, FileDescriptor> local_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::runtime_error("no socket pair");
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// Publishes what arrives, and remembers the thread's count of allocations at two messages.
struct Publisher final : WebSocketOwner {
    explicit Publisher(hub::Topic& target) : topic(target) {}
    void on_message(MessagePtr message, bool more_coming) override {
        if (++count == warm_up) at_start = allocations;
        if (count == warm_up + measured) at_end = allocations;
        topic.publish(message, nullptr, more_coming);
    }
    void on_closed(wire::CloseCode, std::string_view) override {}

    hub::Topic& topic;
    int count = 0;
    std::size_t at_start = 0, at_end = 0;
};

struct Reader final : WebSocketOwner {
    void on_message(MessagePtr, bool) override {}
    void on_closed(wire::CloseCode, std::string_view) override {}
};

// shared/perf.md, "Prove it": in steady state a message costs its own block and nothing per reader.
TEST(AllocationTest, AMessageCostsOneAllocationHoweverManyReadIt) {
    if (!RELAY_COUNTS_ALLOCATIONS) GTEST_SKIP() << "a sanitizer counts its own allocations";
    IoThreads threads(1);
    WebSocketLimits limits;
    hub::Topic topic;
    Publisher publisher(topic);
    Reader reader;
    std::vector<std::unique_ptr<WebSocketConnection>> connections;
    std::vector<test::TestSocket> peers;
    threads.run_on_each([&](IoThread& thread) {
        for (int i = 0; i <= readers; ++i) {
            auto [server, client] = local_pair();
            peers.emplace_back(std::move(client));
            WebSocketOwner& owner = i == 0 ? static_cast<WebSocketOwner&>(publisher) : reader;
            connections.push_back(
                std::make_unique<WebSocketConnection>(thread, std::move(server), limits, owner));
            connections.back()->start("", {});
            if (i > 0) topic.join(*connections.back());
        }
    });

    // In bursts, so that both ways out are taken: at once, and gathered at the end of a turn.
    for (int sent = 0; sent < warm_up + measured + 1;) {
        const int burst = std::min(1 + sent % 7, warm_up + measured + 1 - sent);
        for (int i = 0; i < burst; ++i)
            peers[0].send_frame(MessageType::binary, std::string(1000, 'x'));
        sent += burst;
        for (int i = 1; i <= readers; ++i)
            for (int k = 0; k < burst; ++k)
                ASSERT_EQ(peers[static_cast<std::size_t>(i)].read_frame().payload.size(), 1000u);
    }
    EXPECT_EQ(publisher.count, warm_up + measured + 1);
    EXPECT_EQ(publisher.at_end - publisher.at_start, static_cast<std::size_t>(measured));
    threads.run_on_each([&](IoThread&) { connections.clear(); });
}

}  // namespace
}  // namespace relay::net
