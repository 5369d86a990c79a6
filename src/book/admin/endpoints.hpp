// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "book/admin/poolstore.hpp"
#include "book/http/endpoint.hpp"

#include <functional>
#include <vector>

namespace relay::book {

// What administrators call: status, export and import, reset, manifests, sessions, audit,
// statistics (spec/booking-instant.md §4.4, and what goes beyond it). `on_denial` as for
// instant_endpoints; `settings` are told in exports.
std::vector<Endpoint> admin_endpoints(std::function<void()> on_denial,
                                      PoolstoreSettings settings = {});

}  // namespace relay::book
