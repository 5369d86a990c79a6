// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "book/config.hpp"

#include <string>
#include <vector>

namespace relay::cli {

// What the table of a booking server's settings cannot check: warnings, or what is wrong. Changes
// nothing, so that it can be asked beside a server that runs.
Result<std::vector<std::string>> check_book(const book::Config& config);

}  // namespace relay::cli
