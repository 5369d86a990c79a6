// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "store/database.hpp"

#include <filesystem>

namespace relay::booking_sqlite {

// Opens the database, checks every page, and brings its schema forward. When there is none it makes
// one, complete before it gets its name: so a file that is not whole was cut, and is refused (see
// cut_file.hpp). Errors name the file: Errc::unavailable when it cannot be opened now,
// Errc::conflict when a newer program wrote it, Errc::internal for the rest.
Result<store::Database> open_database_file(const std::filesystem::path& file);

}  // namespace relay::booking_sqlite
