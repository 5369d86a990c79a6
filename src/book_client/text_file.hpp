// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace relay::book_client {

// Errors name the file and the system's reason: Errc::invalid.
Result<std::string> read_file(const std::filesystem::path& file);

// For the owner alone. Whole or not at all: what is there stays until the new text is on the disk.
Result<void> write_file(const std::filesystem::path& file, std::string_view text);

}  // namespace relay::book_client
