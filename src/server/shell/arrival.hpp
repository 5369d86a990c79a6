// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/arrival.hpp"
#include "server/shell/manager_directory.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace relay::server {

// docs/shell-protocol.md
inline constexpr std::string_view resume_protocol = "relay.resume.v1";

// A host, a client, or a host's end of a byte stream.
struct ShellArrival : Arrival {
    bool resumes = false;         // relay.resume.v1 was selected
    std::string relay_address{};  // how it has reached this relay, as `ws://HOST:PORT`
    // Of a client: who is to serve it. Decided before the subprotocol was, which depends on it.
    std::optional<ManagerDirectory::Entry> manager{};
};

}  // namespace relay::server
