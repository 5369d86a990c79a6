// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

struct sqlite3;

namespace relay::store {

// The latest failure of the connection, with the file's name. A constraint is Errc::conflict; a
// lock, a full disk and other things that may pass are Errc::unavailable; the rest is internal.
std::unexpected<Error> sqlite_failure(sqlite3* connection);

}  // namespace relay::store
