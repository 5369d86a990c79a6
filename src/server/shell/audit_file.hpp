// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/file_descriptor.hpp"

#include <filesystem>
#include <string_view>

namespace relay::server {

// A file that lines are appended to, readable by its owner and group (mode 0640). When it was
// renamed or deleted, as logrotate does, a new one of its name is begun. Every call may wait for
// the disk; one thread.
class AuditFile {
public:
    explicit AuditFile(std::filesystem::path path) : path_(std::move(path)) {}

    // Errc::unavailable, with the path and the reason.
    Result<void> open();

    // All of the line or, with an error as of open(), nothing of it.
    Result<void> append(std::string_view line);

private:
    bool was_moved() const;

    std::filesystem::path path_;
    FileDescriptor descriptor_;
};

}  // namespace relay::server
