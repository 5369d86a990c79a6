// SPDX-License-Identifier: Apache-2.0
#include "record/file.hpp"

#include "record/path.hpp"
#include "record/system_error.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace relay::record {
namespace {

constexpr int most_rotations = 1000;  // in one second

// As rename, but an existing file is never replaced. 0 or an errno.
int rename_to_new(int folder, const char* from, const char* to) {
    if (::renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    // Some file systems (NFS, FAT) do not know the flag; a link never replaces anything, either.
    if (::linkat(folder, from, folder, to, 0) != 0) return errno;
    return ::unlinkat(folder, from, 0) == 0 ? 0 : errno;
}

// The pieces behind the first `bytes` of them.
std::span<iovec> skip(std::span<iovec> pieces, std::size_t bytes) {
    while (!pieces.empty() && bytes >= pieces.front().iov_len) {
        bytes -= pieces.front().iov_len;
        pieces = pieces.subspan(1);
    }
    if (!pieces.empty()) {
        pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + bytes;
        pieces.front().iov_len -= bytes;
    }
    return pieces;
}

}  // namespace

Result<File> File::open(const Folder& folder, std::string_view path) {
    auto parent = folder.open_parent(path);
    if (!parent) return std::unexpected(parent.error());
    File file(std::move(*parent), std::string(path.substr(path.rfind('/') + 1)));
    if (auto begun = file.begin(); !begun) return std::unexpected(begun.error());
    return file;
}

Result<void> File::begin() {
    descriptor_ = FileDescriptor();  // its lock with it
    auto opened = open_for_append(folder_, name_);
    if (!opened) return std::unexpected(opened.error());
    descriptor_ = std::move(*opened);
    struct stat known{};
    if (::fstat(descriptor_.number(), &known) != 0) return system_error(name_, errno);
    size_ = static_cast<std::uint64_t>(known.st_size);
    return {};
}

bool File::ends_with(char last) const {
    char found = 0;
    return size_ == 0 ||
           (::pread(descriptor_.number(), &found, 1, static_cast<off_t>(size_ - 1)) == 1 &&
            found == last);
}

Result<void> File::append(std::span<iovec> pieces) {
    if (auto followed = follow_name(); !followed) return followed;
    std::uint64_t written = 0;
    for (pieces = skip(pieces, 0); !pieces.empty();) {
        const ssize_t count =
            ::writev(descriptor_.number(), pieces.data(), static_cast<int>(pieces.size()));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return undo(count < 0 ? errno : EIO);
        written += static_cast<std::uint64_t>(count);
        pieces = skip(pieces, static_cast<std::size_t>(count));
    }
    size_ += written;
    return {};
}

// Who clears a disk may have moved, deleted or emptied the file: what went on into a deleted one
// would be lost, and its room with it.
Result<void> File::follow_name() {
    struct stat open{}, named{};
    if (::fstat(descriptor_.number(), &open) != 0) return system_error(name_, errno);
    size_ = static_cast<std::uint64_t>(open.st_size);
    const bool is_there =
        ::fstatat(folder_.number(), name_.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0;
    const bool is_gone =
        is_there ? named.st_dev != open.st_dev || named.st_ino != open.st_ino : errno == ENOENT;
    return is_gone ? begin() : Result<void>();
}

std::unexpected<Error> File::undo(int error_number) const {
    auto failure = system_error(name_, error_number);
    if (::ftruncate(descriptor_.number(), static_cast<off_t>(size_)) != 0)
        return fail(Errc::unavailable, failure.error().detail + "; its last message is torn");
    return failure;
}

Result<void> File::rotate(WallTime now) {
    if (auto done = set_aside(now); !done) return done;
    return begin();
}

Result<void> File::set_aside(WallTime now) const {
    for (int attempt = 1; attempt <= most_rotations; ++attempt) {
        const std::string name = rotated_name(name_, now, attempt);
        const int error = rename_to_new(folder_.number(), name_.c_str(), name.c_str());
        if (error == EEXIST) continue;
        if (error == 0 || error == ENOENT) return {};  // ENOENT: somebody has moved it already
        return system_error(name, error);
    }
    return fail(Errc::conflict, name_ + ": too many rotations in one second");
}

}  // namespace relay::record
