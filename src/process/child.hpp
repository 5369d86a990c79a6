// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/file_descriptor.hpp"

#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace relay::process {

// Whether Child::start would find a program of that name: a path, or a name on PATH.
bool is_program(const std::string& name);

struct Command {
    std::vector<std::string> arguments;    // the program, looked up on PATH, and what follows it
    std::vector<std::string> environment;  // NAME=value, besides our own
    std::vector<std::string> withheld;  // of our own variables, those that begin with one of these
    bool has_input = false;   // we write its standard input; else it finds the end of a file
    bool has_output = false;  // we read its standard output; else it goes nowhere
};

// A program that we started. It has a process group of its own, so that Ctrl-C reaches only us, and
// no descriptors but its standard streams. It cannot outlive the thread that started it: the
// kernel's signal at our death is bound to that thread.
class Child {
public:
    // Returns when the program runs. Errc::not_found when there is none of that name,
    // Errc::unavailable when the system refuses. With has_input, SIGPIPE is ignored in this process
    // from now on: a program that stopped reading must not end us.
    static Result<Child> start(const Command& command);

    Child(Child&&) noexcept = default;
    Child& operator=(Child&&) = delete;
    ~Child();  // as reap()

    pid_t id() const { return id_.number; }

    // Our ends of its streams, and a pidfd, readable once it has ended; each can be taken away.
    FileDescriptor input;
    FileDescriptor output;
    FileDescriptor error_output;
    FileDescriptor ended;

    // Asks it and its group to end: SIGTERM.
    void terminate() const;
    // SIGKILL, to it and its group.
    void kill() const;

    // Kills what is left of it and of its group, waits for it, and says how it ended: "exit status
    // 3", "signal 9". Once; the empty text after that. One that hangs inside a driver cannot be
    // killed: it is left behind after a second, as "no end".
    std::string reap();

private:
    struct Id {
        explicit Id(pid_t given) : number(given) {}
        Id(Id&& other) noexcept : number(std::exchange(other.number, 0)) {}
        pid_t number;  // 0: none that is not reaped
    };
    explicit Child(pid_t id) : id_(id) {}

    Id id_;
    FileDescriptor process_;  // as `ended`, which may have been taken away
};

}  // namespace relay::process
