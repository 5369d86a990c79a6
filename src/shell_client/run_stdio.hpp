// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell_client/way.hpp"

namespace relay::shell_client {

// Carries standard input and output; as run(). From now on neither is of other use: what this
// program prints on standard output goes nowhere.
Result<int> run_stdio(const Way& way);

}  // namespace relay::shell_client
