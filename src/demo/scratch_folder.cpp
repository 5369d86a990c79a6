// SPDX-License-Identifier: Apache-2.0
#include "demo/scratch_folder.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <stdlib.h>
#include <string>
#include <system_error>

namespace relay::demo {

Result<ScratchFolder> ScratchFolder::make() {
    std::error_code error;
    std::string pattern =
        (std::filesystem::temp_directory_path(error) / "relay-demo-XXXXXX").string();
    if (!error && ::mkdtemp(pattern.data()) == nullptr)
        error = std::error_code(errno, std::generic_category());
    if (error)
        return fail(Errc::internal, fmt::format("cannot make a folder: {}", error.message()));
    return ScratchFolder(pattern);
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace relay::demo
