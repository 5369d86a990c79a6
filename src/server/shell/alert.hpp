// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"
#include "wire/message.hpp"

#include <string>
#include <string_view>

namespace relay::server {

// Asks a host to come for a client.
struct ConnectAlert {
    std::string prefix;
    std::string topic;
    std::string connection_id;
    Secret code;  // for the host's end of the connection
    std::string target;
    bool resumes = false;  // the client speaks relay.resume.v1, so the host has to
};

// The text message for a host that reaches this relay at that address. It holds the code.
wire::MessagePtr alert_message(const ConnectAlert& alert, std::string_view relay_address);

// A client's connection has ended.
wire::MessagePtr disconnect_message(std::string_view connection_id);

}  // namespace relay::server
