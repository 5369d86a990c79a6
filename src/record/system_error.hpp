// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <system_error>

namespace relay::record {

// The error of a system call that has just failed: `what` and the system's reason.
inline std::unexpected<Error> system_error(std::string_view what, int error_number) {
    const std::string reason = std::system_category().message(error_number);
    return fail(Errc::unavailable, std::string(what).append(": ").append(reason));
}

}  // namespace relay::record
