// SPDX-License-Identifier: Apache-2.0
#include "server/shell/connection.hpp"

namespace relay::server {

ShellConnection::ShellConnection(net::IoThread& thread, ShellArrival arrival,
                                 const net::WebSocketLimits& limits, MemberCount& count,
                                 WallTime now, net::WebSocketOwner& owner)
    : counted_(count),
      arrival_(std::move(arrival)),
      connected_(now),
      expires_(std::chrono::steady_clock::now() + (arrival_.grant.expires - now)),
      socket_(thread, std::move(arrival_.handover.socket), limits, owner) {}

void ShellConnection::start() {
    socket_.expire_at(expires_);
    socket_.start(std::exchange(arrival_.handshake_answer, {}),
                  std::exchange(arrival_.handover.received, {}));
}

ConnectionReport ShellConnection::report(SteadyTime now) const {
    const auth::Grant& grant = arrival_.grant;
    ConnectionReport report{.topic = grant.path(),
                            .remote_address = arrival_.remote_address,
                            .user_agent = arrival_.user_agent,
                            .scopes = grant.scopes,
                            .can_read = grant.can_read,
                            .can_write = grant.can_write,
                            .connected = connected_,
                            .expires = grant.expires};
    add_traffic(report, socket_, now);
    return report;
}

}  // namespace relay::server
