// SPDX-License-Identifier: Apache-2.0
#include "process/child.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace relay::process {
namespace {

using testing::HasSubstr;
using testing::Not;

Command shell(const std::string& script) {
    return {.arguments = {"sh", "-c", script},
            .environment = {},
            .has_input = true,
            .has_output = true};
}

bool is_readable_within(const FileDescriptor& descriptor, int milliseconds) {
    pollfd waiting{descriptor.number(), POLLIN, 0};
    return ::poll(&waiting, 1, milliseconds) > 0;
}

// Everything up to the end of the pipe.
std::string read_all(const FileDescriptor& descriptor) {
    std::string text;
    std::array<char, 4096> bytes;
    for (;;) {
        const auto count = ::read(descriptor.number(), bytes.data(), bytes.size());
        if (count <= 0) return text;
        text.append(bytes.data(), static_cast<std::size_t>(count));
    }
}

std::string read_line(const FileDescriptor& descriptor) {
    std::string line;
    char byte = 0;
    while (::read(descriptor.number(), &byte, 1) == 1 && byte != '\n') line += byte;
    return line;
}

void write(const FileDescriptor& descriptor, std::string_view text) {
    ASSERT_EQ(::write(descriptor.number(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
}

bool exists(pid_t id) {
    return ::kill(id, 0) == 0;
}

TEST(Child, ItsStreamsAreOurs) {
    auto child = Child::start(shell("read line; echo \"out $line\"; echo \"error $line\" >&2"));
    ASSERT_TRUE(child);
    write(child->input, "hello\n");
    EXPECT_EQ(read_all(child->output), "out hello\n");
    EXPECT_EQ(read_all(child->error_output), "error hello\n");
    EXPECT_TRUE(is_readable_within(child->ended, 10'000));
    EXPECT_EQ(child->reap(), "exit status 0");
}

TEST(Child, WithoutPipesItReadsTheEndAndWritesToNowhere) {
    auto command = shell("cat; echo lost; echo done >&2");
    command.has_input = command.has_output = false;
    const auto child = Child::start(command);
    ASSERT_TRUE(child);
    EXPECT_FALSE(child->input);
    EXPECT_FALSE(child->output);
    EXPECT_EQ(read_all(child->error_output), "done\n");
}

TEST(Child, GetsOurEnvironmentAndTheAdditions) {
    ::setenv("RELAY_TEST_OURS", "ours", 1);
    ::setenv("RELAY_TEST_BOTH", "ours", 1);
    auto command = shell("echo $RELAY_TEST_OURS $RELAY_TEST_BOTH $RELAY_TEST_NEW");
    command.environment = {"RELAY_TEST_BOTH=added", "RELAY_TEST_NEW=new"};
    const auto child = Child::start(command);
    ASSERT_TRUE(child);
    EXPECT_EQ(read_all(child->output), "ours added new\n");
}

TEST(Child, DoesNotGetWhatIsWithheld) {
    ::setenv("RELAY_TEST_SECRET", "secret", 1);
    ::setenv("OTHER_TEST", "other", 1);
    auto command = shell("env");
    command.withheld = {"RELAY_", "VW_"};
    command.environment = {"RELAY_FEED=video"};
    const auto child = Child::start(command);
    ASSERT_TRUE(child);
    const std::string environment = read_all(child->output);
    EXPECT_THAT(environment, Not(HasSubstr("RELAY_TEST_SECRET")));
    EXPECT_THAT(environment, HasSubstr("RELAY_FEED=video\n"));
    EXPECT_THAT(environment, HasSubstr("OTHER_TEST=other\n"));
}

TEST(Child, GetsNoOtherDescriptorOfOurs) {
    const FileDescriptor leaking(::open("/dev/null", O_RDONLY));  // without close-on-exec
    const auto child = Child::start(shell("exec ls /proc/self/fd"));
    ASSERT_TRUE(child);
    EXPECT_EQ(read_all(child->output), "0\n1\n2\n3\n") << "3 is the folder that ls reads";
}

TEST(Child, RunsInAProcessGroupOfItsOwn) {
    const auto child = Child::start(shell("echo up; sleep 60"));
    ASSERT_TRUE(child);
    EXPECT_EQ(read_line(child->output), "up");
    EXPECT_EQ(::getpgid(child->id()), child->id());
}

TEST(Child, TellsHowItEnded) {
    auto failing = Child::start(shell("exit 3"));
    ASSERT_TRUE(failing);
    EXPECT_TRUE(is_readable_within(failing->ended, 10'000));
    EXPECT_EQ(failing->reap(), "exit status 3");
    EXPECT_EQ(failing->reap(), "");
    auto asked = Child::start(shell("exec sleep 60"));
    ASSERT_TRUE(asked);
    asked->terminate();
    EXPECT_TRUE(is_readable_within(asked->ended, 10'000));
    EXPECT_EQ(asked->reap(), "signal 15");
}

TEST(Child, IsGoneWhenItsOwnerIsDestroyedEvenIfItIgnoresSigterm) {
    pid_t id = 0;
    {
        const auto child = Child::start(shell("trap '' TERM; echo up; while :; do sleep 1; done"));
        ASSERT_TRUE(child);
        EXPECT_EQ(read_line(child->output), "up");
        id = child->id();
        child->terminate();
        EXPECT_TRUE(exists(id));
    }
    EXPECT_FALSE(exists(id));
    EXPECT_EQ(::waitpid(id, nullptr, WNOHANG), -1) << "a zombie was left";
}

TEST(Child, TakesItsOwnChildrenAlong) {
    auto child = Child::start(shell("sh -c 'trap \"\" TERM; echo $$; exec sleep 60' & wait"));
    ASSERT_TRUE(child);
    const pid_t grandchild = std::stoi(read_line(child->output));
    const FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, grandchild, 0)));
    ASSERT_TRUE(process);
    child->reap();
    EXPECT_TRUE(is_readable_within(process, 10'000));
}

TEST(Child, WritingToOneThatReadsNoMoreIsAnErrorAndNotOurEnd) {
    auto child = Child::start(shell("exec 0<&-; echo closed; sleep 60"));
    ASSERT_TRUE(child);
    EXPECT_EQ(read_line(child->output), "closed");
    EXPECT_EQ(::write(child->input.number(), "x", 1), -1);
    EXPECT_EQ(errno, EPIPE);
}

TEST(Child, AnUnknownProgramIsAnErrorAtOnce) {
    const auto child = Child::start({.arguments = {"no-such-program-anywhere"}, .environment = {}});
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, Errc::not_found);
    EXPECT_THAT(child.error().detail, HasSubstr("no-such-program-anywhere"));
}

TEST(Child, AFileThatIsNoProgramIsAnErrorAtOnce) {
    const auto child = Child::start({.arguments = {"/dev/null"}, .environment = {}});
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, Errc::unavailable);
}

TEST(Child, WhetherThereIsAProgramCanBeAskedBefore) {
    EXPECT_TRUE(is_program("sh"));
    EXPECT_TRUE(is_program("/bin/sh"));
    EXPECT_FALSE(is_program("no-such-program-anywhere"));
    EXPECT_FALSE(is_program("/dev/null"));
    EXPECT_FALSE(is_program(""));
}

TEST(Child, LeavesNoDescriptorBehind) {
    const auto count = [] { return FileDescriptor(::dup(0)).number(); };  // the lowest free one
    const int before = count();
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(Child::start(shell("exit 0")));
        EXPECT_FALSE(Child::start({.arguments = {"no-such-program-anywhere"}, .environment = {}}));
    }
    EXPECT_EQ(count(), before);
}

TEST(Child, ItsEndIsToldEvenIfWeWereStartedWithoutThatSignal) {
    const auto before = ::signal(SIGCHLD, SIG_IGN);
    auto child = Child::start(shell("exit 3"));
    ASSERT_TRUE(child);
    EXPECT_TRUE(is_readable_within(child->ended, 10'000));
    EXPECT_EQ(child->reap(), "exit status 3");
    ::signal(SIGCHLD, before);
}

// What hangs inside a driver cannot be had in a test; but who traces a program keeps its parent
// from its end just so.
TEST(Child, OneThatCannotBeKilledDoesNotHoldUpItsOwner) {
    int up[2], go[2];
    ASSERT_EQ(::pipe(up) + ::pipe(go), 0);
    const pid_t owner = ::fork();
    if (owner == 0) {
        auto child = Child::start({.arguments = {"sleep", "60"}, .environment = {}});
        const pid_t id = child ? child->id() : 0;
        [[maybe_unused]] ssize_t count = ::write(up[1], &id, sizeof id);
        char byte = 0;
        count = ::read(go[0], &byte, 1);
        byte = child && child->reap() == "no end" ? 'y' : 'n';
        count = ::write(up[1], &byte, 1);
        ::_exit(0);
    }
    pid_t id = 0;
    ASSERT_EQ(::read(up[0], &id, sizeof id), static_cast<ssize_t>(sizeof id));
    const bool is_traced = id > 0 && ::ptrace(PTRACE_SEIZE, id, nullptr, nullptr) == 0;
    EXPECT_EQ(::write(go[1], "g", 1), 1);
    const FileDescriptor answer(::dup(up[0]));
    EXPECT_TRUE(is_readable_within(answer, 10'000));
    if (is_traced) EXPECT_EQ(::waitpid(id, nullptr, __WALL), id);
    char byte = 0;
    EXPECT_EQ(::read(up[0], &byte, 1), 1);
    ::waitpid(owner, nullptr, 0);
    for (const int end : {up[0], up[1], go[0], go[1]}) ::close(end);
    if (!is_traced) GTEST_SKIP() << "programs may not be traced here";
    EXPECT_EQ(byte, 'y');
}

TEST(Child, CannotOutliveTheThreadThatStartedIt) {
    Result<Child> child = fail(Errc::internal, "not started");
    std::thread([&] { child.emplace(*Child::start(shell("exec sleep 60"))); }).join();
    ASSERT_TRUE(child);
    EXPECT_TRUE(is_readable_within(child->ended, 10'000));
    EXPECT_EQ(child->reap(), "signal 9");
}

TEST(Child, CannotOutliveTheProcessThatStartedIt) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t owner = ::fork();
    if (owner == 0) {
        const auto child = Child::start(
            {.arguments = {"sh", "-c", "exec sleep 60"}, .environment = {}, .has_output = true});
        const pid_t id = child ? child->id() : 0;
        [[maybe_unused]] const auto written = ::write(ends[1], &id, sizeof id);
        ::pause();
        ::_exit(0);
    }
    pid_t id = 0;
    ASSERT_EQ(::read(ends[0], &id, sizeof id), static_cast<ssize_t>(sizeof id));
    ASSERT_TRUE(id > 0 && exists(id));
    const FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)));
    ASSERT_TRUE(process);
    ::kill(owner, SIGKILL);
    ::waitpid(owner, nullptr, 0);
    EXPECT_TRUE(is_readable_within(process, 10'000));
    ::close(ends[0]);
    ::close(ends[1]);
}

}  // namespace
}  // namespace relay::process
