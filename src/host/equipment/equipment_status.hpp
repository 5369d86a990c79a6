// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace relay::host {

enum class EquipmentState {
    idle,      // nobody watches
    starting,  // a device is being opened
    running,   // the program runs, the device is open
    waiting,   // for the next try
    stopped,
};

// What is told of every camera and bridge.
struct EquipmentStatus {
    std::string feed;
    EquipmentState state = EquipmentState::starting;
    WallTime since{};                  // of the state
    std::optional<WallTime> retry_at;  // while waiting
    std::string last_error;            // why it ended or could not start; empty: never
    std::uint64_t starts = 0;
};

}  // namespace relay::host
