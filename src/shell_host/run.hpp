// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "shell_host/config.hpp"

namespace relay::shell_host {

// `relay shell host`: lets clients of its topic reach its targets until SIGTERM or SIGINT, then
// returns 0. Prints one line of JSON on standard output whenever its manager connection stands:
// {"event":"connected"}. Errors: Errc::invalid for settings.
Result<int> run(const Config& config);

}  // namespace relay::shell_host
