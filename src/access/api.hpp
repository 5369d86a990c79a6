// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/admission.hpp"
#include "auth/keyring.hpp"
#include "base/clock.hpp"
#include "net/router.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace relay::access {

struct ApiSettings {
    std::string audience;  // tokens must name it; its path is the base path of the API
    // What the WebSocket URIs begin with; empty: `ws://`, the host that the client asked for, and
    // `relay_port`.
    std::string relay_address;
    std::uint16_t relay_port = 0;
    std::vector<std::string> allowed_origins{"*"};  // of pages that may read the answers
    std::chrono::seconds leeway{0};                 // for exp, nbf, iat
    bool session = true;                            // serve sessions
    // Serve byte streams, unless empty: whether a host of the topic is connected. Any thread.
    std::function<bool(const std::string& topic)> has_host = {};
};

// Gives the body of GET /status as JSON text; called on the thread of the request.
using StatusReport = std::function<std::string()>;

// The access API (docs/protocol.md, spec/session-relay.md §3, spec/shell.md §2):
//
//   POST /session/{id}             token of that topic  -> {"uri": "wss://...?code=..."}
//   POST /shell/{id}?target=..     the same for byte streams; target: the host's name for what the
//   POST /api/v1/connect/{id}?..   client wants to reach. 503 for a client without a host
//   GET  /bids/deny, /bids/allow   scope relay:admin    -> {"booking_ids": [...]}
//   POST the same ?bid=..&exp=..   scope relay:admin    -> 204
//   GET  /status                   scope relay:stats    -> what `status` reports
//   GET  /healthz                                       -> {"status": "ok"}
//
// The handlers may run on any thread and keep `admission`, which has to outlive the router. POST
// to /bids waits for the disk.
net::Router make_api(ApiSettings settings, auth::KeyRing keys, Admission& admission,
                     WallClock clock, StatusReport status);

}  // namespace relay::access
