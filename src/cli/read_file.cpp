// SPDX-License-Identifier: Apache-2.0
#include "cli/read_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace relay::cli {
namespace {

constexpr std::size_t size_limit = 1024 * 1024;

std::unexpected<Error> fail_with(int number) {
    return fail(Errc::not_found, std::generic_category().message(number));
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                               &std::fclose);
    if (!file) return fail_with(errno);
    std::string content;
    std::array<char, 4096> block;
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), file.get())) {
        content.append(block.data(), count);
        if (content.size() > size_limit) return fail(Errc::limit, "the file is larger than 1 MiB");
    }
    // A directory opens, and fails here.
    if (std::ferror(file.get()) != 0) return fail_with(errno);
    return content;
}

}  // namespace relay::cli
