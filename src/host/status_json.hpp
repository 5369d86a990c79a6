// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/destinations.hpp"
#include "host/feed.hpp"
#include "host/rules.hpp"

#include <string>

namespace relay::host {

// The body of GET /status: the feeds with what passed through them and when last, the destinations
// with the state of their connections. Ages and times in seconds; no tokens, no queries of URLs.
std::string status_json(const Feeds& feeds, const Rules& rules, const Destinations& destinations,
                        SteadyTime now);

}  // namespace relay::host
