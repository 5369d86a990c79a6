// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "book/http/endpoint.hpp"
#include "book/request_counts.hpp"
#include "booking/store.hpp"

#include <memory>
#include <string>

namespace relay::book {

// The booking server's figures as Prometheus text: what requests were answered since the start, and
// how things are now (docs/booking.md).
Result<std::string> metrics_text(const RequestCounts& requests,
                                 const booking::Transaction& transaction, booking::BookingTime now);

// `GET /metrics`, for anybody who reaches the server.
Endpoint metrics_endpoint(std::shared_ptr<const RequestCounts> requests);

}  // namespace relay::book
