// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/store.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace relay::booking_sqlite {

struct Options {
    std::uintmax_t most_log = std::uintmax_t{64} << 20;  // bytes; see WriteAheadLog
};

// Opens the bookings in the file, making it when it is absent; its folder has to exist. Reads all
// of it: Errc::internal when it is damaged, or when what must never be is in it (see
// booking::SessionTable::contradictions), which the error tells. Other errors: see
// open_database_file.
Result<std::unique_ptr<booking::Store>> open(const std::filesystem::path& file,
                                             const Options& options = {});

}  // namespace relay::booking_sqlite
