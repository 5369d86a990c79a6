// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/status/host_view.hpp"

#include <string>

namespace relay::host {

// The body of GET /metrics: the figures of GET /status as Prometheus text (docs/session-host.md).
std::string metrics_text(const HostView& host);

}  // namespace relay::host
