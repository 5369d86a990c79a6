// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <ostream>

namespace relay::book_client {

// What is in a booking server (StoreStatus of spec/booking-instant.md §4.5): indented by tabs as
// the reference prints it, or in one line.
void print_store_status(const nlohmann::json& status, bool one_line, std::ostream& out);

// One line of JSON; text that is no UTF-8 is replaced.
void print_json(const nlohmann::json& value, std::ostream& out);

}  // namespace relay::book_client
