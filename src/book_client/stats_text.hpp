// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace relay::book_client {

// The answer of GET /admin/stats for people: how much of the time each resource was booked, what
// was refused, who used it. Members that are missing count as nothing.
std::string stats_table(const nlohmann::json& stats);

// The same, and the hours, in one table (RFC 4180) whose first column tells what a row counts:
// resource, hour (of a resource), refusal, group. Columns that a row has no use for are empty.
std::string stats_csv(const nlohmann::json& stats);

}  // namespace relay::book_client
