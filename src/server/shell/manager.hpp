// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/shell/alert.hpp"
#include "server/shell/connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace relay::server {

class ShellShard;

// The connection by which a host hears of clients. What the host sends on it is ignored. Lives on
// its shard's thread, which owns it.
class Manager final : private net::WebSocketOwner {
public:
    Manager(ShellShard& shard, ShellArrival arrival, std::uint64_t number);

    void start() { connection_.start(); }

    std::uint64_t number() const { return number_; }
    const auth::Grant& grant() const { return connection_.arrival().grant; }
    ConnectionReport report(SteadyTime now) const { return connection_.report(now); }

    // The host is to come for a client; a client's connection has ended.
    void tell(const ConnectAlert& alert);
    void tell_ended(std::string_view connection_id);

    void close(wire::CloseCode code, std::string_view reason);

private:
    void on_message(wire::MessagePtr, bool) override {}
    void on_closed(wire::CloseCode code, std::string_view reason) override;

    ShellShard& shard_;
    const std::uint64_t number_;
    ShellConnection connection_;
};

}  // namespace relay::server
