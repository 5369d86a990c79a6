// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace relay::wire {

// RFC 6455 §7.4.1 and, from 4400 on, relay's own (docs/protocol.md#close-codes).
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    no_status = 1005,  // never sent: a close frame without a code arrived
    abnormal = 1006,   // never sent: the connection ended without a close frame
    invalid_text = 1007,
    too_big = 1009,
    internal_error = 1011,
    service_restart = 1012,  // registered with IANA
    too_slow = 1013,
    expired = 4401,
    denied = 4403,
    no_such_host = 4404,
    replaced = 4409,   // a newer host has taken the topic over
    peer_lost = 4410,  // the other end of a byte stream has gone without closing it
};

// Whether a peer may send the code (RFC 6455 §7.4.2; 1012-1014 are registered with IANA).
constexpr bool may_be_sent(std::uint16_t code) {
    if (code >= 3000 && code <= 4999) return true;
    return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

}  // namespace relay::wire
