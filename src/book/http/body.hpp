// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "book/http/endpoint.hpp"

#include <expected>

namespace relay::book {

// The body of a request for this endpoint as JSON; null when there is none, or when the endpoint
// wants text. Otherwise the answer: 415, 400 or 422 (spec/booking-instant.md §2).
std::expected<nlohmann::json, net::HttpResponse> parse_body(const net::HttpRequest& request,
                                                            const Endpoint& endpoint);

}  // namespace relay::book
