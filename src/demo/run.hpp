// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "demo/config.hpp"

namespace relay::demo {

// `relay demo`: a relay, a booking server, a session host, a camera and three pendulums in one
// program, and the pages on which they are booked and used, until SIGINT or SIGTERM; then 0. Prints
// on standard output where the page is, once for people and once as a line of JSON:
// {"event":"listening","page":"http://127.0.0.1:8080/"}. Errors: those of Bookings::start,
// server::Server::start and host::Host::start.
Result<int> run(const Config& config);

}  // namespace relay::demo
