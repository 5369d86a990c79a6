// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/load.hpp"

#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace relay::cli {

// How a command was called; the streams and the environment are injected for tests.
struct Invocation {
    std::vector<std::string> arguments;  // after the words that name the command
    config::Environment environment;
    std::ostream& out;
    std::ostream& err;
};

// A command of `relay`. All are listed in commands.cpp; adding one is one line there.
struct Command {
    std::string path;                           // `session relay`
    std::vector<std::string> aliases;           // `serve`
    std::string summary;                        // one line of `relay --help`
    std::function<int(const Invocation&)> run;  // returns the exit code
    bool hidden = false;                        // left out of `relay --help` and of suggestions
};

std::vector<Command> commands();

// Finds the command that the words name and runs it with the rest of them. A program called
// `session`, `shell` or `book` acts as `relay session` and so on. Handles `--help`, `--version`
// and words that name no command. Returns the exit code.
int dispatch(std::span<const Command> table, std::span<const std::string> words,
             const config::Environment& environment, std::ostream& out, std::ostream& err);

// The whole program: words[0] is its name.
int run(std::span<const std::string> words, const config::Environment& environment);

// The process's variables.
config::Environment process_environment();

}  // namespace relay::cli
