// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/rules.hpp"
#include "net/router.hpp"

#include <functional>
#include <string>
#include <vector>

namespace relay::host {

// The HTTP API for rules and health (spec: session-host §2). Differences from the reference, all
// in docs/compatibility.md: `.../all` deletes, tokens are not given back, mistakes get 400 with the
// reason, an unknown destination 404, and a `file` 501 until recordings exist. `status` makes the
// body of GET /status. Called on the thread of the rules, which must outlive the routes.
std::vector<net::Route> api_routes(Rules& rules, std::function<std::string()> status);

}  // namespace relay::host
