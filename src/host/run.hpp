// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "host/config.hpp"

namespace relay::host {

// `relay session host`: runs a Host until SIGINT or SIGTERM; the exit code. Prints one JSON line,
// {"event":"listening","host":"127.0.0.1:8888"}, on standard output when it is ready; with
// config.ts_listen also their bound addresses: "ts":["tcp://127.0.0.1:5000/video"].
Result<int> run(const Config& config);

}  // namespace relay::host
