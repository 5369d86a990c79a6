// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking_sqlite/connection.hpp"

#include <string>
#include <vector>

namespace relay::booking_sqlite {

// What must never be, one line each, as for people; at most some of each kind. Reads everything.
Result<std::vector<std::string>> find_contradictions(Connection& connection);

}  // namespace relay::booking_sqlite
