// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/write_ahead_log.hpp"

#include "base/log.hpp"

#include <system_error>

namespace relay::booking_sqlite {
namespace {

// Whether the log is empty now.
Result<bool> truncate(store::Database& database) {
    auto checkpoint = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!checkpoint) return std::unexpected(checkpoint.error());
    const auto row = checkpoint->step();
    if (!row) return std::unexpected(row.error());
    return checkpoint->integer(0) == 0;  // else a reader was in the way
}

}  // namespace

WriteAheadLog::WriteAheadLog(const std::filesystem::path& database, std::uintmax_t limit)
    : file_(database.string() + "-wal"), limit_(limit) {}

std::uintmax_t WriteAheadLog::size() const {
    std::error_code absent;
    const std::uintmax_t size = std::filesystem::file_size(file_, absent);
    return absent ? 0 : size;
}

void WriteAheadLog::keep_small(store::Database& database) const {
    if (size() <= limit_) return;
    auto done = database.execute("PRAGMA busy_timeout = 0");
    const auto truncated = truncate(database);
    if (done) done = database.execute("PRAGMA busy_timeout = 5000");
    if (done && truncated) return;
    log::warn("cannot empty the database's log",
              {{"reason", done ? truncated.error().detail : done.error().detail}});
}

}  // namespace relay::booking_sqlite
