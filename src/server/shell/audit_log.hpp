// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "server/shell/audit_file.hpp"
#include "server/shell/audit_record.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace relay::server {

// Writes a line for each byte stream that has ended, on a thread of its own, so that neither a slow
// disk nor a slow log delays those who hand records over. What cannot be written, or would make
// more than `most_waiting` wait, is lost and counted; the log says so once, until it goes on, or
// when nothing waits any more.
class AuditLog {
public:
    static constexpr std::size_t most_waiting = 10'000;

    // To the log when the path is empty. Errc::unavailable when the file cannot be opened.
    static Result<std::unique_ptr<AuditLog>> open(const std::filesystem::path& file);
    ~AuditLog();  // writes what waits first

    // Any thread; never waits for the disk.
    void write(AuditRecord record);

    // Records that were not written so far. Any thread.
    std::uint64_t lost() const;

private:
    explicit AuditLog(std::optional<AuditFile> file);
    void run();
    void put_down(const AuditRecord& record);

    std::optional<AuditFile> file_;  // the thread's, as is the next
    bool failing_ = false;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<AuditRecord> waiting_;  // guarded by mutex_, as are the following
    std::uint64_t lost_ = 0;
    bool overflowed_ = false;  // some were lost for want of room, and the log has not said so yet
    bool stopping_ = false;

    std::thread thread_;  // last: it uses all the others
};

}  // namespace relay::server
