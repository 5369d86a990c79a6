// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/shell/connection.hpp"

#include <string_view>

namespace relay::server {

class Circuit;
class ShellShard;

// One end of a byte stream: the client's WebSocket or the host's. Lives on the thread of its
// circuit, which owns it and decides everything.
class Leg final : private net::WebSocketOwner {
public:
    Leg(Circuit& circuit, ShellShard& shard, ShellArrival arrival);

    void start() { connection_.start(); }

    const ShellArrival& arrival() const { return connection_.arrival(); }
    ConnectionReport report(SteadyTime now) const { return connection_.report(now); }
    bool has_expired() const { return connection_.has_expired(); }

    void deliver(const wire::MessagePtr& message, bool more_coming);
    // Whether so much waits that the other end has to pause.
    bool is_full() { return connection_.socket().is_full(); }
    void pause() { connection_.socket().pause_reading(); }
    void resume() { connection_.socket().resume_reading(); }

    // At once; or behind all that waits.
    void close(wire::CloseCode code, std::string_view reason);
    void finish(wire::CloseCode code, std::string_view reason);

private:
    void on_message(wire::MessagePtr message, bool more_coming) override;
    void on_closed(wire::CloseCode code, std::string_view reason) override;
    void on_room() override;

    Circuit& circuit_;
    ShellConnection connection_;
};

}  // namespace relay::server
