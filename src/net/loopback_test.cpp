// SPDX-License-Identifier: Apache-2.0
#include "net/loopback.hpp"

#include "net/websocket_connection_for_test.hpp"

#include <gtest/gtest.h>

#include <netinet/tcp.h>

namespace relay::net::test {
namespace {

std::string congestion_control(int socket) {
    char name[16] = {};
    socklen_t size = sizeof name;
    EXPECT_EQ(::getsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, name, &size), 0);
    return name;
}

TEST(Loopback, ConnectionsWithinTheMachineAreNotPaced) {
    const auto [server, client] = tcp_pair();
    EXPECT_TRUE(is_on_loopback(server.number()));
    EXPECT_TRUE(is_on_loopback(client.number()));
    send_unpaced_on_loopback(server.number());
    EXPECT_EQ(congestion_control(server.number()), "reno");
}

TEST(Loopback, ASocketWithoutAFarSideKeepsWhatTheSystemHasChosen) {
    const FileDescriptor lone(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_FALSE(is_on_loopback(lone.number())) << "not connected";
    const std::string before = congestion_control(lone.number());
    send_unpaced_on_loopback(lone.number());
    EXPECT_EQ(congestion_control(lone.number()), before);
}

TEST(Loopback, NoSocketIsNoHarm) {
    EXPECT_FALSE(is_on_loopback(-1));
    send_unpaced_on_loopback(-1);
}

}  // namespace
}  // namespace relay::net::test
