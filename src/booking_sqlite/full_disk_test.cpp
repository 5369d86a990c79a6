// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/load_for_test.hpp"
#include "booking_sqlite/store_for_test.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <latch>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace relay::booking_sqlite {
namespace {

// No file of this process grows beyond the limit, as on a disk that is full.
class FileSizeLimit {
public:
    explicit FileSizeLimit(std::uintmax_t bytes) : ignored_(std::signal(SIGXFSZ, SIG_IGN)) {
        EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
        const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    }
    ~FileSizeLimit() {
        EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &before_), 0);
        std::signal(SIGXFSZ, ignored_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
    void (*ignored_)(int);
};

// Writes, and remembers what was acknowledged.
class Clients {
public:
    // Units that share a commit; how many of them failed.
    int write_many(booking::Store& store, int count) {
        std::latch all_wait(1), left(count);
        store.write(
            [&](booking::Transaction&) -> Result<void> {
                all_wait.wait();
                return {};
            },
            [](const Result<void>&) {});
        int failed = 0;
        for (int each = 0; each < count; ++each) {
            const int second = ++next_;
            const std::string name = std::to_string(second);
            store.write(
                [name, second](booking::Transaction& unit) {
                    return write_booking(unit, name, 0, second);
                },
                [&, name](const Result<void>& done) {
                    if (done) acknowledged_.insert(name);
                    if (!done) ++failed;
                    if (!done) expect_full(done.error());
                    left.count_down();
                });
        }
        all_wait.count_down();
        left.wait();
        return failed;
    }
    const std::set<std::string>& acknowledged() const { return acknowledged_; }

private:
    static void expect_full(const Error& error) {
        EXPECT_EQ(error.code, Errc::unavailable) << error.detail;
        EXPECT_EQ(error.detail, "the database is not available");
    }
    std::set<std::string> acknowledged_;
    int next_ = 0;
};

struct FullDiskTest : testing::Test {
    SqliteStoreForTest backend;
    Clients clients;

    FullDiskTest() { EXPECT_TRUE(put_rigs(backend.store(), 1)); }
    int write_many(int count) { return clients.write_many(backend.store(), count); }
    std::uintmax_t log_size() const {
        return std::filesystem::file_size(backend.file().string() + "-wal");
    }
};

TEST_F(FullDiskTest, what_cannot_be_written_is_not_acknowledged_and_later_it_goes_on) {
    EXPECT_EQ(write_many(20), 0);
    for (const unsigned room : {0U, 1U, 5'000U, 40'000U}) {
        {
            const FileSizeLimit full(log_size() + room);
            int failed = 0;
            for (int group = 0; group < 40 && failed == 0; ++group) failed = write_many(10);
            EXPECT_GT(failed, 0) << room;
            EXPECT_GT(write_many(30), 0) << "still full";
            EXPECT_EQ(written_bookings(backend.store()), clients.acknowledged())
                << "reading goes on";
        }
        EXPECT_EQ(write_many(10), 0) << "there is room again";
        EXPECT_EQ(written_bookings(backend.store()), clients.acknowledged());
    }
    backend.reopen();
    EXPECT_EQ(written_bookings(backend.store()), clients.acknowledged());
}

TEST_F(FullDiskTest, a_store_that_was_stopped_on_a_full_disk_opens_when_there_is_room) {
    {
        EXPECT_EQ(write_many(20), 0);
        const FileSizeLimit full(log_size() + 5'000);
        while (write_many(10) == 0) {
        }
        backend.store().stop();
    }
    backend.reopen();
    EXPECT_EQ(written_bookings(backend.store()), clients.acknowledged());
    EXPECT_EQ(write_many(5), 0);
}

TEST_F(FullDiskTest, nothing_is_made_where_there_is_no_room) {
    const TemporaryFolder folder;
    {
        const FileSizeLimit full(10'000);
        const auto opened = open(folder / "book.db");
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, Errc::unavailable) << opened.error().detail;
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    EXPECT_TRUE(open(folder / "book.db"));
}

constexpr int no_small_disk = 77, has_failed = 1;

// A disk of four megabytes that only this process sees.
bool mount_small_disk(const std::filesystem::path& folder) {
    const int user = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
    return ::unshare(CLONE_NEWNS | user) == 0 &&
           ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=4m") == 0;
}

void fill_small_disk(const std::filesystem::path& folder) {
    const auto file = folder / "book.db", ballast = folder / "ballast";
    std::ofstream(ballast) << std::string(2'000'000, 'x');
    Clients clients;
    {
        const auto store = open(file).value();
        EXPECT_TRUE(put_rigs(*store, 1));
        while (clients.write_many(*store, 7) == 0) {
        }
        EXPECT_GT(clients.write_many(*store, 20), 0) << "still full";
        EXPECT_EQ(written_bookings(*store), clients.acknowledged()) << "reading goes on";
        std::filesystem::remove(ballast);
        EXPECT_EQ(clients.write_many(*store, 20), 0) << "there is room again";
        while (clients.write_many(*store, 7) == 0) {
        }
    }  // closing cannot move the log into the file
    const auto store = open(file);
    ASSERT_TRUE(store) << store.error().detail;
    EXPECT_EQ(written_bookings(**store), clients.acknowledged());
}

TEST(SmallDisk, loses_nothing_when_it_is_full_and_opens_while_it_is) {
    const TemporaryFolder folder;
    const pid_t child = ::fork();
    if (child == 0) {
        if (!mount_small_disk(folder.path())) ::_exit(no_small_disk);
        fill_small_disk(folder.path());
        std::fflush(stdout);
        ::_exit(testing::Test::HasFailure() ? has_failed : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == no_small_disk) GTEST_SKIP() << "nothing can be mounted here";
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace relay::booking_sqlite
