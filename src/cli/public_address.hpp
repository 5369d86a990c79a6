// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace relay::cli {

// Whether other machines may reach a port on this local address; none reaches `unix:PATH`.
bool is_public(const std::string& listen);

}  // namespace relay::cli
