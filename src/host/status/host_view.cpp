// SPDX-License-Identifier: Apache-2.0
#include "host/status/host_view.hpp"

namespace relay::host {

const char* program_version() {
    return RELAY_VERSION;
}

}  // namespace relay::host
