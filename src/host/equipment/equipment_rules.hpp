// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace relay::host {

// A program to run: its file and arguments, or one text for /bin/sh -c.
struct CommandRule {
    std::vector<std::string> arguments;  // without a shell; or:
    std::string shell;

    bool is_set() const { return !arguments.empty() || !shell.empty(); }
    bool operator==(const CommandRule&) const = default;
};

// A program that delivers a feed's MPEG-TS: on its standard output, or by posting to /ts/{feed}
// itself. Started again, after a back-off, when it ends.
struct CameraRule {
    std::string feed;
    CommandRule command;
    bool on_demand = false;  // runs only while somebody watches

    bool operator==(const CameraRule&) const = default;
};

// Joins a device or program that knows nothing of WebSockets to a feed, both ways. Exactly one of
// serial, tcp and command is set.
struct BridgeRule {
    enum class Framing { line, raw };  // line: each message is one line, without its end

    std::string feed;
    std::string serial;  // path of the device
    std::uint32_t baud = 115'200;
    std::string tcp;  // HOST:PORT to connect to
    CommandRule command;
    Framing framing = Framing::line;

    bool operator==(const BridgeRule&) const = default;
};

// Errc::invalid when the rule cannot work, with the field's name and the reason.
Result<void> check_rule(const CameraRule& rule);
Result<void> check_rule(const BridgeRule& rule);

}  // namespace relay::host
