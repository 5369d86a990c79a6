// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/manifest.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace relay::book_client {

// A line for each change in a server's answer to a manifest, as `+ pool laser-bench`: `+` added,
// `~` changed, `-` removed. Members that are missing are left out.
std::string change_lines(const nlohmann::json& changes);

// What each group offers, as the reference prints it after an upload (spec/booking-instant.md §9):
// the number of activities in each of its pools.
std::string group_lines(const booking::Catalogue& catalogue);

}  // namespace relay::book_client
