// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/start.hpp"

#include <functional>

namespace relay::cli {

// A command that asks a booking server once, and ends.
struct BookCall {
    const config::Schema& schema;
    const CommandText& text;
    std::function<Result<void>()> run;
};

// Loads the settings and runs; what there is to say beside the result goes to standard error.
// Returns the exit code.
int call_book(const Invocation& invocation, const BookCall& call);

}  // namespace relay::cli
