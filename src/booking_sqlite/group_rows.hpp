// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/catalogue.hpp"
#include "booking_sqlite/connection.hpp"

#include <optional>
#include <string_view>
#include <vector>

// Groups, each with the ids of its pools.
namespace relay::booking_sqlite {

Result<std::vector<booking::ListedGroup>> load_groups(Connection& connection);
Result<std::vector<booking::ListedGroup>> load_groups_named(Connection& connection,
                                                            std::string_view name);
Result<std::optional<booking::ListedGroup>> load_group(Connection& connection, std::string_view id);

// Adds, or replaces what has that id; Errc::conflict for a key that another one has.
Result<void> put_group(Connection& connection, const booking::ListedGroup& group);

}  // namespace relay::booking_sqlite
