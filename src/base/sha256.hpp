// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace relay {

// The SHA-256 of the bytes (FIPS 180-4) in lower-case hexadecimal, as `sha256sum` prints it.
std::string sha256_hex(std::string_view bytes);

}  // namespace relay
