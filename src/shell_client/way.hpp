// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "shell_client/config.hpp"
#include "shell_stream/resumable_stream.hpp"
#include "uplink/target.hpp"
#include "uplink/uplink.hpp"

#include <chrono>

namespace relay::shell_client {

// What each stream needs to reach the host. A plain value, the same for all.
struct Way {
    uplink::Target access;      // URLs that ask for the wanted target
    uplink::Settings settings;  // of the connections
    shell_stream::StreamSettings stream;
    // For the host to answer on a new connection (docs/shell-protocol.md).
    std::chrono::milliseconds accept_limit{15'000};
};

// Reads the token once, since a file that is not there to begin with is a slip of the caller. The
// error names the setting.
Result<Way> way_of(const Config& config);

}  // namespace relay::shell_client
