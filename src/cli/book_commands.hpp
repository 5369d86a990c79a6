// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "book/config.hpp"
#include "book_client/config.hpp"
#include "cli/command.hpp"

#include <functional>
#include <ostream>
#include <vector>

namespace relay::cli {

// The commands of booking. What they start, or ask of a server, is injected, so that tests see the
// configuration that a command line yields. Each returns the exit code.
using RunBookServe = std::function<Result<int>(const book::Config&)>;
template <class Config>
using RunBookCall = std::function<Result<void>(const Config&, std::ostream& out)>;

int book_serve(const Invocation& invocation, const RunBookServe& run);

// Prints a class token, and nothing else, on standard output.
int book_token(const Invocation& invocation, const WallClock& clock);

int book_upload(const Invocation& invocation, const RunBookCall<book_client::Upload>& run);
// 1 when it was not confirmed (Errc::interrupted).
int book_reset(const Invocation& invocation, const RunBookCall<book_client::Reset>& run);
int book_getstatus(const Invocation& invocation, const RunBookCall<book_client::Status>& run);
int book_setstatus(const Invocation& invocation, const RunBookCall<book_client::Status>& run);
int book_export(const Invocation& invocation, const RunBookCall<book_client::Transfer>& run);
int book_import(const Invocation& invocation, const RunBookCall<book_client::Transfer>& run);
int book_stats(const Invocation& invocation, const RunBookCall<book_client::Stats>& run);

// All of them, for the table of commands, with what they really start.
std::vector<Command> book_commands();

}  // namespace relay::cli
