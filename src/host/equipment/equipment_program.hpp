// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "host/equipment/equipment_rules.hpp"
#include "process/child.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace relay::host {

// One run of a program beside the experiment: its streams on the context, its standard error line
// by line in the log at debug. On the thread that runs the context.
class EquipmentProgram {
public:
    using OnLine = std::function<void(std::string_view line)>;

    // `on_line` hears what it writes to standard error, until destruction. Errors as
    // process::Child::start.
    static Result<std::unique_ptr<EquipmentProgram>> start(boost::asio::io_context& context,
                                                           const process::Command& command,
                                                           OnLine on_line);
    ~EquipmentProgram();  // kills it when it has not ended yet

    // What it reads and what it writes. Its output comes to its end at the latest a second after
    // the program did, even when something that it started holds it open.
    boost::asio::posix::stream_descriptor& input();
    boost::asio::posix::stream_descriptor& output();

    // Asks it to end: SIGTERM; SIGKILL when it still runs after `grace`.
    void terminate(std::chrono::milliseconds grace);

    // It is about to end by itself; it is asked to when that takes longer than `grace`.
    void expect_end(std::chrono::milliseconds grace);

    // Ends it at once: it is gone on return.
    void kill();

    // Waits until it has ended by itself or was told to; how it ended, as process::Child::reap.
    // The rest of its process group is killed then. The program must outlive the call.
    boost::asio::awaitable<std::string> ended();

private:
    struct State;
    explicit EquipmentProgram(std::shared_ptr<State> state) : state_(std::move(state)) {}

    std::shared_ptr<State> state_;  // shared with what is under way
};

// What is to be run for the rule, with pipes to be added.
process::Command command_of(const CommandRule& rule);

}  // namespace relay::host
