// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace relay::demo {

struct EmbeddedFile {
    std::string_view path;  // "/assets/index.js"
    std::string_view sha256;
    std::span<const std::uint8_t> bytes;
};

// The built web pages, as they were when the program was configured; none when they were not built.
// The definition is written by EmbedFiles.cmake.
std::span<const EmbeddedFile> embedded_files();

}  // namespace relay::demo
