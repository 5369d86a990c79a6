// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace relay::config {

// Breaks text at blanks so that no line is wider than `width` columns where that is possible;
// lines after the first begin with `indent` blanks, which count. The first line is `indent` wide
// already. No line end at the end.
std::string wrap(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace relay::config
