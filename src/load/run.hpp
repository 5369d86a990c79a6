// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "load/config.hpp"
#include "load/report.hpp"

namespace relay::load {

// Opens all connections, publishes and verifies; returns when all has arrived or is given up.
// Raises the process's limit of descriptors as far as it may. Errors: settings that cannot be
// carried out, and no connection at all being open. A refused or faulty relay is a report.
Result<Report> measure(const Config& config);

// The command: measures, prints the report (or the usage) on standard output, and gives the exit
// code: 0 when the relay did all that it should have done, else 1.
Result<int> run(const Config& config);

}  // namespace relay::load
