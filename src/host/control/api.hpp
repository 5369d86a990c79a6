// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/rules/rules_editor.hpp"
#include "net/router.hpp"

#include <functional>
#include <string>
#include <vector>

namespace relay::host {

// The HTTP API for rules and health (spec: session-host §2). Differences from the reference, all
// in docs/compatibility.md: `.../all` deletes, tokens are not given back, mistakes get 400 with the
// reason, an unknown destination 404. `status` makes the body of GET /status, `metrics` that of
// GET /metrics. Called on the thread of the rules, which must outlive the routes.
std::vector<net::Route> api_routes(RulesEditor& editor, std::function<std::string()> status,
                                   std::function<std::string()> metrics);

}  // namespace relay::host
