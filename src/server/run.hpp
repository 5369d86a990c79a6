// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "server/config.hpp"

namespace relay::server {

// `relay session relay`: serves until SIGTERM or SIGINT and returns 0. When it listens it prints
// one line of JSON on standard output: {"event":"listening","access":"ADDRESS:PORT","relay":...}.
Result<int> run(const Config& config);

}  // namespace relay::server
