// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "load/config.hpp"

#include <span>
#include <string>

namespace relay::load {

// The settings that the words after `relay load` describe; reads the files they name. Errors name
// the option and, for an unknown one, the nearest that exists. `help` is set when it is asked for;
// the rest is then not checked.
Result<Config> parse(std::span<const std::string> arguments);

// The usage text.
std::string help();

}  // namespace relay::load
