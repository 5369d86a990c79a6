// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace relay::net {

// Whether the far side of a connected TCP socket is on this machine, by its address.
bool is_on_loopback(int socket);

// For a connected TCP socket: when its far side is on this machine, has it send as fast as that
// reads. A system whose congestion control is BBR paces every connection by timers, which within a
// machine costs several times the processor time of the bytes. Best effort.
void send_unpaced_on_loopback(int socket);

}  // namespace relay::net
