// SPDX-License-Identifier: Apache-2.0
#include "demo/child_process.hpp"

#include "demo/line_splitter.hpp"

#include <gmock/gmock.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace relay::demo {
namespace {

using namespace std::chrono_literals;

// The ids of the processes that were started, awaited one by one.
class Starts {
public:
    std::function<void(pid_t)> listener() {
        return [this](pid_t id) {
            const std::lock_guard lock(mutex_);
            ids_.push_back(id);
            changed_.notify_one();
        };
    }

    pid_t next() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, 10s, [this] { return !ids_.empty(); })) return -1;
        const pid_t id = ids_.front();
        ids_.pop_front();
        return id;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<pid_t> ids_;
};

bool exists(pid_t id) {
    return ::kill(id, 0) == 0;
}

ChildProcessSettings shell(const std::string& script, Starts& starts) {
    ChildProcessSettings settings;
    settings.arguments = {"sh", "-c", script};
    settings.retry = {.shortest = 1ms, .longest = 2ms, .lasting = 10s};
    settings.started = starts.listener();
    return settings;
}

TEST(ChildProcess, RunsInAProcessGroupOfItsOwn) {
    Starts starts;
    const auto child = ChildProcess::start(shell("sleep 60", starts));
    ASSERT_TRUE(child);
    const pid_t id = starts.next();
    EXPECT_TRUE(exists(id));
    EXPECT_EQ(::getpgid(id), id);
}

TEST(ChildProcess, IsStartedAgainWhenItEnds) {
    Starts starts;
    const auto child = ChildProcess::start(shell("exit 3", starts));
    ASSERT_TRUE(child);
    const pid_t first = starts.next();
    EXPECT_GT(starts.next(), 0);
    EXPECT_GT(starts.next(), 0);
    EXPECT_GT(first, 0);
}

TEST(ChildProcess, IsStartedAgainWhenItIsKilled) {
    Starts starts;
    const auto child = ChildProcess::start(shell("exec sleep 60", starts));
    ASSERT_TRUE(child);
    const pid_t first = starts.next();
    ASSERT_EQ(::kill(first, SIGKILL), 0);
    const pid_t second = starts.next();
    EXPECT_GT(second, 0);
    EXPECT_NE(second, first);
}

TEST(ChildProcess, IsGoneWhenItsOwnerIsDestroyed) {
    Starts starts;
    auto child = ChildProcess::start(shell("exec sleep 60", starts));
    ASSERT_TRUE(child);
    const pid_t id = starts.next();
    child->reset();
    EXPECT_FALSE(exists(id));
    EXPECT_EQ(::waitpid(id, nullptr, WNOHANG), -1) << "a zombie was left";
}

TEST(ChildProcess, IsKilledWhenItIgnoresSigterm) {
    Starts starts;
    const auto ready =
        std::filesystem::temp_directory_path() / ("relay_child_" + std::to_string(::getpid()));
    ASSERT_EQ(::mkfifo(ready.c_str(), 0600), 0);
    auto settings =
        shell("trap '' TERM; echo up > " + ready.string() + "; while :; do sleep 1; done", starts);
    settings.grace = 20ms;
    auto child = ChildProcess::start(settings);
    ASSERT_TRUE(child);
    std::string word;
    std::ifstream(ready) >> word;  // waits until the trap is set
    EXPECT_EQ(word, "up");
    const pid_t id = starts.next();
    child->reset();
    EXPECT_FALSE(exists(id));
    std::filesystem::remove(ready);
}

TEST(ChildProcess, TakesItsOwnChildrenAlong) {
    Starts starts;
    const auto path =
        std::filesystem::temp_directory_path() / ("relay_group_" + std::to_string(::getpid()));
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    auto child = ChildProcess::start(
        shell("sh -c 'trap \"\" TERM; echo $$ > " + path.string() + "; sleep 60' & wait", starts));
    ASSERT_TRUE(child);
    pid_t grandchild = 0;
    std::ifstream(path) >> grandchild;
    ASSERT_GT(grandchild, 0);
    const net::FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, grandchild, 0)));
    ASSERT_TRUE(process);
    child->reset();
    pollfd ended{process.number(), POLLIN, 0};
    EXPECT_EQ(::poll(&ended, 1, 10'000), 1);
    std::filesystem::remove(path);
}

TEST(ChildProcess, AnUnknownProgramIsAnErrorAtOnce) {
    ChildProcessSettings settings;
    settings.arguments = {"no-such-program-anywhere"};
    const auto child = ChildProcess::start(settings);
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, Errc::not_found);
    EXPECT_THAT(child.error().detail, testing::HasSubstr("no-such-program-anywhere"));
}

TEST(ChildProcess, AFileThatIsNoProgramIsAnErrorAtOnce) {
    ChildProcessSettings settings;
    settings.arguments = {"/dev/null"};
    const auto child = ChildProcess::start(settings);
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, Errc::unavailable);
}

TEST(ChildProcess, CannotOutliveTheProcessThatStartedIt) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t owner = ::fork();
    if (owner == 0) {
        ChildProcessSettings settings;
        settings.arguments = {"sleep", "60"};
        settings.started = [&](pid_t id) {
            [[maybe_unused]] const auto written = ::write(ends[1], &id, sizeof id);
        };
        const auto child = ChildProcess::start(settings);
        ::pause();
        ::_exit(0);
    }
    pid_t id = 0;
    ASSERT_EQ(::read(ends[0], &id, sizeof id), static_cast<ssize_t>(sizeof id));
    ASSERT_TRUE(exists(id));
    // Our copy of its death notice: the pipe that it inherited ends when it is gone.
    ::close(ends[1]);
    ::kill(owner, SIGKILL);
    ::waitpid(owner, nullptr, 0);
    char nothing = 0;
    EXPECT_EQ(::read(ends[0], &nothing, 1), 0);
    ::close(ends[0]);
}

TEST(LineSplitter, CutsAtLineEndsWhereverThePiecesEnd) {
    LineSplitter splitter;
    std::vector<std::string> lines;
    const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
    for (const auto piece : {"one\ntw", "o\r\nthree\rfo", "ur", "\n\n\n"})
        splitter.add(piece, keep);
    EXPECT_THAT(lines, testing::ElementsAre("one", "two", "three", "four"));
}

TEST(LineSplitter, HandsOnAnEndlessLineInPieces) {
    LineSplitter splitter;
    std::size_t most = 0;
    std::size_t total = 0;
    splitter.add(std::string(100'000, 'x') + "\n", [&](std::string_view line) {
        most = std::max(most, line.size());
        total += line.size();
    });
    EXPECT_EQ(most, LineSplitter::longest);
    EXPECT_EQ(total, 100'000U);
}

}  // namespace
}  // namespace relay::demo
