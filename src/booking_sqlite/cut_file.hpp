// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <filesystem>

namespace relay::booking_sqlite {

// Whether what is there of a database file may be opened, before SQLite does: it takes a file of
// less than a page for a new one, ignores a log without a database, and reads an incomplete last
// page as if zeros followed. Such a page may remain when the disk was full while the log was moved
// into the file; then the log still holds the whole page. Errc::internal, naming the file.
Result<void> expect_whole_file(const std::filesystem::path& file);

}  // namespace relay::booking_sqlite
