// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/socket_handover.hpp"
#include "uplink/backoff.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace relay::demo {

struct ChildProcessSettings {
    std::vector<std::string> arguments;  // the program, looked up on PATH, and what follows it
    uplink::Backoff::Settings retry;
    std::chrono::milliseconds grace{1000};    // from SIGTERM to SIGKILL
    std::function<void(pid_t)> started = {};  // told of each start, on the supervising thread
};

// A program kept running: started again, after a back-off, whenever it ends. It has a process group
// of its own, so that Ctrl-C reaches only us; it reads nothing; each line it writes to standard
// error goes to the log at debug. It cannot outlive us: the kernel kills it when we die.
//
// A thread per child supervises it: the kernel's signal at our death is bound to that thread.
class ChildProcess {
public:
    // Returns when the program runs. Errc::not_found when there is none of that name,
    // Errc::unavailable when the system refuses.
    static Result<std::unique_ptr<ChildProcess>> start(ChildProcessSettings settings);

    // SIGTERM; after `grace` SIGKILL; then the rest of its process group. Returns when it is gone.
    ~ChildProcess();

    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

private:
    struct Running;
    explicit ChildProcess(ChildProcessSettings settings);

    void supervise(std::promise<Result<void>> first_start);
    Result<Running> spawn() const;
    bool runs_until_end(Running& child) const;
    bool asked_to_stop_within(std::chrono::milliseconds time) const;
    void terminate(Running& child) const;

    ChildProcessSettings settings_;
    net::FileDescriptor stop_;  // an eventfd, readable once we are asked to stop
    std::thread thread_;
};

}  // namespace relay::demo
