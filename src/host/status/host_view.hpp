// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "host/destinations/destinations.hpp"
#include "host/equipment/equipment.hpp"
#include "host/feeds/feed.hpp"
#include "host/rules/rules.hpp"

#include <string_view>

namespace relay::host {

// What GET /status and GET /metrics tell of. Refers to the host's parts; for the moment of a call,
// on the host's thread.
struct HostView {
    const Feeds& feeds;
    const Rules& rules;
    const Destinations& destinations;
    SteadyTime started;
    SteadyTime now;
    const Equipment* equipment = nullptr;    // null: there is none
    std::string_view rules_file_error = {};  // why the rules file is not in force; empty: it is
};

// As in CMakeLists.txt, for example `0.1.0`.
const char* program_version();

}  // namespace relay::host
