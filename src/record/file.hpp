// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/file_descriptor.hpp"
#include "record/folder.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <sys/uio.h>

namespace relay::record {

// A file that only grows, by whole messages. Every call may wait for the disk; one thread.
class File {
public:
    // Goes on behind what the file holds already. The path is one of validate_recording_path's.
    static Result<File> open(const Folder& folder, std::string_view path);

    // Bytes that it holds.
    std::uint64_t size() const { return size_; }

    // Whether its last byte is this one; so is an empty file's.
    bool ends_with(char last) const;

    // Appends all the pieces, whose entries it uses up. After an error (disk full, limit of the
    // process) the file ends where it ended before. When the file was moved or deleted meanwhile, a
    // new one of its name is begun first.
    Result<void> append(std::span<iovec> pieces);

    // Gives the content a name with this time, which no file has yet, and begins an empty file
    // under the old name.
    Result<void> rotate(WallTime now);

private:
    File(FileDescriptor folder, std::string name)
        : folder_(std::move(folder)), name_(std::move(name)) {}
    Result<void> begin();
    Result<void> follow_name();
    Result<void> set_aside(WallTime now) const;
    std::unexpected<Error> undo(int error_number) const;

    FileDescriptor folder_;  // that it is directly in
    std::string name_;
    FileDescriptor descriptor_;
    std::uint64_t size_ = 0;
};

}  // namespace relay::record
