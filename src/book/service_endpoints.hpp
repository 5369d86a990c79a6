// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "book/http/endpoint.hpp"

#include <vector>

namespace relay::book {

// What machines look at, at the root of the server: /healthz, /readyz, and the description of the
// API at /openapi.json (where the reference had it, /swagger.json, too).
std::vector<Endpoint> service_endpoints();

}  // namespace relay::book
