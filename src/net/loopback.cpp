// SPDX-License-Identifier: Apache-2.0
#include "net/loopback.hpp"

#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace relay::net {

bool is_on_loopback(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return false;
    if (address.ss_family == AF_INET) {
        sockaddr_in ip{};
        std::memcpy(&ip, &address, sizeof ip);
        return ntohl(ip.sin_addr.s_addr) >> 24 == 127;
    }
    if (address.ss_family != AF_INET6) return false;
    sockaddr_in6 ip{};
    std::memcpy(&ip, &address, sizeof ip);
    return IN6_IS_ADDR_LOOPBACK(&ip.sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&ip.sin6_addr) && ip.sin6_addr.s6_addr[12] == 127);
}

void send_unpaced_on_loopback(int socket) {
    if (!is_on_loopback(socket)) return;
    static constexpr char algorithm[] = "reno";  // every Linux has it and permits it to everybody
    ::setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, algorithm, sizeof algorithm - 1);
}

}  // namespace relay::net
