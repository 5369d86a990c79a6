// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/outbox.hpp"

#include <chrono>
#include <cstddef>

namespace relay::net {

// What a WebSocketConnection allows its peer.
struct WebSocketLimits {
    std::size_t max_message = 10 * 1024 * 1024;  // bytes
    hub::OutboxLimits outbox;
    std::chrono::milliseconds ping_every{10'000};    // of silence from the peer
    std::chrono::milliseconds peer_timeout{25'000};  // nothing heard, nothing taken: gone
    std::chrono::milliseconds close_timeout{2'000};  // for the peer's answer to a close frame
};

}  // namespace relay::net
