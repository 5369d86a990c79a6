// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/code_store.hpp"
#include "net/socket_handover.hpp"

#include <string>
#include <string_view>

namespace relay::server {

// A client whose code was good, on its way to the thread that will serve it.
struct Arrival {
    net::SocketHandover handover;
    std::string handshake_answer;  // sent once the client has joined, so that 101 means joined
    auth::Grant grant;
    std::string remote_address;
    std::string user_agent;
};

// Instead of the handshake's answer, to one whose checks passed before it changed threads, but do
// not any more. Best effort: it is small enough for any socket's buffer.
void refuse_late(int socket, int status, std::string_view reason);

}  // namespace relay::server
