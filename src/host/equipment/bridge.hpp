// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/equipment/equipment_rules.hpp"
#include "host/equipment/equipment_status.hpp"
#include "host/feeds/feed.hpp"
#include "process/restart_delay.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace relay::host {

struct BridgeSettings {
    std::size_t queue_bytes = 1024 * 1024;         // what may wait for the device
    std::chrono::milliseconds open_limit{10'000};  // for a connection to be made
    std::chrono::milliseconds grace{1'000};        // of a program, from SIGTERM to SIGKILL
    process::RestartPolicy restart;
};

// Joins a serial device, a TCP server or a program's standard input and output to a feed, and opens
// it again, after a back-off, whenever it is gone.
//  - line: each line that comes from it (ended by LF, CR LF or CR) becomes a text message, or a
//    binary one when it is no UTF-8; each message for it is written with one LF at its end.
//  - raw: what was read at a time becomes a binary message; messages are written as they are.
// Messages for a device that is not open, or that cannot keep up, are dropped, oldest first: a
// command that comes too late is worse than none. On the thread that runs the context.
class Bridge {
public:
    // A line longer than this is handed on in pieces.
    static constexpr std::size_t longest_line = 1024 * 1024;

    Bridge(boost::asio::io_context& context, BridgeRule rule, std::shared_ptr<Feed> feed,
           BridgeSettings settings, WallClock clock = wall_clock());
    ~Bridge();  // closes the device, kills the program

    // Closes the device. `ended` is called when that is done, and may destroy the bridge.
    void stop(std::function<void()> ended);

    struct Status : EquipmentStatus {
        std::string device;  // what the rule names: a path, HOST:PORT, or a program
        std::uint64_t received_messages = 0;  // from the device
        std::uint64_t received_bytes = 0;
        std::uint64_t sent_messages = 0;  // to the device
        std::uint64_t sent_bytes = 0;
        std::uint64_t dropped_messages = 0;  // it was not open, or too slow
        std::uint64_t cut_lines = 0;         // pieces that were cut off lines too long
    };
    Status status() const;

private:
    class Worker;
    std::shared_ptr<Worker> worker_;  // shared with its coroutine
};

}  // namespace relay::host
