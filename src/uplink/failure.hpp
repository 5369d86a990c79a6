// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/websocket_client.hpp"

namespace relay::uplink {

// Why there is no connection (any more), and what it means for the next try.
struct Failure {
    enum class Kind {
        restart,  // the peer refused or broke the connection, as one that restarts: soon back
        other,
        replaced,  // another has taken this one's place: coming back would only drive it out
        refusal,   // the peer will give the same answer again
    };

    Error error;  // its text holds no token or code
    Kind kind = Kind::other;
};

// Of an access request: a status is a refusal when it is 400, 401, 403, 404, 410 or 422.
Failure failure_of(Error error);
// Of a WebSocket's handshake, likewise.
Failure failure_of(const net::WebSocketFailure& failure);
// A connection that was lost, or closed with 1001 or 1012, shows a restart; 4409 a replacement.
Failure failure_of(const net::WebSocketEnd& end);

}  // namespace relay::uplink
