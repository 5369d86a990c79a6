// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

struct sqlite3;

namespace relay::store {

// The latest failure of the connection. A constraint is Errc::conflict, in SQLite's words alone:
// the file is sound. Other details begin with the file's name: a lock, a full disk and other things
// that may pass are Errc::unavailable; the rest is internal.
std::unexpected<Error> sqlite_failure(sqlite3* connection);

}  // namespace relay::store
