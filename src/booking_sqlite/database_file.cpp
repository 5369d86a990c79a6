// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/database_file.hpp"

#include "base/file_descriptor.hpp"
#include "base/random.hpp"
#include "booking_sqlite/cut_file.hpp"
#include "booking_sqlite/schema.hpp"
#include "store/migration.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace relay::booking_sqlite {
namespace {

using std::filesystem::path;

std::unexpected<Error> system_failure(const path& file, int number) {
    return fail(Errc::unavailable, file.string() + ": " + std::strerror(number));
}

Result<void> bring_forward(store::Database& database, const path& file) {
    const auto migrated = store::migrate(database, schema_steps());
    if (migrated) return {};
    return fail(migrated.error().code, file.string() + ": " + migrated.error().detail);
}

// A new name is on disk only when its folder is.
Result<void> sync_folder(const path& file) {
    const path folder = file.has_parent_path() ? file.parent_path() : path(".");
    const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor || ::fsync(descriptor.number()) != 0) return system_failure(folder, errno);
    return {};
}

// Closing it moves everything from its log into the file. It tells who used what and when: that is
// for the owner and the group. SQLite gives its log the same mode.
Result<void> make_unnamed(const path& file) {
    const int flags = O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC;
    if (!FileDescriptor(::open(file.c_str(), flags, 0640))) return system_failure(file, errno);
    auto database = store::Database::open(file);
    if (!database) return std::unexpected(database.error());
    return bring_forward(*database, file);
}

Result<void> make(const path& file) {
    const path unnamed = file.string() + ".new-" + random_uuid();
    if (auto made = make_unnamed(unnamed); !made) {
        // Or each attempt on a full disk would leave one more.
        for (const char* ending : {"", "-wal", "-shm", "-journal"})
            ::unlink((unnamed.string() + ending).c_str());
        return made;
    }
    // Another process may have been faster: then its file is the one.
    const int renamed =
        ::renameat2(AT_FDCWD, unnamed.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE);
    if (renamed == 0) return sync_folder(file);
    const int reason = errno;
    ::unlink(unnamed.c_str());
    if (reason == EEXIST) return {};
    return system_failure(file, reason);
}

}  // namespace

Result<store::Database> open_database_file(const path& file) {
    if (auto whole = expect_whole_file(file); !whole) return std::unexpected(whole.error());
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        if (auto made = make(file); !made) return std::unexpected(made.error());
    }
    auto database = store::Database::open(file);
    if (!database) return database;
    if (const auto sound = database->check(); !sound) return std::unexpected(sound.error());
    if (const auto done = bring_forward(*database, file); !done)
        return std::unexpected(done.error());
    return database;
}

}  // namespace relay::booking_sqlite
