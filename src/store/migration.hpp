// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "store/database.hpp"

#include <span>
#include <string_view>

namespace relay::store {

// Brings the schema forward: step N (from 1) makes version N of version N-1. The file remembers its
// version (`PRAGMA user_version`); all missing steps are one transaction. Steps are appended, never
// changed. A schema newer than the last step is refused (Errc::conflict): a newer program wrote it.
Result<void> migrate(Database& database, std::span<const std::string_view> steps);

}  // namespace relay::store
