// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace relay::book {

// openapi.json, as it was when the program was configured; the definition is written by CMake.
std::string_view openapi_json();

}  // namespace relay::book
