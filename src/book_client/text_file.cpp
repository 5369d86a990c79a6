// SPDX-License-Identifier: Apache-2.0
#include "book_client/text_file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace relay::book_client {
namespace {

std::unexpected<Error> fail_with(const std::filesystem::path& file, int number) {
    return fail(Errc::invalid,
                fmt::format("{}: {}", file.string(), std::generic_category().message(number)));
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return ::fsync(descriptor) == 0;
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& file) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(std::fopen(file.c_str(), "re"),
                                                                 &std::fclose);
    if (!opened) return fail_with(file, errno);
    std::string text;
    std::array<char, 65536> block;
    std::size_t count = 0;
    do {
        count = std::fread(block.data(), 1, block.size(), opened.get());
        text.append(block.data(), count);
    } while (count == block.size());
    // A directory opens, and fails here.
    if (std::ferror(opened.get()) != 0) return fail_with(file, errno);
    return text;
}

Result<void> write_file(const std::filesystem::path& file, std::string_view text) {
    const std::filesystem::path beside = file.string() + ".new";
    const int descriptor =
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return fail_with(beside, errno);
    bool done = write_all(descriptor, text);
    int number = errno;
    ::close(descriptor);
    if (done) {
        done = ::rename(beside.c_str(), file.c_str()) == 0;
        number = errno;
    }
    if (done) return {};
    ::unlink(beside.c_str());
    return fail_with(file, number);
}

}  // namespace relay::book_client
