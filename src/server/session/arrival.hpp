// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/code_store.hpp"
#include "hub/topic_directory.hpp"
#include "net/socket_handover.hpp"

#include <string>

namespace relay::server {

// A client whose code was good, on its way to the thread of its topic.
struct SessionArrival {
    net::SocketHandover handover;
    std::string handshake_answer;  // sent once the client has joined, so that 101 means joined
    auth::Grant grant;
    hub::TopicDirectory::Seat seat;
    std::string remote_address;
    std::string user_agent;
    bool asks_audience = false;  // wants to be told whether anybody reads
};

}  // namespace relay::server
