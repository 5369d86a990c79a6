// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "net/websocket_limits.hpp"

#include <cstdint>

namespace relay::net {

// When the server's end of a WebSocket must ping its peer, give it up, or end with its session.
// Pure: times come in, decisions go out. Smaller than `Liveness`, the client's, since a server has
// thousands.
class PeerWatch {
public:
    enum class Due : std::uint8_t { nothing, ping, peer_silent, expired };

    // The limits are kept by reference.
    PeerWatch(const WebSocketLimits& limits, SteadyTime now)
        : limits_(limits), alive_(now), pinged_(now) {}

    // The peer was heard, or made room in a socket that was full.
    void alive(SteadyTime now) { alive_ = now; }
    // The session ends then.
    void expire_at(SteadyTime when) { expires_ = when; }

    // What must be done now; a ping is asked for once per period. While nobody is listening,
    // silence says nothing.
    Due check(SteadyTime now, bool listening);
    // When check must be called again.
    SteadyTime next_check(bool listening) const;

    // Until when a close frame that leaves now may stay unanswered; `waits` behind data that the
    // peer is slow to take.
    SteadyTime answer_due(SteadyTime now, bool waits) const;

private:
    SteadyTime ping_at() const;
    SteadyTime silent_at(bool listening) const;

    const WebSocketLimits& limits_;
    SteadyTime alive_;
    SteadyTime pinged_;
    SteadyTime expires_ = SteadyTime::max();
};

}  // namespace relay::net
