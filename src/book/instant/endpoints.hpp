// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "book/http/endpoint.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace relay::book {

class Tokens;

// The instant API but for its admin calls (spec/booking-instant.md §4.1-§4.3), and what goes beyond
// it. `max_sessions`: of a user at one time, when neither token nor group say else. `on_denial` is
// called, on the store's thread, when a cancellation is durable that relays are to be told.
std::vector<Endpoint> instant_endpoints(std::shared_ptr<const Tokens> tokens,
                                        std::uint32_t max_sessions,
                                        std::function<void()> on_denial);

}  // namespace relay::book
