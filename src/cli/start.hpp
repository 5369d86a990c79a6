// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.hpp"
#include "cli/settings.hpp"
#include "config/load.hpp"

#include <expected>
#include <functional>
#include <string>
#include <vector>

namespace relay::cli {

// What the help of a command says beside its settings.
struct CommandText {
    std::string summary;   // a sentence
    std::string also;      // other ways to call it; may be empty
    bool service = false;  // it has --check, and runs until it is told to end
};

struct Start {
    config::Loaded loaded;
    bool check = false;
};

// Reads flags, environment and file into the schema's targets. On `--help` and on errors it has
// printed what there is to say, and the exit code is returned instead.
std::expected<Start, int> start(const Invocation& invocation, const config::Schema& schema,
                                const CommandText& text);

// A command that runs until it is told to end.
struct Service {
    const config::Schema& schema;
    const CommandText& text;
    LogOptions& log;
    // What the table cannot check: returns warnings, or what is wrong.
    std::function<Result<std::vector<std::string>>()> check;
    std::function<Result<int>()> run;  // blocks; returns the exit code
    // What depends on where values came from; called before `check`.
    std::function<void(const config::Loaded&)> settle = [](const config::Loaded&) {};
    // Whether standard output carries data, by the settings: then people see the log, as text, on
    // standard error, and notices at level info only.
    std::function<bool()> output_is_data = [] { return false; };
};

// Loads, checks and, without `--check`, sets the log up and runs. Returns the exit code.
int serve(const Invocation& invocation, const Service& service);

// Prints each line of an error as `relay COMMAND: line`.
void print_lines(std::ostream& stream, const config::Schema& schema, std::string_view lines);

}  // namespace relay::cli
