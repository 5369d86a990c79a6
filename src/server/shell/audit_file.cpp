// SPDX-License-Identifier: Apache-2.0
#include "server/shell/audit_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace relay::server {

namespace {

std::unexpected<Error> failure(const std::filesystem::path& path, int error) {
    return fail(Errc::unavailable,
                fmt::format("{}: {}", path.string(), std::generic_category().message(error)));
}

}  // namespace

Result<void> AuditFile::open() {
    descriptor_ =
        FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
    if (!descriptor_) return failure(path_, errno);
    return {};
}

bool AuditFile::was_moved() const {
    struct stat open{}, named{};
    return ::fstat(descriptor_.number(), &open) != 0 || ::stat(path_.c_str(), &named) != 0 ||
           open.st_dev != named.st_dev || open.st_ino != named.st_ino;
}

Result<void> AuditFile::append(std::string_view line) {
    if (!descriptor_ || was_moved())
        if (auto opened = open(); !opened) return opened;
    const off_t end = ::lseek(descriptor_.number(), 0, SEEK_END);
    for (std::string_view rest = line; !rest.empty();) {
        const ssize_t count = ::write(descriptor_.number(), rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            const int error = count < 0 ? errno : EIO;
            // A torn line would swallow the next one; a pipe has nothing to cut.
            if (end >= 0 && rest.size() < line.size() &&
                ::ftruncate(descriptor_.number(), end) != 0)
                descriptor_ = {};
            return failure(path_, error);
        }
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace relay::server
