// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "book/config.hpp"

namespace relay::book {

// Serves until SIGINT or SIGTERM; prints `{"event":"listening","book":"ADDRESS:PORT"}` on standard
// output when it does. The exit code, or why it could not start (see Server::start).
Result<int> run(const Config& config);

}  // namespace relay::book
