// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/file_descriptor.hpp"
#include "shell_host/targets.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <set>
#include <stop_token>
#include <string>

namespace relay::shell_host {

// Connects to targets. Warns of one that cannot be reached once, until it has been reached again,
// however many clients ask for it. On one thread; outlives what it was asked for, unless stopped.
class Dialler {
public:
    explicit Dialler(std::chrono::milliseconds timeout) : timeout_(timeout) {}

    // The connected socket; the error names the address and the cause.
    boost::asio::awaitable<Result<FileDescriptor>> dial(TargetAddress target, std::stop_token stop);

private:
    void note(const std::string& target, const Result<FileDescriptor>& outcome);

    std::chrono::milliseconds timeout_;
    std::set<std::string> failing_;  // at most all targets
};

}  // namespace relay::shell_host
