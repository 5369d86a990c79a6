// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace relay::config {

// Reads a number of bytes: `65536`, `64K`, `1MiB`, `10MB`. K, M, G and KiB, MiB, GiB count in
// powers of 1024; kB, MB, GB in powers of 1000. Upper and lower case are alike.
Result<std::uint64_t> parse_size(std::string_view text);

// The shortest exact text that parse_size reads back: `10MiB`, `1000`.
std::string format_size(std::uint64_t bytes);

}  // namespace relay::config
