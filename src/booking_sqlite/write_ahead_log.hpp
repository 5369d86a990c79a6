// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <filesystem>

namespace relay::booking_sqlite {

// SQLite moves the log's pages into the database every thousand pages and begins the log anew when
// no reader is at work just then; with readers at all times it would grow without end. This empties
// one that has grown beyond the limit, at a moment when no reader is in the way.
class WriteAheadLog {
public:
    WriteAheadLog(const std::filesystem::path& database, std::uintmax_t limit);

    // After a commit, on the writer's connection. Never waits for readers: it tries again next
    // time.
    void keep_small(store::Database& database) const;

    std::uintmax_t size() const;  // bytes

private:
    std::filesystem::path file_;
    std::uintmax_t limit_;
};

}  // namespace relay::booking_sqlite
