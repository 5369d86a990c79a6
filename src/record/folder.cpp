// SPDX-License-Identifier: Apache-2.0
#include "record/folder.hpp"

#include "record/system_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace relay::record {
namespace {

constexpr mode_t folder_mode = 0750;  // what cameras see is not for everybody on the machine
constexpr mode_t file_mode = 0640;

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
// Without O_NONBLOCK the opening of a pipe would wait for its reader.
constexpr int file_flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

// O_NOFOLLOW's two ways to say that a name is a symbolic link.
bool means_link(int error_number) {
    return error_number == ELOOP || error_number == EMLINK;
}

Result<FileDescriptor> open_subfolder(const FileDescriptor& parent, const std::string& name) {
    if (::mkdirat(parent.number(), name.c_str(), folder_mode) != 0 && errno != EEXIST)
        return system_error(name, errno);
    FileDescriptor opened(::openat(parent.number(), name.c_str(), folder_flags));
    if (opened) return opened;
    if (means_link(errno)) return fail(Errc::forbidden, name + ": is a symbolic link");
    return system_error(name, errno);  // ENOTDIR: a file, or a link
}

}  // namespace

Result<Folder> Folder::open(const std::filesystem::path& path) {
    FileDescriptor opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened || ::faccessat(opened.number(), ".", W_OK | X_OK, AT_EACCESS) != 0)
        return system_error(path.string(), errno);
    return Folder(std::move(opened));
}

Result<FileDescriptor> Folder::open_parent(std::string_view path) const {
    FileDescriptor current(::fcntl(descriptor_.number(), F_DUPFD_CLOEXEC, 0));
    if (!current) return system_error("the folder of recordings", errno);
    for (;;) {
        const std::size_t end = path.find('/');
        if (end == std::string_view::npos) return current;
        auto next = open_subfolder(current, std::string(path.substr(0, end)));
        if (!next) return std::unexpected(next.error());
        current = std::move(*next);
        path.remove_prefix(end + 1);
    }
}

Result<FileDescriptor> open_for_append(const FileDescriptor& folder, const std::string& name) {
    FileDescriptor opened(::openat(folder.number(), name.c_str(), file_flags, file_mode));
    if (!opened && means_link(errno)) return fail(Errc::forbidden, name + ": is a symbolic link");
    if (!opened) return system_error(name, errno);
    struct stat kind{};
    if (::fstat(opened.number(), &kind) != 0) return system_error(name, errno);
    if (!S_ISREG(kind.st_mode)) return fail(Errc::forbidden, name + ": is not a regular file");
    // File systems without locks are no reason not to record.
    if (::flock(opened.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return fail(Errc::conflict, name + ": is being recorded already");
    return opened;
}

}  // namespace relay::record
