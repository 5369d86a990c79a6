// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/status/host_view.hpp"

#include <string>

namespace relay::host {

// The body of GET /status: the feeds with what passed through them and when last, the destinations
// with the state of their connections and recordings, and the process. Ages in seconds; no tokens,
// no queries of URLs.
std::string status_json(const HostView& host);

}  // namespace relay::host
