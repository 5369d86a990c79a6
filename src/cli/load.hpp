// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.hpp"

namespace relay::cli {

// Reads its own options (load/options.hpp); prints its report on standard output. Exit code 1: the
// relay under load did not do all that it should have done.
int load(const Invocation& invocation);

}  // namespace relay::cli
