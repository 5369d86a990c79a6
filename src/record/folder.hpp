// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/file_descriptor.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace relay::record {

// The folder that all recordings are below. Goes down one name at a time and follows no symbolic
// link, so that nothing is ever opened or made outside. Every call may wait for the disk.
class Folder {
public:
    // The folder itself may be a link. Errc::unavailable when it is not there or not writable.
    static Result<Folder> open(const std::filesystem::path& path);

    // The folder that the file of this path, which validate_recording_path made, belongs in; it and
    // those above it are created when they are missing.
    Result<FileDescriptor> open_parent(std::string_view path) const;

private:
    explicit Folder(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}

    FileDescriptor descriptor_;
};

// Opens a regular file for appending, and creates it when it is missing. Refuses links, devices and
// pipes, and a file that is being recorded already (Errc::conflict).
Result<FileDescriptor> open_for_append(const FileDescriptor& folder, const std::string& name);

}  // namespace relay::record
