// SPDX-License-Identifier: Apache-2.0
#include "cli/version.hpp"

namespace relay::cli {

std::string_view version() {
    return RELAY_VERSION;
}

}  // namespace relay::cli
