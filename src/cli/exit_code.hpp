// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

namespace relay::cli {

// Exit codes of every command, for scripts and unit files.
constexpr int exit_ok = 0;
constexpr int exit_declined = 1;  // a question was not answered with yes: nothing was done
constexpr int exit_usage = 2;     // unknown command or flag, missing argument
constexpr int exit_config = 3;    // a setting is missing or not valid
constexpr int exit_bind = 4;      // an address could not be listened on, or a peer not be reached
constexpr int exit_store = 5;     // the state could not be opened, or anything else inside failed

inline int exit_code(const Error& error) {
    switch (error.code) {
        case Errc::unavailable:
        case Errc::interrupted:
            return exit_bind;
        case Errc::internal:
            return exit_store;
        default:
            return exit_config;
    }
}

}  // namespace relay::cli
