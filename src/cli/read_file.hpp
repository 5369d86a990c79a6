// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string>

namespace relay::cli {

// Content of a settings or secret file, which may be a pipe. More than 1 MiB is refused. The
// error is the reason alone, without the path.
Result<std::string> read_file(const std::string& path);

}  // namespace relay::cli
