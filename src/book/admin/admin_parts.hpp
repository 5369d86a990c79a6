// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "book/admin/poolstore.hpp"
#include "book/http/endpoint.hpp"

#include <nlohmann/json_fwd.hpp>

#include <expected>
#include <functional>
#include <string_view>
#include <vector>

// The parts of the administrators' API, a file each, and what they share.
namespace relay::book {

std::vector<Endpoint> status_endpoints();
std::vector<Endpoint> poolstore_endpoints(std::function<void()> on_denial,
                                          PoolstoreSettings settings);
std::vector<Endpoint> manifest_endpoints();
std::vector<Endpoint> overview_endpoints();  // sessions, audit, statistics

// StoreStatus (spec/booking-instant.md §4.5): members that are zero, false or empty are left out.
Result<nlohmann::json> store_status(const booking::Transaction& transaction,
                                    booking::BookingTime now);
Result<net::HttpResponse> reply_with_status(const booking::Transaction& transaction,
                                            booking::BookingTime now);

// `from` and `to` of the query, RFC 3339 or unix s; the seven days until now unless they say else.
// Otherwise the answer that refuses them: 422, code 601.
std::expected<booking::Interval, net::HttpResponse> query_interval(const Call& call);
Check check_interval();

// Writes what the call does into the audit.
Result<void> record_admin(const Call& call, booking::Transaction& transaction,
                          std::string_view action, std::string_view detail);

}  // namespace relay::book
