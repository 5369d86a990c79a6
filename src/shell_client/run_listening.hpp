// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell_client/config.hpp"
#include "shell_client/way.hpp"

namespace relay::shell_client {

// Carries each connection to the local listener, until a signal; as run().
Result<int> run_listening(const Config& config, const Way& way);

}  // namespace relay::shell_client
