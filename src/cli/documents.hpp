// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.hpp"

#include <span>
#include <string>

// Documents that are generated and committed; a test compares them with these texts.
namespace relay::cli {

std::string settings_document();                             // docs/settings.md
std::string manual_page(std::span<const Command> commands);  // docs/relay.1

}  // namespace relay::cli
